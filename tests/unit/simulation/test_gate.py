# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate: counted always, faulted by plan, judged when it takes effect."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.gate import (
    Call,
    Death,
    Fault,
    Gate,
)


def a_call(name: str = "autoscaling:SetDesiredCapacity", **params: Any) -> Call:
    service, operation = name.split(":")
    return Call(service, operation, params)


def admitted(gate: Gate, number: int, call: Call | None = None) -> list[bool]:
    return [gate.admit(call or a_call()) is None for _call in range(number)]


def test_every_call_is_counted_by_service_and_operation() -> None:
    gate = Gate(lambda: 0.0)
    gate.faults.append(Fault("autoscaling:*", "Throttling"))
    admitted(gate, 3)
    gate.admit(a_call("kubernetes:create pods/eviction"))
    assert gate.calls == {"autoscaling:SetDesiredCapacity": 3, "kubernetes:create pods/eviction": 1}


@pytest.mark.parametrize(
    ("fault", "through"),
    [
        (Fault("autoscaling:Set*", "X"), [False, True, True, True]),
        (Fault("autoscaling:Set*", "X", times=2, skip=1), [True, False, False, True]),
        (Fault("*", "X", times=-1), [False, False, False, False]),
        (Fault("autoscaling:Describe*", "X", times=-1), [True, True, True, True]),
        (Fault("*", "X", times=0), [True, True, True, True]),
    ],
)
def test_which_calls_a_fault_takes(fault: Fault, through: list[bool]) -> None:
    gate = Gate(lambda: 0.0)
    gate.faults.append(fault)
    assert admitted(gate, 4) == through


def test_a_fault_ends_with_its_time() -> None:
    now = [0.0]
    gate = Gate(lambda: now[0])
    gate.faults.append(Fault("*", "X", times=-1, until=10.0))
    assert admitted(gate, 2) == [False, False]
    now[0] = 10.1
    assert admitted(gate, 1) == [True]


def test_a_fault_may_be_about_certain_parameters_and_what_it_spares_does_not_use_it_up() -> None:
    gate = Gate(lambda: 0.0)
    gate.faults.append(
        Fault("*", "X", where=lambda call: call.params.get("AutoScalingGroupName") == "blue")
    )
    assert admitted(gate, 2, a_call(AutoScalingGroupName="green")) == [True, True]
    assert admitted(gate, 2, a_call(AutoScalingGroupName="blue")) == [False, True]


def test_several_faults_take_their_turns() -> None:
    gate = Gate(lambda: 0.0)
    gate.faults += [Fault("*", "first"), Fault("*", "second")]
    met = [gate.admit(a_call()) for _call in range(3)]
    assert [fault.code if fault else "" for fault in met] == ["first", "second", ""]


@pytest.mark.parametrize(("applied", "judged"), [(False, 0), (True, 1)])
def test_a_call_is_judged_if_it_takes_effect(applied: bool, judged: int) -> None:
    gate, told = Gate(lambda: 0.0), list[Call]()
    gate.judges.append(told.append)
    gate.faults.append(Fault("*", "X", applied=applied))
    gate.admit(a_call())
    assert len(told) == judged
    gate.admit(a_call())
    assert len(told) == judged + 1


@pytest.mark.parametrize(
    ("death", "answered"),
    [
        (Death(("anna",), at=0), [True, False, False, True]),
        (Death(("anna",), at=1), [True, True, True, True]),
        (Death(("anna",), before="kubernetes:*"), [True, True, True, True]),
        (Death(("anna",), before="autoscaling:Set*"), [True, False, False, True]),
        (Death(("bert",), at=0), [True, True, True, True]),
    ],
)
def test_who_is_dead_gets_no_answer_from_a_write_on(death: Death, answered: list[bool]) -> None:
    gate = Gate(lambda: 0.0)
    gate.deaths.append(death)
    names = ["ec2:DescribeImages", "autoscaling:SetDesiredCapacity", "kubernetes:get nodes"]
    calls = [dataclasses.replace(a_call(name), actor="anna") for name in names]
    calls.append(dataclasses.replace(a_call(names[1]), actor="carl"))
    assert [gate.admit(call) is None for call in calls] == answered
    assert death.dead is (answered[1] is False)


def test_writes_before_a_death_are_told_and_dry_runs_are_none() -> None:
    gate, death = Gate(lambda: 0.0), Death(("",), at=2)
    gate.deaths.append(death)
    dry = Call("kubernetes", "create pods/eviction", {"query": {"dryRun": "All"}})
    gate.admit(dry)
    gate.admit(a_call("ec2:RunInstances", DryRun=True))
    gate.admit(a_call("kubernetes:create selfsubjectaccessreviews"))
    assert admitted(gate, 3) == [True, True, False]
    assert death.writes == ["autoscaling:SetDesiredCapacity"] * 2


def test_the_connection_of_the_dead_ends_on_either_face() -> None:
    gate = Gate(lambda: 0.0)
    gate.deaths.append(Death(("",), at=0))
    codes = [gate.admit(a_call(name)) for name in ("s3:PutObject", "kubernetes:update leases")]
    assert [fault.code for fault in codes if fault] == ["ConnectionClosed", "0"]
