# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrong variables, in one line and before anything is changed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.plugin_utils.variable_checks import (
    unknown,
    wrong,
    wrong_for_kind,
    wrong_receivers,
    wrong_serial,
    wrong_together,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.variables import known

TEXTS = {
    "bool": ("yes", "no", "true", "False", "1", "0"),
    "int": ("7", "0"),
    "float": ("7", "0.5"),
    "list": ("a,b", "[a, b]", '["a"]', "[]"),
    "dict": ("{a: b}", '{"a": {"b": 1}}', "a=b", "{}"),
    "str": ("text", "7"),
    "path": ("some/where", "/var/lib/reports"),
    "raw": ("text", "7"),
}
"""What the command line may give for each type."""
BAD = {"bool": "vielleicht", "int": "abc", "float": "abc", "dict": "abc"}


def texts(spec: dict[str, Any]) -> tuple[str, ...]:
    """Return texts that are right for a variable."""
    if "choices" in spec:
        return tuple(spec["choices"])
    if "time_zone" in spec.get("options", {}):
        return ("{start: '22:00', end: '4:00'}", '{"start": "22:00", "end": "4:00"}', "{}")
    if spec.get("no_log"):
        return ("{url: 'https://x', events: [failed]}", '{"url": "https://x"}', "{}")
    if spec["type"] == "dict" and "options" in spec:
        return ("{arn: x}", '{"arn": "x", "external_id": "y"}', "{}")
    if "options" in spec:
        return ("[{selector: app=x, action: wait}]", '[{"selector": "app=x"}]', "[]")
    return TEXTS[spec["type"]]


@pytest.mark.parametrize("name", sorted(known()))
def test_text_is_right_where_it_means_something_right(name: str) -> None:
    spec = known()[name]
    assert [
        wrong(name, text, spec) for text in ("", None, *texts(spec)) if wrong(name, text, spec)
    ] == []


@pytest.mark.parametrize(
    "name", [name for name, spec in sorted(known().items()) if spec["type"] in BAD]
)
def test_a_value_of_another_type_is_told_in_one_line(name: str) -> None:
    spec = known()[name]
    said = wrong(name, BAD[spec["type"]], spec)
    value = "has the wrong type" if spec.get("no_log") else f"is '{BAD[spec['type']]}'"
    assert said.startswith(f"{name} {value}. Give ")
    assert "\n" not in said


def test_true_is_no_number() -> None:
    """YAML reads `rotate_soak: yes` as true, which Ansible takes for 1."""
    assert wrong("rotate_soak", True, known()["rotate_soak"]) == (
        "rotate_soak is True. Give a whole number"
    )


@pytest.mark.parametrize("value", ["https://x/s3cret", ["s3cret"], 1, "{", {"urls": "s3cret"}])
def test_what_is_secret_is_not_shown_when_it_is_wrong(value: Any) -> None:
    said = wrong("rotation_notify_slack", value, known()["rotation_notify_slack"])
    assert said.startswith("rotation_notify_slack")
    assert "s3cret" not in said


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({}, ""),
        ({"rotation_notify": ["/etc/own.yml"]}, ""),
        ({"rotation_notify": ["notify_slack.yml"]}, "rotation_notify_slack has no url"),
        (
            {
                "rotation_notify": "[notify_slack.yml]",
                "rotation_notify_slack": "{token: x, channel: C1}",
            },
            "",
        ),
        (
            {"rotation_notify": ["notify_slack.yml"], "rotation_notify_slack": {"token": "x"}},
            "rotation_notify_slack has no channel",
        ),
    ],
)
def test_a_receiver_that_cannot_be_reached_is_told_before_anything_is_changed(
    variables: dict[str, Any], missing: str
) -> None:
    assert wrong_receivers(variables) == missing


def test_a_choice_that_does_not_exist_is_told_with_those_that_do() -> None:
    spec = known()["rotate_on_failure"]
    assert wrong("rotate_on_failure", "abc", spec) == (
        "rotate_on_failure is 'abc'. Choose one of rollback_template, keep_template, rollback"
    )


def test_an_override_of_a_budget_is_checked_to_its_last_part() -> None:
    name = "rotate_drain_pdb_overrides"
    said = wrong(name, '[{"selector": "app=x", "action": "never"}]', known()[name])
    assert "action" in said
    assert "never" in said
    assert "\n" not in said
    assert "selector" in wrong(name, [{"action": "wait"}], known()[name])


def test_a_role_to_assume_is_checked_to_its_last_part() -> None:
    spec = known()["rotation_assume_role"]
    assert "arn" in wrong("rotation_assume_role", "{external_id: x}", spec)
    assert "external" in wrong("rotation_assume_role", "{arn: x, external: y}", spec)


@pytest.mark.parametrize("value", [None, 1, "1", 5, "50%", "100%", [1, 3], "[1, 3]", "[1, '50%']"])
def test_a_serial_is_a_number_of_node_groups(value: object) -> None:
    assert wrong_serial(value, 5, 4) == ""


@pytest.mark.parametrize("value", [0, "0", "0%", "101%", -1, "²", [1, 0], "[1, 0]", 1.5, True])
def test_a_serial_that_means_all_at_once_is_refused(value: object) -> None:
    """Ansible takes 0 for all hosts."""
    assert wrong_serial(value, 5, 4).startswith(f"rotation_serial is {value!r}. Give the number")


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, ""),
        ({"rotate_max_surge": "2", "rotate_canary": "0"}, ""),
        ({"rotate_max_surge": "abc"}, "rotate_max_surge is 'abc'"),
        ({"rotate_max_surge": 0}, "rotate_max_surge and max_unavailable are both 0"),
        ({"rotate_max_surge": "300%"}, "rotate_max_surge is 300%, more nodes than the group has"),
        ({"rotate_max_unavailable": "100%"}, "rotate_max_unavailable is 100%, all nodes at one"),
        ({"rotate_max_unavailable": "100%", "rotate_confirm_sizes": "yes"}, ""),
        ({"rotate_canary": -1}, "rotate_canary is '-1'"),
        ({"rotate_maintenance_window": "{start: '22:00', end: '4:00'}"}, ""),
        (
            {"rotate_maintenance_window": "{start: 22:00, end: '4:00'}"},
            "rotate_maintenance_window.start is '1320'",
        ),
        (
            {"rotate_maintenance_window": {"start": "22:00", "end": "4:00", "time_zone": "CETT"}},
            "rotate_maintenance_window.time_zone is 'CETT'",
        ),
        ({"rotate_limit": 0}, "rotate_limit is 0, it must be more than 0"),
        ({"rotate_nodes": ["a"], "rotate_limit": "2"}, ""),
        ({"rotate_max_node_age": 0}, "rotate_max_node_age is 0, it must be more than 0"),
        ({"rotate_drain_timeout": -1}, "rotate_drain_timeout is -1"),
        ({"rotate_request_rate": 0}, "rotate_request_rate is 0"),
        ({"prepare_ami_min_age": -1}, "prepare_ami_min_age is -1"),
        ({"check_amis_max_age": "-1"}, "check_amis_max_age is -1"),
        ({"rotate_drain_pod_selector": "a b"}, "'a b' in label selector 'a b' is not a"),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
def test_what_a_module_would_refuse_is_refused_before(variables: dict[str, Any], said: str) -> None:
    found = wrong_together(variables)
    assert found.startswith(said) if said else not found


def test_a_name_that_is_nearly_ours_is_told_with_ours() -> None:
    assert unknown(["rotate_max_surg", "rotate_logs", "rotate_canary", "soak", "rotatin_x"]) == {
        "rotate_max_surg": "rotate_max_surge",
        "rotate_logs": "",
    }


@pytest.mark.parametrize(
    ("kind", "variables", "named"),
    [
        ("eks_managed", {"rotate_limit": 2}, "rotate_limit"),
        ("eks_managed", {"rotate_nodes": ["a"], "rotate_limit": 2}, "rotate_nodes"),
        ("eks_managed", {"rotate_instances": ["i-1"]}, "rotate_instances"),
        (
            "eks_managed",
            {"rotate_maintenance_window": {"start": "1:00"}},
            "rotate_maintenance_window",
        ),
        ("eks_managed", {"rotate_limit": "", "rotate_nodes": [], "rotate_soak": 5}, ""),
        ("self_managed", {"rotate_limit": 2}, ""),
        (None, {"rotate_limit": 2}, ""),
    ],
)
def test_what_eks_could_only_ignore_is_refused_for_managed_node_groups(
    kind: Any, variables: dict[str, Any], named: str
) -> None:
    found = wrong_for_kind(kind, variables)
    assert found.startswith(f"{named} is set, and EKS replaces") if named else not found


@pytest.mark.parametrize(
    ("value", "hosts", "wanted"),
    [
        (5, 20, 0),
        (6, 20, 6),
        ("6", 20, 6),
        (6, 5, 0),  # there are no more
        (6, 6, 6),
        ("30%", 20, 6),
        ("25%", 20, 0),
        ("100%", 5, 0),
        ([1, 5, 8], 20, 8),
        ([1, 5, "100%"], 7, 7),
    ],
)
def test_no_more_node_groups_than_ansible_works_on(value: object, hosts: int, wanted: int) -> None:
    told = wrong_serial(value, 5, hosts)
    assert (f"which is {wanted} node groups at one time" in told) is (wanted > 0)
    assert (f"Raise forks (--forks {wanted})" in told) is (wanted > 0)
