# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say in one line what is wrong with a variable of ours."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.nodeops.rotator.plugins.module_utils.core import requests
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images import request
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import called
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.receivers import (
    incomplete,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation import policy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.spelling import meant
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import (
    images,
    maintenance,
    rotation,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.notify_options import ready
from ansible_collections.nodeops.rotator.plugins.plugin_utils.variables import PREFIXES, known

WANTED = {
    "bool": "true or false",
    "int": "a whole number",
    "list": "a list",
    "dict": "a dictionary",
    "float": "a number",
    "str": "text",
}
"""What a type is called in a sentence."""


NOT_FOR_EKS = ("rotate_nodes", "rotate_instances", "rotate_limit", "rotate_maintenance_window")
"""Variables that narrow a rotation, and that an update by EKS could only ignore."""


def parsed(value: Any, spec: Mapping[str, Any]) -> Any:
    """Return the value; text that has to be a list or a dictionary is read as YAML."""
    if not isinstance(value, str) or spec["type"] not in ("list", "dict"):
        return value
    try:
        return yaml.safe_load(value)
    except yaml.YAMLError:
        return value


def wrong(name: str, value: Any, spec: Mapping[str, Any]) -> str:
    """Return what is wrong with a value, "" if nothing is. What is empty is not set."""
    read = parsed(value, spec)
    if read in (None, "", [], {}):
        return ""
    if spec.get("no_log") and not isinstance(read, Mapping):
        return f"{name} has the wrong type. Give {WANTED[spec['type']]}"  # its value is a secret
    checked = ArgumentSpecValidator({name: dict(spec)}).validate({name: read})
    # Ansible takes true for 1.
    if not checked.error_messages and not (isinstance(read, bool) and spec["type"] == "int"):
        return ""
    if "choices" in spec:
        return f"{name} is {value!r}. Choose one of {', '.join(spec['choices'])}"
    if "options" in spec and isinstance(read, (list, dict)):
        return " ".join(checked.error_messages[0].split())
    return f"{name} is {value!r}. Give {WANTED.get(spec['type'], spec['type'])}"


def wrong_serial(value: Any, forks: int, hosts: int) -> str:
    """Return what is wrong with rotation_serial, "" if nothing is.

    Ansible takes 0 for all hosts at one time. It works on at most `forks` at one time: those above
    would wait in the middle, under a Lease that runs out. `hosts`: of which a percentage is taken.
    """
    given = parsed(value, {"type": "list"})
    for one in given if isinstance(given, list) else [given]:
        text = str(1 if one is None else one).strip()
        number = text.removesuffix("%")
        if not number.isdecimal() or int(number) == 0 or (text != number and int(number) > 100):
            return (
                f"rotation_serial is {value!r}. Give the number of node groups that may be rotated"
                " at one time, 1 or more, a percentage up to 100%, or a list of these"
            )
        wanted = int(number) if text == number else int(number) * hosts // 100
        if min(wanted, hosts) > forks:
            return (
                f"rotation_serial is {value!r}, which is {min(wanted, hosts)} node groups at one"
                f" time, and Ansible works on {forks} hosts at one time. Raise forks (--forks"
                f" {min(wanted, hosts)}), or lower rotation_serial"
            )
    return ""


def wrong_together(variables: Mapping[str, Any]) -> str:
    """Return what the modules would refuse of the values together, "" if nothing.

    So it is told before the template is changed, and not by the role after that.
    """
    checks = (
        ("rotate_", rotation.SPEC, _check_rotation),
        ("prepare_ami_", images.SPEC, _check_search),
        ("check_amis_", images.SPEC, _check_search),
    )
    for prefix, spec, check in checks:
        given = {name: variables.get(prefix + name) for name in spec}
        given = {
            name: parsed(value, spec[name])
            for name, value in given.items()
            if value is not None and value != ""
        }
        validated = ArgumentSpecValidator(dict(spec)).validate(
            {"autoscaling_group_name": "x", **given} if prefix == "rotate_" else given
        )
        try:
            with called(prefix, spec):
                check(validated.validated_parameters)
        except InputError as error:
            return str(error)
    return ""


def _check_rotation(params: Mapping[str, Any]) -> None:
    policy.from_params(params, "run", "holder", True, time.time())
    maintenance.closing(params["maintenance_window"], time.time())
    requests.from_params(params)


def _check_search(params: Mapping[str, Any]) -> None:
    request.from_params(params)


def wrong_for_kind(kind: Any, variables: Mapping[str, Any]) -> str:
    """Return what is set and has no effect for this kind, "" if nothing.

    EKS replaces all nodes of a managed node group, in an order and at a time of its own.
    """
    given = [name for name in NOT_FOR_EKS if variables.get(name) not in (None, "", [], {})]
    if kind != "eks_managed" or not given:
        return ""
    return (
        f"{given[0]} is set, and EKS replaces the nodes of a managed node group itself. Unset it"
        " for this host"
    )


def wrong_receivers(variables: Mapping[str, Any]) -> str:
    """Return what is missing to reach those who are told, "" if nothing is."""
    given = parsed(variables.get("rotation_notify"), {"type": "list"})
    for receiver in ready(given):
        reached = parsed(variables.get(f"rotation_notify_{receiver}"), {"type": "dict"})
        if problem := incomplete(receiver, reached if isinstance(reached, Mapping) else {}):
            return problem
    return ""


def unknown(names: Iterable[str]) -> dict[str, str]:
    """Return the names with a prefix of ours that are no variables of ours.

    Each with the variable that was meant, "" if none is near.
    """
    ours = known()
    found = {name for name in names if name.startswith(PREFIXES)} - set(ours)
    return {name: meant(name, ours) for name in sorted(found)}
