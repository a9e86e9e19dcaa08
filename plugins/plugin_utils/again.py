# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell what to type to run Ansible again as it was begun, without any secret.

Extra variables may hold secrets. So only those of this collection that cannot are repeated, and
names of files; of all others the value is left out.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

HARMLESS = re.compile(
    r"(rotate_|prepare_(?!template_overrides)|verify_|plan_|check_amis_)\w+"
    r"|rotation_(hosts|serial|progress|plan\w*)"
)
"""Names of variables whose values are no secrets."""
LEFT_OUT = "..."
LONGEST = 1000
"""Length of the longest command that is worth repeating."""
JOB_TEMPLATES = ("awx_job_template_name", "tower_job_template_name")
"""Variables by which AWX tells the job what it was launched from."""


def again(argv: Sequence[str], variables: Mapping[str, Any]) -> str:
    """Return what to type, "" if that is too long to be of use.

    `argv`: the command line of Ansible. `variables`: those of the task.
    """
    for name in JOB_TEMPLATES:
        if variables.get(name):
            return f"launch job template {variables[name]} again"
    command = " ".join([Path(argv[0]).name, *map(_quoted, _words(argv[1:]))])
    return command if len(command) <= LONGEST else ""


def _words(argv: Iterable[str]) -> Iterator[str]:
    """Yield the words of a command line, extra variables without secrets."""
    words = iter(argv)
    for word in words:
        option, equals, value = word.partition("=")
        if word.startswith("-e") and len(word) > 2:
            yield "-e" + _variables(word[2:])
        elif word == "-e" or (len(option) > 3 and "--extra-vars".startswith(option)):
            given = value if equals else next(words, "")
            yield from ("-e", _variables(given))
        else:
            yield word


def _variables(given: str) -> str:
    """Return extra variables as given, the values of unknown ones left out."""
    if given.startswith("@"):
        return given
    if given.lstrip().startswith(("{", "[")):
        return given if _all_harmless(given) else LEFT_OUT
    try:
        pairs = [word.partition("=") for word in shlex.split(given)]
    except ValueError:
        return LEFT_OUT
    return " ".join(
        f"{name}={shlex.quote(value) if HARMLESS.fullmatch(name) else LEFT_OUT}"
        for name, _equals, value in pairs
    )


def _all_harmless(given: str) -> bool:
    """Return whether a JSON object names nothing but harmless variables."""
    try:
        found = json.loads(given)
    except ValueError:
        return False
    return isinstance(found, dict) and all(HARMLESS.fullmatch(name) for name in found)


def _quoted(word: str) -> str:
    return word if word == LEFT_OUT else shlex.quote(word)
