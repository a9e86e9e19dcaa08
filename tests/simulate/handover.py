# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Update the template under the group's Lease, left to the first rotation."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.tests.rotation.template_builders import update
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial

ATTEMPTS, PAUSE = 5, 30.0
HANDED_TO = "r1"
"""The run to which the Lease is left: the first one."""


def hand_over(trial: Trial) -> None:
    """Update the template as launch_template_update does.

    The run ID is that of the first run. Where it refuses, somebody does so by hand.
    """
    for _attempt in range(ATTEMPTS):
        try:
            update(trial.world, trial.name, run_id=HANDED_TO, cluster_name=trial.world.name)
        except RotatorError as error:
            trial.tell(f"UPDATE of the template: {error}")
            trial.world.kernel.advance(trial.now + PAUSE)
        else:
            trial.tell("UPDATE of the template, whose Lease is left to " + HANDED_TO)
            return
    if not trial.group.template:
        return  # somebody has given the group a policy of mixed instances
    trial.tell("SOMEBODY points the group to the new image")
    trial.point_to(trial.world.facts["new_image"])
    trial.world.kernel.advance(trial.now + PAUSE)  # until reads show it
