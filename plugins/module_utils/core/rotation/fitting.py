# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fit the options of a rotation to the kind of the node group."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.policy import (
    fitted,
    unexposed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import Kind
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.stand_ins import (
    one_by_one,
)


def fitted_to(kind: Kind, policy: RotationPolicy) -> RotationPolicy:
    """Return the options as far as this kind lets them count."""
    if kind.serves_api:
        return fitted(policy)
    inner = unexposed(policy)
    return inner if kind.carries_pods else one_by_one(inner)
