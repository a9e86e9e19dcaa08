# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the checks that are not tests: `run_checks.py [name ...]`.

Without a name, all of them run except those on request. Each runs even if another has failed. The
last line names those that failed.
"""

from __future__ import annotations

import functools
import pathlib
import shutil
import subprocess
import sys

import guides
import sanity
from collection import copied, readme_of_archive
from steps import BUILD, PROGRAMS, ROOT, Step, Tally, environment, run

COLLECTIONS = ROOT / ".venv" / "collections"
PACKAGES = "ansible_collections.nodeops.rotator"
TYPED = (
    "plugins",
    "tests.simulation",
    "tests.contract",
    "tests.bench",
    "tests.realcluster",
    "tests.simulate",
    "tests.mutations",
)
"""Packages that mypy checks in strict mode."""


def command(
    program: str, *arguments: str, cwd: pathlib.Path = ROOT, path: pathlib.Path = COLLECTIONS
) -> bool:
    """Run a program of the virtual environment; return True if it succeeded.

    `path`: where it looks for collections.
    """
    # Git must not take what is installed in .venv for a part of this checkout, or antsibull-docs
    # copies nothing.
    settings = {
        **environment(),
        "ANSIBLE_COLLECTIONS_PATH": str(path),
        "GIT_CEILING_DIRECTORIES": str(ROOT),
    }
    line = [str(PROGRAMS / program), *arguments]
    return (
        subprocess.run(
            line, cwd=cwd, env=settings, stdin=subprocess.DEVNULL, check=False
        ).returncode
        == 0
    )


def floors() -> bool:
    """Test the imports of the rooms and the shape of the files."""
    return command("python", "-m", "pytest", "-q", "tests/unit/floors")


def ruff() -> bool:
    """Check lint rules, import order and format; the settings are in pyproject.toml."""
    return command("ruff", "check", ".") and command("ruff", "format", "--check", ".")


def types() -> bool:
    """Check types with mypy --strict; the settings are in pyproject.toml."""
    return command("mypy", *(word for name in TYPED for word in ("-p", f"{PACKAGES}.{name}")))


def lint() -> bool:
    """Run ansible-lint; the settings are in .ansible-lint."""
    return command("ansible-lint", "--offline", "--profile", "production")


def changelog() -> bool:
    """Check the changelog fragments and the collected changelog."""
    return command("antsibull-changelog", "lint") and command(
        "antsibull-changelog", "lint-changelog-yaml", "changelogs/changelog.yaml"
    )


def docs() -> bool:
    """Check the documentation of the plugins with antsibull-docs."""
    with copied() as place:
        return command(
            "antsibull-docs",
            "lint-collection-docs",
            "--plugin-docs",
            ".",
            cwd=place,
            path=place.parents[2],
        )


def build() -> bool:
    """Build the archive in build/, of exactly the tracked files."""
    BUILD.mkdir(exist_ok=True)
    with copied() as place:
        readme = place / "README.md"
        readme.write_text(readme_of_archive(readme.read_text(encoding="utf-8")), encoding="utf-8")
        return command(
            "ansible-galaxy",
            "collection",
            "build",
            "--force",
            "--output-path",
            str(BUILD),
            cwd=place,
        )


def galaxy() -> bool:
    """Let the importer of Galaxy take in the archive; its warnings count too.

    It needs no network. ansible-lint is a check of its own.
    """
    archives = sorted(BUILD.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not archives:
        print("There is no archive: run the check build first", file=sys.stderr)
        return False
    settings = {
        **environment(),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "GALAXY_IMPORTER_RUN_ANSIBLE_LINT": "false",
    }
    line = [str(PROGRAMS / "python"), "-m", "galaxy_importer.main", str(archives[-1])]
    done = subprocess.run(
        line, cwd=BUILD, env=settings, check=False, capture_output=True, text=True
    )
    told = [text for text in (done.stdout + done.stderr).splitlines() if "Loading " not in text]
    print("\n".join(told))
    return done.returncode == 0 and not any(text.startswith(("WARNING", "ERROR")) for text in told)


def docs_build() -> bool:
    """Build the guides and the documentation of the plugins in build/docs/build/html."""
    site = BUILD / "docs"
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(parents=True, mode=0o700)  # antsibull-docs insists
    options = ("--use-current", "--squash-hierarchy", "--lenient", "--sphinx-theme", "alabaster")
    if not command(
        "antsibull-docs", "sphinx-init", *options, "--dest-dir", str(site), "nodeops.rotator"
    ):
        return False
    reference = ("--config-file", "antsibull-docs.cfg", "collection", "--cleanup", "everything")
    place = ("--use-current", "--squash-hierarchy", "--dest-dir", "rst", "nodeops.rotator")
    (site / "rst").mkdir(exist_ok=True, mode=0o700)
    if not command("antsibull-docs", *reference, *place, cwd=site):
        return False
    guides.add_guides(site)
    return command("sphinx-build", "-M", "html", "rst", "build", "-c", ".", "-q", cwd=site)


CHECKS = {
    "floors": ("floors and shape", floors),
    "ruff": ("ruff check and format", ruff),
    "types": ("mypy --strict", types),
    "lint": ("ansible-lint, profile production", lint),
    "changelog": ("antsibull-changelog", changelog),
    "docs": ("antsibull-docs", docs),
    "build": ("collection build", build),
    "galaxy": ("galaxy-importer", galaxy),
    "sanity": ("ansible-test sanity", lambda: sanity.sanity() == 0),
    "docs-build": ("documentation as HTML", docs_build),
}
ON_REQUEST = frozenset(("docs-build",))
"""Checks that run only by name. This one reads indexes from sites of other projects, and is slow
without a network."""


def main(names: list[str]) -> int:
    """Run the named checks in the order of CHECKS; return the exit status."""
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        print(f"Unknown check {unknown[0]}; there are {', '.join(CHECKS)}", file=sys.stderr)
        return 2

    def tally(check: str) -> Tally:
        passed = CHECKS[check][1]()
        return Tally(passed=int(passed), failed=int(not passed))

    chosen = [name for name in CHECKS if (name in names if names else name not in ON_REQUEST)]
    return run("checks", [Step(CHECKS[name][0], functools.partial(tally, name)) for name in chosen])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
