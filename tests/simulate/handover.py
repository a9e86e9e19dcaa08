# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Update the template under the group's Lease, and leave that to the first rotation."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.tests.rotation.template_builders import update
from ansible_collections.nodeops.rotator.tests.simulate.stage import Stage

ATTEMPTS, PAUSE = 5, 30.0


def hand_over(stage: Stage) -> None:
    """Update the template as launch_template_update does, with the ID of the first run.

    Where it refuses, somebody does so by hand.
    """
    for _attempt in range(ATTEMPTS):
        try:
            update(stage.world, stage.name, run_id="r1", cluster_name=stage.world.name)
        except RotatorError as error:
            stage.tell(f"UPDATE of the template: {error}")
            stage.world.kernel.advance(stage.now + PAUSE)
        else:
            stage.tell("UPDATE of the template, whose Lease is left to r1")
            return
    stage.tell("SOMEBODY points the group to the new image")
    stage.point_to(stage.world.facts["new_image"])
    stage.world.kernel.advance(stage.now + PAUSE)  # until reads show it
