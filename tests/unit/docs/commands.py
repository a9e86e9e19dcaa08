# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the commands that README and the guides tell people to type."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("roles/*/README.md")])
BLOCK = re.compile(r"^ *```(?P<language>\S*)\n(?P<text>.*?)^ *```", re.M | re.S)
SHELL = ("bash", "sh", "console", "shell")
PROGRAMS = frozenset(
    ("ansible", "ansible-builder", "ansible-galaxy", "ansible-inventory", "ansible-playbook")
    + ("aws", "kops", "kubectl", "make", "pip")
)
"""Programs by which an indented line is told to be a command."""


def commands() -> dict[str, str]:
    """Return all commands, each with the page that it stands on first."""
    found: dict[str, str] = {}
    for page in PAGES:
        if page.name != "CHANGELOG.md":
            for command in of_page(page.read_text(encoding="utf-8")):
                found.setdefault(command, str(page.relative_to(ROOT)))
    return found


def of_page(text: str) -> Iterator[str]:
    """Yield the commands of a page, each on one line and without its comment."""
    blocks = [found["text"] for found in BLOCK.finditer(text) if found["language"] in SHELL]
    rest = BLOCK.sub("", text)
    blocks += ["\n".join(re.findall(r"^    (\S.*)$", rest.replace("\\\n      ", " "), re.M))]
    for block in blocks:
        for line in block.replace("\\\n", " ").splitlines():
            words = _words(line)
            if words and words[0] in PROGRAMS:
                yield shlex.join(words)


def options() -> dict[str, str]:
    """Return what stands behind -e in sentences, each with its first page."""
    found: dict[str, str] = {}
    for page in PAGES:
        text = BLOCK.sub("", page.read_text(encoding="utf-8"))
        for span in re.findall(r"`([^`]*-e\s[^`]*)`", text):
            words = shlex.split(" ".join(span.split()))
            for at, word in enumerate(words[:-1]):
                if word == "-e":
                    found.setdefault(words[at + 1], str(page.relative_to(ROOT)))
    return found


def _words(line: str) -> list[str]:
    """Return the words of a line of a shell, [] if it is none."""
    try:
        words = shlex.split(line.strip().removeprefix("$ "), comments=True)
    except ValueError:
        return []
    if words and words[0].startswith(".venv/bin/"):
        words[0] = words[0].removeprefix(".venv/bin/")
    return words
