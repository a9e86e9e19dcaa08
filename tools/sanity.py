# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run `ansible-test sanity` on a copy of the collection, offline if need be.

ansible-test creates virtual environments without pip and then downloads a script that installs pip.
If that download fails, it names the file that may be put in its place. `_provide` does that, with
pip from the Python package index.
"""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys

from collection import copied
from steps import PROGRAMS, environment

MISSING = re.compile(r"Download failed:.*saved to: (\S+/get_pip_([\d_]+)\.py)", re.DOTALL)

PIPELINE = "extensions/gitlab/"
"""GitLab wants the inputs of a pipeline in a YAML document of their own, ansible-test one document
in a file. yamllint and gitlab-ci-local read it (make extensions)."""
STAND_IN = '''\
"""Stand in for the script that ansible-test could not download: install pip from a wheel."""
import glob
import os
import sys

folder = os.path.dirname(os.path.abspath(os.environ["GET_PIP"]))
wheel = glob.glob(os.path.join(folder, "pip-{version}-*.whl"))[0]
sys.path.insert(0, wheel)
from pip._internal.cli.main import main

known = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
words = [wheel if word.startswith("pip==") else word for word in known]
sys.exit(main(["install", "--force-reinstall", *words]))
'''


def sanity(*options: str) -> int:
    """Run every sanity test that this Python can run; return the exit status."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [
        str(PROGRAMS / "ansible-test"),
        "sanity",
        "--color",
        "no",
        "--python",
        version,
        *("--exclude", PIPELINE),
        *options,
    ]
    with copied() as place:
        missing = MISSING.search(_prime(command, place))
        if missing:
            print(
                "ansible-test's download server is out of reach: taking pip from the package"
                " index instead",
                flush=True,
            )
            _provide(pathlib.Path(missing[1]), missing[2].replace("_", "."))
            _prime(command, place)
        return subprocess.run(
            command, cwd=place, env=environment(), stdin=subprocess.DEVNULL, check=False
        ).returncode


def _prime(command: list[str], place: pathlib.Path) -> str:
    """Let ansible-test create its environments; return its output.

    A failure is not handled here: it occurs again in the run itself.
    """
    prime = [*command, "--prime-venvs"]
    result = subprocess.run(
        prime,
        cwd=place,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout + result.stderr


def _provide(target: pathlib.Path, version: str) -> None:
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
    ]
    subprocess.run([*pip, "--dest", str(target.parent), f"pip=={version}"], check=True)
    target.write_text(STAND_IN.format(version=version), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(sanity(*sys.argv[1:]))
