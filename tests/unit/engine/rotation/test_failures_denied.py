# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A denial counts up to its last answer."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import failures
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import Retry
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import NOW
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.test_failures import (
    CHANGE,
    SHUT,
    WHO,
    a_look,
)


@pytest.mark.parametrize(
    ("lasted", "given_up"),
    [
        pytest.param(59.0, False, id="and nobody has asked since it had lasted for a minute"),
        pytest.param(60.0, True, id="still after a minute"),
    ],
)
def test_what_was_denied_counts_up_to_the_last_answer(lasted: float, given_up: bool) -> None:
    """Others may have been let in long since, where nothing is asked any more."""
    first = NOW - 90
    timers = {"not let in ChangeNode": first, "credentials": first}
    denied = {CHANGE: Retry(5, NOW, SHUT, first + lasted)}
    assert bool(failures.hopeless(a_look(retries=denied, timers=timers))) is given_up
    expired = {CHANGE: Retry(5, NOW, WHO, first + lasted)}
    error = failures.credentials_error(a_look(retries=expired, timers=timers))
    assert (error is not None) is given_up
