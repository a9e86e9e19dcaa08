# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of a drain from the module, and which override a pod gets."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import (
    OPTIONS,
    BudgetOverride,
    DrainPolicy,
    from_params,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse

OTHER: dict[str, Any] = {
    "ignore_daemonsets": False,
    "delete_emptydir_data": True,
    "force": True,
    "disable_eviction": True,
    "grace_period": 5,
    "max_grace_period": 60,
    "skip_wait_for_delete_timeout": 7,
    "honor_do_not_disrupt": "wait",
    "tolerating_pods": "fail",
    "wait_for_jobs": True,
    "by_priority": True,
    "timeout": 100,
    "pdb_timeout": 50,
    "retry": 3,
    "on_timeout": "skip",
    "wait_for_volumes": False,
    "volume_timeout": 9,
}
"""A value for each option that is not its default."""
MADE = ("pod_selector", "pdb_overrides")
"""Options that are made into something else."""


def test_each_option_has_another_value_here() -> None:
    assert set(OTHER) | set(MADE) == set(OPTIONS)
    defaults = DrainPolicy()
    assert [name for name, value in OTHER.items() if getattr(defaults, name) == value] == []


@pytest.mark.parametrize("prefix", ["", "drain_"])
@pytest.mark.parametrize("name", OTHER)
def test_an_option_sets_its_own_field_and_no_other(name: str, prefix: str) -> None:
    policy = from_params({prefix + name: OTHER[name]}, prefix=prefix)
    assert policy == dataclasses.replace(DrainPolicy(), **{name: OTHER[name]})


@pytest.mark.parametrize("name", OTHER)
def test_an_option_of_another_prefix_is_not_taken(name: str) -> None:
    assert from_params({name: OTHER[name]}, prefix="drain_") == DrainPolicy()
    assert from_params({f"drain_{name}": OTHER[name]}) == DrainPolicy()


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_that_is_not_given_has_its_default(name: str) -> None:
    assert from_params({name: None}) == DrainPolicy() == from_params({})


def test_all_options_together() -> None:
    policy = from_params({**OTHER, "pod_selector": "a=b"}, 5.0)
    for name, value in OTHER.items():
        assert getattr(policy, name) == value
    assert policy.pod_selector == parse("a=b")
    assert policy.epoch == 5.0


@pytest.mark.parametrize(
    ("given", "found"), [(-1, None), (-30, None), (0, 0), (1, 1), (None, None)]
)
def test_a_negative_grace_means_the_pod_s_own(given: int | None, found: int | None) -> None:
    assert from_params({"grace_period": given}).grace_period == found


def test_the_clock_is_no_option() -> None:
    assert "epoch" not in OPTIONS
    assert from_params({"epoch": 7.0}).epoch is None


WEB, DATA, ANY = parse("app=web"), parse("app=db"), parse("")
PODS = [
    Pod(namespace, name, "u", labels={"app": name})
    for namespace, name in itertools.product(("shop", "bank"), ("web", "db"))
]


def action(pod: Pod, *overrides: BudgetOverride) -> str:
    """What is done with a pod that a budget blocks, "" if no override fits."""
    found = DrainPolicy(pdb_overrides=overrides).override(pod)
    return found.action if found else ""


@pytest.mark.parametrize("pod", PODS, ids=lambda pod: pod.id)
def test_an_override_fits_by_labels_and_namespace(pod: Pod) -> None:
    assert action(pod, BudgetOverride(WEB, "delete")) == ("delete" if pod.name == "web" else "")
    only = BudgetOverride(ANY, "delete", "shop")
    assert action(pod, only) == ("delete" if pod.namespace == "shop" else "")
    both = BudgetOverride(WEB, "skip_node", "shop")
    assert action(pod, both) == ("skip_node" if pod.id == "shop/web" else "")
    assert action(pod) == ""


@pytest.mark.parametrize("pod", PODS, ids=lambda pod: pod.id)
def test_the_first_override_that_fits_counts(pod: Pod) -> None:
    overrides = (
        BudgetOverride(DATA, "wait"),
        BudgetOverride(ANY, "skip_node", "bank"),
        BudgetOverride(ANY, "delete"),
    )
    expected = "wait" if pod.name == "db" else "skip_node" if pod.namespace == "bank" else "delete"
    assert action(pod, *overrides) == expected
    assert action(pod, *reversed(overrides)) == "delete"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"selector": "a b"}, "'a b'"),
        ({"selector": "a=b", "action": "kill"}, "pdb_overrides action is 'kill'"),
    ],
)
def test_an_override_that_cannot_be_meant_is_named(entry: dict[str, str], words: str) -> None:
    with pytest.raises(InputError) as caught:
        from_params({"pdb_overrides": [{"selector": "ok=1"}, entry]})
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["on_timeout", "tolerating_pods", "honor_do_not_disrupt"])
@pytest.mark.parametrize("value", ["", "Fail", "none", "nothing"])
def test_a_choice_is_one_of_those_documented(name: str, value: str) -> None:
    with pytest.raises(InputError, match=f"{name} is '{value}'"):
        from_params({name: value})


@pytest.mark.parametrize(
    ("timeout", "grace", "allowed"), [(0, 10**6, True), (30, 30, True), (30, 31, False)]
)
def test_a_drain_is_at_least_as_long_as_the_grace_that_it_gives(
    timeout: int, grace: int, allowed: bool
) -> None:
    if allowed:
        assert from_params({"timeout": timeout, "grace_period": grace}).timeout == timeout
        return
    with pytest.raises(InputError, match="Raise timeout, or lower grace_period"):
        from_params({"timeout": timeout, "grace_period": grace})
