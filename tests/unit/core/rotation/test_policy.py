# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a rotation, from the module's parameters, validated once."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    DRAIN_PREFIX,
    DURATIONS,
    LIMITS,
    NOT_OPTIONS,
    OPTIONS,
    RotationPolicy,
    from_params,
    patient,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import Size

POLICY = RotationPolicy("blue", "r1", "me")


def params(**changes: Any) -> dict[str, Any]:
    """The parameters of asg_node_replace, all with their defaults but these."""
    drain = {field.name: field.default for field in dataclasses.fields(DrainPolicy)}
    drain |= {"pod_selector": "", "pdb_overrides": []}
    return {
        **{DRAIN_PREFIX + name: value for name, value in drain.items()},
        **{name: getattr(POLICY, name) for name in OPTIONS},
        "max_surge": "1",
        "max_unavailable": "0",
        "canary": "1",
        "autoscaling_group_name": "blue",
        "cluster_name": None,
        "lock_namespace": "kube-system",
        "eks_cluster": None,
        "launch_template_version": "",
        "run_id": None,
        "state": "replaced",
        **changes,
    }


def made(check: bool = False, **changes: Any) -> RotationPolicy:
    """The policy for these parameters."""
    return from_params(params(**changes), "r1", "me", check, 5.0)


class TestValues:
    @pytest.mark.parametrize("name", ("failure_budget", *DURATIONS))
    @pytest.mark.parametrize(("value", "allowed"), [(-1, False), (0, True), (7, True)])
    def test_counts_and_durations_are_at_least_zero(
        self, name: str, value: int, allowed: bool
    ) -> None:
        assert is_allowed({name: value}) is allowed

    @pytest.mark.parametrize("name", LIMITS)
    @pytest.mark.parametrize(("value", "allowed"), [(-1, False), (0, False), (0.1, True)])
    def test_limits_are_more_than_zero(self, name: str, value: float, allowed: bool) -> None:
        assert is_allowed({name: value}) is allowed

    @pytest.mark.parametrize("name", ["boot_timeout", "max_node_age"])
    def test_some_limits_need_not_be_set(self, name: str) -> None:
        assert is_allowed({name: None}) is True

    @pytest.mark.parametrize(
        ("name", "values"),
        [
            ("workload_gate", ("wait", "warn", "off")),
            ("surge_by", ("set_desired", "launch_instances")),
            ("on_failure", ("rollback_template", "keep_template", "rollback")),
            ("unknown_instances", ("leave", "end")),
            ("standby_instances", ("leave", "refuse")),
            ("etcd_backup_check", ("require", "warn", "off")),
            ("control_plane_check", ("direct", "indirect")),
        ],
    )
    def test_choices_are_those_that_are_documented(
        self, name: str, values: tuple[str, ...]
    ) -> None:
        assert [is_allowed({name: value}) for value in values] == [True] * len(values)
        with pytest.raises(InputError) as caught:
            dataclasses.replace(POLICY, **{name: "other"})
        assert str(caught.value) == f"{name} is 'other'. Choose one of {', '.join(values)}"

    @pytest.mark.parametrize(
        ("surge", "unavailable", "allowed"),
        [(1, 0, True), (0, 1, True), (3, 2, True), (0, 0, False)],
    )
    def test_something_has_to_be_replaceable(
        self, surge: int, unavailable: int, allowed: bool
    ) -> None:
        sizes = {"max_surge": Size(surge), "max_unavailable": Size(unavailable)}
        assert is_allowed(sizes) is allowed

    def test_every_field_is_an_option_or_said_not_to_be(self) -> None:
        fields = {field.name for field in dataclasses.fields(RotationPolicy)}
        assert set(OPTIONS) | NOT_OPTIONS == fields
        assert set(OPTIONS) & NOT_OPTIONS == set()


def is_allowed(fields: dict[str, Any]) -> bool:
    """Return whether a policy may have these values; else the wrong one is named."""
    try:
        dataclasses.replace(POLICY, **fields)
    except InputError as error:
        assert any(name in str(error) for name in fields)
        return False
    return True


class TestParameters:
    def test_with_their_defaults_are_the_policys_own(self) -> None:
        assert made() == dataclasses.replace(POLICY, drain=DrainPolicy(epoch=5.0))

    @pytest.mark.parametrize(
        ("cluster_name", "eks_cluster", "cluster"),
        [("a", "b", "a"), (None, "b", "b"), ("", "b", "b"), (None, None, "")],
    )
    def test_name_the_cluster_one_way_or_the_other(
        self, cluster_name: str | None, eks_cluster: str | None, cluster: str
    ) -> None:
        assert made(cluster_name=cluster_name, eks_cluster=eks_cluster).cluster == cluster

    @pytest.mark.parametrize(("run_id", "given"), [("play-1", True), ("", False), (None, False)])
    def test_say_whether_the_id_of_the_run_was_given(self, run_id: str | None, given: bool) -> None:
        assert made(run_id=run_id).run_given is given

    @pytest.mark.parametrize(("text", "size"), [("2", Size(2)), ("25%", Size(25, True))])
    def test_sizes_are_numbers_or_percentages(self, text: str, size: Size) -> None:
        assert made(max_surge=text).max_surge == size
        assert made(max_unavailable=text).max_unavailable == size

    @pytest.mark.parametrize(("hold", "seconds"), [(0, 600), (600, 600), (601, 601), (7200, 7200)])
    def test_wait_at_least_for_the_hooks_of_the_group(self, hold: float, seconds: float) -> None:
        policy = made(terminate_timeout=600)
        found = patient(policy, hold)
        assert found.terminate_timeout == seconds
        assert (found is policy) is (hold <= 600)
        assert dataclasses.replace(found, terminate_timeout=600) == policy

    @pytest.mark.parametrize(("state", "restores"), [("replaced", False), ("restored", True)])
    def test_say_whether_only_to_restore(self, state: str, restores: bool) -> None:
        assert made(state=state).restore_only is restores

    @pytest.mark.parametrize("check", [True, False])
    def test_in_check_mode_only_a_plan_is_made(self, check: bool) -> None:
        assert made(check).plan_only is check

    def test_of_the_drain_carry_its_prefix(self) -> None:
        policy = made(drain_timeout=60, drain_force=True, drain_pod_selector="a=b")
        assert (policy.drain.timeout, policy.drain.force) == (60, True)
        assert policy.drain.pod_selector.matches({"a": "b"}) is True
        assert policy.drain.pod_selector.matches({}) is False

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"autoscaling_group_name": ""}, "autoscaling_group_name is empty"),
            ({"max_surge": "x"}, "max_surge is 'x'"),
            ({"max_unavailable": "-1"}, "max_unavailable is '-1'"),
            ({"drain_retry": 0}, "retry is 0"),
            ({"soak": -1}, "soak is -1, it must be 0 or more seconds"),
            ({"lease_duration": 0}, "lease_duration is 0, it must be more than 0 seconds"),
        ],
    )
    def test_that_cannot_be_meant_are_named(self, changes: dict[str, Any], words: str) -> None:
        with pytest.raises(InputError) as caught:
            made(**changes)
        assert words in str(caught.value)
