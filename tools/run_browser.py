# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at the pages that we make in a headless browser.

The browser is one that is installed (CHROMIUM, or a usual name); what drives it is put under
build/browser. Where there is no browser, that is said and all is skipped. The site of guides and
plugins is looked at if `make docs` has built it.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys

from run_tests import Stage, pytest
from steps import BUILD, ROOT, Step, Tally, run

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome", "chrome-headless-shell")
DRIVER = BUILD / "browser"
FOLDER = "tests/browser"


def installed() -> str:
    """Install what drives the browser unless it is there.

    Return why it is not, "" if it is.
    """
    if (DRIVER / "playwright").is_dir():
        return ""
    needs = str(ROOT / "requirements" / "browser.txt")
    words = ["-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    command = [sys.executable, *words, "--target", str(DRIVER), "-r", needs]
    done = subprocess.run(command, check=False)
    return "" if done.returncode == 0 else "pip could not install playwright"


def pages() -> Tally:
    """Run the tests in a browser; without one they are skipped with a word."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    program = os.environ.get("CHROMIUM") or found
    why = installed() if program else f"there is none of {', '.join(PROGRAMS)}"
    if why:
        print(f"The pages are not looked at: {why}", flush=True)
    else:
        os.environ.update(CHROMIUM=str(program), PYTHONPATH=str(DRIVER))
    return pytest(Stage("pages in a browser", (FOLDER,), ("-n", "2", "--dist", "loadfile"), 120))


def main() -> int:
    """Run them and end with one line of figures."""
    status = run("browser", [Step("pages in a browser", pages, 120)])
    figures = json.loads(pathlib.Path(ROOT, "build", "browser.json").read_text())
    print(f"browser: {Tally(**figures)}")
    return status


if __name__ == "__main__":
    sys.exit(main())
