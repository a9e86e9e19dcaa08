# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter says what the result of a module tells."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.filter.aftermath import FilterModule, aftermath

RESULT = {"status": "failed", "launches": "it launches", "desired": 4, "not_restored": []}


def test_a_result_is_told_with_its_template_and_size() -> None:
    assert aftermath(RESULT).startswith("Now it launches, desired capacity is 4, everything was")


def test_what_is_not_restored_is_named() -> None:
    told = aftermath({**RESULT, "not_restored": ["MaxSize stays 5"]})
    assert "1 not restored: MaxSize stays 5. To try again" in told


def test_a_module_that_failed_before_it_began_tells_nothing() -> None:
    assert aftermath({"msg": "unsupported parameters"}) == ""


def test_the_filter_has_its_name() -> None:
    assert FilterModule().filters() == {"aftermath": aftermath}
