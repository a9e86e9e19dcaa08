# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the files and tables of permissions of permissions.yml.

These are extensions/iam, extensions/rbac and the tables of docs/permissions.md.
`make_permissions.py` writes them. `made()` returns what it would write, for the test that compares.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from steps import ROOT

TABLE = Path(__file__).with_name("permissions.yml")
DOCS = ROOT / "docs" / "permissions.md"
BEGIN, END = "<!-- made by tools/make_permissions.py: {} -->", "<!-- end -->"
HEADER = """\
# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# {}
# Give it to the group of the access entry: see docs/permissions.md.
"""
ROLES = {
    "plan": ("nodeops-rotator-plan", "plan and look"),
    "rotate": ("nodeops-rotator", "plan and rotate"),
    "kops": ("nodeops-rotator-kops", "added to either for kops clusters"),
}
"""Files of extensions/rbac: the name of their roles, bindings and group, and what for."""
Table = Mapping[str, Any]


class Indented(yaml.SafeDumper):
    """Indents the entries of a list under their key, as yamllint wants them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Begin a block; `indentless` is what PyYAML asks for in lists."""
        super().increase_indent(flow, indentless=False)


def read_table() -> Table:
    """Return the table of all rights."""
    return dict(yaml.safe_load(TABLE.read_text(encoding="utf-8")))


def listed(value: str | list[str]) -> list[str]:
    """Return the value as a list."""
    return [value] if isinstance(value, str) else value


def made(table: Table) -> dict[Path, str]:
    """Return the content of every file that is made."""
    policies = {
        ROOT / "extensions" / "iam" / f"{name}.json": policy(table["iam"], name)
        for name in table["policies"]
    }
    roles = {
        ROOT / "extensions" / "rbac" / f"{name}.yaml": rbac(table["rbac"], name) for name in ROLES
    }
    return {**policies, **roles, DOCS: documented(table, DOCS.read_text(encoding="utf-8"))}


def policy(statements: Iterable[Table], name: str) -> str:
    """Return a policy document."""
    chosen = [statement(entry) for entry in statements if name in entry["files"]]
    return json.dumps({"Version": "2012-10-17", "Statement": chosen}, indent=2) + "\n"


def statement(entry: Table) -> dict[str, Any]:
    """Return an entry as a statement of a policy."""
    found = {"Sid": entry["sid"], "Effect": "Allow", "Action": sorted(entry["actions"])}
    found["Resource"] = entry["resources"]
    return {**found, "Condition": entry["conditions"]} if "conditions" in entry else found


def rbac(rules: Iterable[Table], name: str) -> str:
    """Return the roles and bindings of one file.

    There is a ClusterRole, and a Role for each namespace.
    """
    title, what = ROLES[name]
    chosen = [rule for rule in rules if name in rule["files"]]
    places = sorted({rule.get("namespace", "") for rule in chosen})
    documents = [
        document
        for place in places
        for document in bound(title, place, [r for r in chosen if r.get("namespace", "") == place])
    ]
    whole = {"apiVersion": "v1", "kind": "List", "items": documents}
    text = yaml.dump(whole, None, Indented, sort_keys=False, explicit_start=True, width=95)
    return HEADER.format(f"Rights in the cluster to {what}.") + text


def bound(title: str, place: str, rules: Iterable[Table]) -> Iterator[dict[str, Any]]:
    """Yield a role with these rules, and its binding to the group of the same name."""
    kind, api = ("Role" if place else "ClusterRole"), "rbac.authorization.k8s.io"
    head = {"name": title, **({"namespace": place} if place else {})}
    version = {"apiVersion": f"{api}/v1"}
    yield {**version, "kind": kind, "metadata": head, "rules": [rule_of(rule) for rule in rules]}
    yield {
        **version,
        "kind": f"{kind}Binding",
        "metadata": dict(head),
        "roleRef": {"apiGroup": api, "kind": kind, "name": title},
        "subjects": [{"apiGroup": api, "kind": "Group", "name": title}],
    }


def rule_of(rule: Table) -> dict[str, Any]:
    """Return an entry as a rule of a role."""
    names = {"resourceNames": list(rule["names"])} if "names" in rule else {}
    found = {"apiGroups": [rule["group"]], "resources": list(rule["resources"]), **names}
    return {**found, "verbs": list(rule["verbs"])}


def documented(table: Table, text: str) -> str:
    """Return the page with its tables made anew."""
    for name, rows in (("iam", iam_rows(table)), ("rbac", rbac_rows(table))):
        begin = BEGIN.format(name)
        head, rest = text.split(begin)
        tail = rest.split(END, 1)[1]
        text = "".join((head, begin, "\n\n", "\n".join(rows), "\n\n", END, tail))
    return text


def iam_rows(table: Table) -> Iterator[str]:
    """Yield the table of AWS actions."""
    yield "| Files | What for | Actions |"
    yield "|---|---|---|"
    for entry in table["iam"]:
        files = ", ".join(f"`{name}`" for name in entry["files"])
        actions = ", ".join(f"`{name}`" for name in sorted(entry["actions"]))
        why = f"{entry['why']}. {entry['implied']}" if "implied" in entry else entry["why"]
        yield f"| {files} | {why} | {actions} |"


def rbac_rows(table: Table) -> Iterator[str]:
    """Yield the table of rules in the cluster."""
    yield "| Files | What for | Where | Resources | Verbs |"
    yield "|---|---|---|---|---|"
    for entry in table["rbac"]:
        files = ", ".join(f"`{name}`" for name in entry["files"])
        group = f".{entry['group']}" if entry["group"] else ""
        resources = ", ".join(f"`{name}{group}`" for name in entry["resources"])
        place = f"`{entry['namespace']}`" if "namespace" in entry else "everywhere"
        if "names" in entry:
            resources += f" named {', '.join(entry['names'])}"
        verbs = ", ".join(entry["verbs"])
        yield f"| {files} | {entry['why']} | {place} | {resources} | {verbs} |"


if __name__ == "__main__":
    for path, content in made(read_table()).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        print(f"Wrote {path.relative_to(ROOT)}")
