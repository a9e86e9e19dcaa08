# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the extensions for AWX, GitLab and Event-Driven Ansible on the simulation.

The workflow for GitHub is checked with actionlint, which is built with Go under build/.

gitlab-ci-local is installed under build/ by npm, ansible-rulebook by pip in an environment of its
own. Where there is no npm, rsync, Java or Go, that is said, and what needs it is skipped.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
import venv

from run_tests import Stage, pytest
from steps import BUILD, ROOT, Step, Tally, run

GITLAB_CI_LOCAL = "gitlab-ci-local@4.72.0"
"""The last one that runs on Node 20."""
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
FOLDER = "tests/extensions"


def installed() -> str:
    """Install gitlab-ci-local unless it is there; return why it is not, "" if it is."""
    folder = BUILD / "npm"
    if (folder / "node_modules" / ".bin" / "gitlab-ci-local").exists() and shutil.which("rsync"):
        return ""
    missing = [name for name in ("npm", "rsync") if shutil.which(name) is None]
    if missing:
        return f"there is no {missing[0]}"
    folder.mkdir(parents=True, exist_ok=True)
    words = ["--silent", "--no-fund", "--no-audit", "--prefix", str(folder), GITLAB_CI_LOCAL]
    done = subprocess.run(["npm", "install", *words], cwd=folder, check=False)
    return "" if done.returncode == 0 else "npm could not install gitlab-ci-local"


def eda_installed() -> str:
    """Install ansible-rulebook unless it is there; return why it is not, "" if it is."""
    if shutil.which("java") is None:
        return "there is no java"
    folder, needs = BUILD / "eda", ROOT / "requirements" / "eda.txt"
    if (folder / "bin" / "ansible-rulebook").exists():
        return ""
    venv.create(folder, with_pip=True)
    words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(needs)]
    done = subprocess.run([str(folder / "bin" / "python"), *words], check=False)
    return "" if done.returncode == 0 else "pip could not install ansible-rulebook"


def actionlint_installed() -> str:
    """Build actionlint unless it is there; return why it is not, "" if it is."""
    if (BUILD / "go" / "actionlint").exists():
        return ""
    if shutil.which("go") is None:
        return "there is no go"
    settings = {**os.environ, "GOBIN": str(BUILD / "go")}
    done = subprocess.run(["go", "install", ACTIONLINT], env=settings, check=False)
    return "" if done.returncode == 0 else "go could not install actionlint"


def extensions() -> Tally:
    """Run the tests of the extensions; what cannot be run is skipped with a word."""
    if why := installed():
        print(f"The pipeline for GitLab is skipped: {why}", flush=True)
    if why := eda_installed():
        print(f"The rulebooks are skipped: {why}", flush=True)
    if why := actionlint_installed():
        print(f"The workflow for GitHub is skipped: {why}", flush=True)
    return pytest(Stage("extensions", (FOLDER,), ("-n", "2", "--dist", "worksteal"), 180))


def main() -> int:
    """Run them and end with one line of figures."""
    status = run("extensions", [Step("extensions for AWX, GitLab and EDA", extensions, 180)])
    figures = json.loads(pathlib.Path(ROOT, "build", "extensions.json").read_text())
    print(f"extensions: {Tally(**figures)}")
    return status


if __name__ == "__main__":
    sys.exit(main())
