# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which options count for which kind of node group."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    KINDS,
    KOPS_API_SERVER,
    KOPS_BASTION,
    KOPS_CONTROL_PLANE,
    Kind,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.fitting import fitted_to
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import Size

ASKED = RotationPolicy("g", "r", "h", max_surge=Size(3), max_unavailable=Size(2))
SIZES = {
    KOPS_CONTROL_PLANE: (Size(0), Size(1)),
    KOPS_API_SERVER: (Size(0), Size(1)),
    KOPS_BASTION: (Size(1), Size(0)),
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_control_planes_and_bastions_go_one_by_one_and_all_others_as_asked(kind: Kind) -> None:
    found = fitted_to(kind, ASKED)
    expected = SIZES.get(kind, (ASKED.max_surge, ASKED.max_unavailable))
    assert (found.max_surge, found.max_unavailable) == expected
    assert (found is ASKED) is (kind not in SIZES)
