# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node that stays gets its targets back in spite of late reads."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Deregister,
    Register,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    NotFoundError,
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    SETTLED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import balancers
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import Retry
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    INGRESS,
    a_group,
    a_target,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_context,
)


@pytest.mark.parametrize(
    ("registered", "back"),
    [
        pytest.param(None, False, id="it may have been deregistered"),
        pytest.param(NOW - 3, False, id="it may have been since"),
        pytest.param(NOW - 1, True, id="it was registered since"),
    ],
)
def test_a_deregistration_whose_answer_was_lost_is_taken_for_done(
    registered: float | None, back: bool
) -> None:
    key = (INGRESS, "i-w", 30080)
    which = (key[1:],)
    ctx = a_context(
        a_group(an_instance("w"), targets=(a_target("w"),)),
        journal=dataclasses.replace(RUNNING, deregistered_targets=(key,)),
        unanswered={Deregister(INGRESS, which): NOW - 2},
        acts={} if registered is None else {Register(INGRESS, which): registered},
    )
    assert balancers.rejoined(ctx) is back
    assert ctx.journal.deregistered_targets == (() if back else (key,))


@pytest.mark.parametrize(("ago", "kept"), [(1.0, True), (SETTLED, False)])
def test_a_late_read_takes_no_target_for_registered_that_an_earlier_run_has_deregistered(
    ago: float, kept: bool
) -> None:
    key = (INGRESS, "i-w", 30080)
    journal = dataclasses.replace(RUNNING, deregistered_targets=(key,))
    group = a_group(an_instance("w"), targets=(a_target("w"),))
    ctx = a_context(group, journal=journal, resumed=True, taken=NOW - ago)
    balancers.rejoined(ctx)
    assert ctx.journal.deregistered_targets == ((key,) if kept else ())


@pytest.mark.parametrize(
    ("acts", "back"),
    [
        pytest.param({}, True, id="nothing was done lately"),
        pytest.param({Deregister: NOW - 1}, False, id="the read is older than the deregistration"),
        pytest.param({Deregister: NOW - 3, Register: NOW - 1}, True, id="it was registered since"),
        pytest.param({Register: NOW - 3, Deregister: NOW - 1}, False, id="it was again"),
    ],
)
def test_a_read_that_is_late_takes_no_target_for_registered(
    acts: dict[type, float], back: bool
) -> None:
    key = (INGRESS, "i-w", 30080)
    ctx = a_context(
        a_group(an_instance("w"), targets=(a_target("w"),)),
        journal=dataclasses.replace(RUNNING, deregistered_targets=(key,)),
        acts={act(INGRESS, (key[1:],)): at for act, at in acts.items()},
    )
    assert balancers.rejoined(ctx) is back
    assert ctx.journal.deregistered_targets == (() if back else (key,))
    waits = back or Register in acts  # what has just been done is not repeated at once
    assert ctx.commands == ([] if waits else [Register(INGRESS, (key[1:],))])


GONE = NotFoundError("there is no such target group")


@pytest.mark.parametrize(
    ("error", "mode", "kept"),
    [
        pytest.param(GONE, "settle", False, id="it does not exist any more"),
        pytest.param(GONE, "release", False, id="also where all is only restored"),
        pytest.param(GONE, "rotate", True, id="a run that rotates settles first"),
        pytest.param(RefusedError("no"), "settle", True, id="it refuses: for the next run"),
    ],
)
def test_a_target_group_that_takes_no_target_back_holds_nothing_up(
    error: RotatorError, mode: str, kept: bool
) -> None:
    key = (INGRESS, "i-w", 30080)
    refused = Retry(9, NOW + 30, error)
    ctx = a_context(
        a_group(an_instance("w"), target_groups=(INGRESS,)),
        journal=dataclasses.replace(RUNNING, deregistered_targets=(key,)),
        mode=mode,
        retries={Register(INGRESS, (key[1:],)): refused},
    )
    assert balancers.rejoined(ctx) is True
    assert ctx.journal.deregistered_targets == ((key,) if kept else ())
    assert not ctx.poll_soon


def test_one_failure_to_register_is_waited_out() -> None:
    key = (INGRESS, "i-w", 30080)
    ctx = a_context(
        a_group(an_instance("w"), target_groups=(INGRESS,)),
        journal=dataclasses.replace(RUNNING, deregistered_targets=(key,)),
        mode="settle",
        retries={Register(INGRESS, (key[1:],)): Retry(1, NOW + 2, GONE)},
    )
    assert balancers.rejoined(ctx) is False
    assert ctx.journal.deregistered_targets == (key,)


@pytest.mark.parametrize(
    ("mode", "waited", "done", "told"),
    [
        ("release", 419, False, ()),
        (
            "release",
            420,
            True,
            (
                "Instance i-w:30080 is not seen in target group ingress again 420 s after it was"
                " registered",
            ),
        ),
        ("rotate", 900, False, ()),
    ],
)
def test_a_target_that_is_registered_and_never_seen_is_left_after_lb_timeout(
    mode: str, waited: float, done: bool, told: tuple[str, ...]
) -> None:
    key = (INGRESS, "i-w", 30080)
    ctx = a_context(
        a_group(an_instance("w"), target_groups=(INGRESS,)),
        journal=dataclasses.replace(RUNNING, deregistered_targets=(key,)),
        mode=mode,
        timers={"registered": NOW - waited},
    )
    assert balancers.rejoined(ctx) is done
    assert ctx.memory.report.left == told
    assert ctx.journal.deregistered_targets == (key,)
