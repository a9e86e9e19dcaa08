# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All mutations."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations import (
    accounts,
    canaries,
    clusters,
    drains,
    endings,
    evidence,
    follows,
    guards,
    handovers,
    judgements,
    kops,
    locks,
    managed,
    managed_guards,
    memories,
    planes,
    pools,
    selections,
)

MUTATIONS = (
    *guards.MUTATIONS,
    *accounts.MUTATIONS,
    *endings.MUTATIONS,
    *evidence.MUTATIONS,
    *locks.MUTATIONS,
    *handovers.MUTATIONS,
    *clusters.MUTATIONS,
    *canaries.MUTATIONS,
    *judgements.MUTATIONS,
    *drains.MUTATIONS,
    *follows.MUTATIONS,
    *planes.MUTATIONS,
    *kops.MUTATIONS,
    *managed.MUTATIONS,
    *managed_guards.MUTATIONS,
    *selections.MUTATIONS,
    *pools.MUTATIONS,
    *memories.MUTATIONS,
)
