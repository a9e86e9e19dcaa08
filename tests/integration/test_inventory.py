# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory that cannot be read ends the command, whatever the playbook and its limit."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.integration.wire import INVENTORY, WorldOnWire

GROUP = "demo-blue"
NOBODY: dict[str, str | None] = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}


def test_an_unknown_cluster_ends_the_inventory_and_the_playbook(
    still: WorldOnWire,
) -> None:
    outcome = still.playbook("rotate_eks", inventory=INVENTORY + "clusters: [dmo]\n")
    assert outcome.code != 0
    assert (
        "There is no EKS cluster dmo in eu-west-1 (there: demo). Check the name, the region"
        " and the account" in outcome.output
    )
    assert outcome.code == 2 and "PLAY" not in outcome.output, "nothing of it has run"


def test_an_inventory_without_credentials_fails_in_one_line(still: WorldOnWire) -> None:
    outcome = still.run("ansible-inventory", "-i", str(still.inventory), "--graph", **NOBODY)
    assert (
        "Cannot list the EKS clusters of eu-west-1: Unable to locate credentials. Give AWS"
        " credentials" in outcome.output
    )
    assert outcome.code == 2 and "Traceback" not in outcome.output
    assert len(outcome.output.strip().splitlines()) == 1, "other inventory plugins are mentioned"


@pytest.mark.parametrize("playbook", ["rotate_eks", "plan", "check_amis"])
def test_no_playbook_runs_without_its_inventory(still: WorldOnWire, playbook: str) -> None:
    """Ansible alone would warn, find no hosts, and end with status 0."""
    inventory = still.inventory.parent / "gone.node_groups.yml"
    inventory.write_text(INVENTORY)
    name = f"nodeops.rotator.{playbook}"
    outcome = still.run("ansible-playbook", "-i", str(inventory), name, "--limit", GROUP, **NOBODY)
    assert outcome.code == 2 and "Unable to locate credentials" in outcome.output


def test_an_empty_inventory_is_an_error_unless_allowed(still: WorldOnWire) -> None:
    inventory = still.inventory.parent / "none.node_groups.yml"
    inventory.write_text(INVENTORY + "tags: {team: nobody}\n")
    outcome = still.run("ansible-inventory", "-i", str(inventory), "--graph")
    assert outcome.code == 2 and "No node groups in eu-west-1" in outcome.output
    inventory.write_text(INVENTORY + "tags: {team: nobody}\nallow_empty: true\n")
    assert still.run("ansible-inventory", "-i", str(inventory), "--graph").code == 0
