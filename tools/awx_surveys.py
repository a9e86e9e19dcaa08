# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make AWX surveys of the roles' argument specs: `awx_surveys.py [--check]`.

The variables that are asked for stand in extensions/awx/controller.yml. Types and choices are those
that the variables have, texts and defaults those of the argument specs. No question has a default
answer: AWX would pass it on as an extra variable, which has precedence over the inventory and the
policies of rings. So the text says the default. With --check nothing is written, and surveys that
are not current fail.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.nodeops.rotator.plugins.plugin_utils.variables import known

ROOT = Path(__file__).resolve().parent.parent
AWX = ROOT / "extensions" / "awx"
FILE = AWX / "surveys.json"
LONGEST = 1024
"""Most characters of an answer."""
GREATEST = 1_000_000
WORDS: Mapping[str, str] = {
    "rotation_only_rings": "Rings to rotate in this run, as a list. Empty means all of them.",
    "check_amis_min_age": "Minimum age of the image in days.",
    "check_amis_family": "Family of images. Empty means what each node group runs.",
}
"""What variables of playbooks mean; they have no argument spec."""


def question(name: str, described: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return the question of a survey for a variable.

    `described`: its argument spec in the role. `spec`: what it may be. Lists and dictionaries are
    written as YAML, which the playbooks read.
    """
    kind, choices = spec["type"], [str(one) for one in spec.get("choices") or ()]
    found: dict[str, Any] = {
        "question_name": name,
        "question_description": plain(str(described["description"])) + _default(described),
        "variable": name,
        "required": False,
        "new_question": True,
        "min": 0,
        "max": LONGEST,
        "choices": "",
        "type": "textarea" if kind in ("list", "dict") else "text",
    }
    if kind == "bool":
        choices = ["true", "false"]
    if choices:
        return {**found, "type": "multiplechoice", "choices": choices, "min": None, "max": None}
    if kind == "int":
        return {**found, "type": "integer", "max": GREATEST}
    return found


def _default(described: Mapping[str, Any]) -> str:
    value = described.get("default")
    if value in (None, "", [], {}):
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f" Without an answer: what the inventory says, otherwise {text}."


def plain(text: str) -> str:
    """Return a description without Ansible's markup."""
    return re.sub(r"\b[A-Z]\((?:\w+:)?([^()]*)\)", r"\1", " ".join(text.split()))


def described() -> dict[str, Any]:
    """Return the argument specs of all roles by variable."""
    found: dict[str, Any] = {
        name: {"description": text, "default": ""} for name, text in WORDS.items()
    }
    for path in sorted((ROOT / "roles").glob("*/meta/argument_specs.yml")):
        options = yaml.safe_load(path.read_text())["argument_specs"]["main"]["options"]
        found = {**options, **found} if path.parts[-3] == "verify" else {**found, **options}
    return found


def survey(names: Iterable[str]) -> dict[str, Any]:
    """Return the survey for these variables, as awx.awx.job_template takes it."""
    texts, specs = described(), known()
    return {
        "name": "",
        "description": "",
        "spec": [question(name, texts[name], specs[name]) for name in names],
    }


def surveys() -> str:
    """Return the text of the file with the surveys of all job templates, by name."""
    data = yaml.safe_load((AWX / "controller.yml").read_text())
    found = {template["name"]: survey(template["survey"]) for template in data["awx_job_templates"]}
    return json.dumps({"awx_surveys": found}, indent=2, ensure_ascii=False) + "\n"


def current() -> bool:
    """Return whether the file is as the argument specs are."""
    return FILE.exists() and FILE.read_text() == surveys()


def main() -> int:
    """Write the surveys, or check them."""
    if "--check" in sys.argv[1:]:
        return int(not current())
    FILE.write_text(surveys())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
