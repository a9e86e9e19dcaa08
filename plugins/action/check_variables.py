# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the variables of our roles and playbooks, on the control node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.utils.display import Display

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.plugin_utils.controller import (
    ControllerAction,
    Values,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.interrupts import keep_interrupts
from ansible_collections.nodeops.rotator.plugins.plugin_utils.reports import wrong_directory
from ansible_collections.nodeops.rotator.plugins.plugin_utils.variable_checks import (
    unknown,
    wrong,
    wrong_for_kind,
    wrong_receivers,
    wrong_serial,
    wrong_together,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.variables import (
    ROLES,
    known,
    of_roles,
)

keep_interrupts()  # this is the first task of our playbooks and roles
HOST_NAME = "autoscaling_group_name"
Unknown = Literal["fail", "warn", "ignore"]
"""What to do about variables that we do not know."""


Read = Callable[[str], Any]
"""Returns the value of a variable, None if it is not set; raises AnsibleError."""


class ActionModule(ControllerAction):
    """Does all of the work of the module of the same name."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        "roles": {"type": "list", "elements": "str", "choices": list(ROLES)},
        "hosts": {"type": "list", "elements": "str"},
        "unknown": {"type": "str", "choices": ["fail", "warn", "ignore"], "default": "ignore"},
    }

    def act(self, options: Values, variables: Values) -> Values:
        """Fail with one line if a variable is wrong."""
        hosts = options["hosts"] or [variables["inventory_hostname"]]
        specs = known() if options["roles"] is None else of_roles(options["roles"])
        problems = []
        for host in hosts:
            read = self._reader(variables, host if options["hosts"] else "")
            problems += [f"{host}: {one}" for one in _problems(read, specs)]
        if "rotation_serial" in specs:
            read = self._reader(variables, hosts[0] if options["hosts"] else "")
            problems += _wrong_serial(read, variables, len(hosts))
        problems += _unknown(hosts, variables["hostvars"], options["unknown"])
        if problems:
            raise InputError(". ".join(dict.fromkeys(problems)))
        return {}

    def _reader(self, variables: Mapping[str, Any], host: str) -> Read:
        """Return a reader of a host's variables.

        Without a host it reads those of the task, defaults of its role included.
        """
        if host:
            return variables["hostvars"][host].get  # type: ignore[no-any-return]
        return lambda name: self._templar.template(variables[name]) if name in variables else None


def _problems(read: Read, specs: Mapping[str, Any]) -> list[str]:
    values: dict[str, Any] = {}
    for name in specs:
        try:
            values[name] = read(name)
        except AnsibleError:  # it names something that only exists when it is used
            continue
    found = [wrong(name, value, specs[name]) for name, value in values.items()]
    found.append(wrong_for_kind(read("node_group_kind"), values))
    found.append(wrong_directory(str(values.get("rotation_report_dir") or "")))
    found.append(wrong_receivers(values))
    if not any(found):
        found.append(wrong_together(values))
    if not read(HOST_NAME):
        found.append(f"{HOST_NAME} is not set. Set it for the host, or use the inventory plugin")
    return [one for one in found if one]


def _wrong_serial(read: Read, variables: Mapping[str, Any], hosts: int) -> list[str]:
    """Return what is wrong with how many node groups are rotated at one time."""
    forks = int(variables.get("ansible_forks") or C.DEFAULT_FORKS)
    try:
        problem = wrong_serial(read("rotation_serial"), forks, hosts)
    except AnsibleError:  # it names something that only exists when it is used
        return []
    return [problem] if problem else []


def _unknown(hosts: list[str], hostvars: Any, mode: Unknown) -> list[str]:
    """Return what is said of unknown variables; warn of those that are no error."""
    if mode == "ignore":
        return []
    where: dict[str, str] = {}
    for host in hosts:
        where |= {name: host for name in hostvars.raw_get(host) if name not in where}
    errors = []
    for name, near in unknown(where).items():
        said = f"Did you mean {near}?" if near else "It has no effect"
        text = f"{where[name]}: there is no variable {name}. {said}"
        if near and mode == "fail":
            errors.append(text)
        else:
            Display().warning(text)
    return errors
