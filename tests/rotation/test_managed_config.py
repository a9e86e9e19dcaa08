# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How EKS updates is changed for a run, and restored."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import CONFIG_TAG
from ansible_collections.nodeops.rotator.tests.rotation.managed_builders import holder, planned
from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import BuiltNodegroup


def test_the_update_config_is_changed_only_if_asked_and_restored() -> None:
    built = BuiltNodegroup()
    seen: list[dict[str, Any]] = []
    built.world.account.observers.append(
        lambda event, one: seen.append(dict(built.web.update_config))
    )
    run = planned(built, max_unavailable=2)
    assert run().status == "complete"
    assert {"maxUnavailable": 2, "updateStrategy": "DEFAULT"} in seen
    assert built.web.update_config["maxUnavailable"] == 1
    assert CONFIG_TAG not in built.web.tags
    assert [one.type for one in built.web.updates.values()].count("ConfigUpdate") == 2
    assert run.texts("restored") == ["update config max-unavailable=1 strategy=DEFAULT"]


def test_an_update_config_that_somebody_changes_meanwhile_is_left() -> None:
    built = BuiltNodegroup()
    run = planned(built, max_unavailable=2)
    changed: list[int] = []

    def meddle(event: str, _one: Any) -> None:
        if event == "terminated" and not changed:
            changed.append(1)
            built.web.update_config = {"maxUnavailable": 3}

    built.world.account.observers.append(meddle)
    result = run()
    assert result.status == "complete"
    assert any("somebody changed it" in text for text in result.values["not_restored"])
    assert (built.web.update_config, CONFIG_TAG in built.web.tags) == ({"maxUnavailable": 3}, False)


def test_state_restored_restores_what_a_killed_run_has_changed() -> None:
    built = BuiltNodegroup()
    run = planned(built, max_unavailable=2)
    run.inbox.stop_at(400)
    stopped = run()
    assert (stopped.status, holder(built)) == ("stopped", "")
    assert "EKS goes on" in str(stopped.error)
    assert any("was max-unavailable=1" in text for text in stopped.values["not_restored"])
    built.go(7200)
    result = planned(built, "r2", restore_only=True)()
    assert result.status == "restored"
    assert (built.web.update_config["maxUnavailable"], CONFIG_TAG in built.web.tags) == (1, False)
