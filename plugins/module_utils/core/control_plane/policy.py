# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fit the options of a rotation to a control plane, whoever asks for what."""

from __future__ import annotations

import dataclasses
import functools

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    OnFailure,
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import Size

BOOT_TIMEOUT, LB_TIMEOUT = 1800.0, 600.0
"""Seconds that a control plane node may take to be whole, and a load balancer to follow."""


@functools.lru_cache(maxsize=4)
def fitted(policy: RotationPolicy) -> RotationPolicy:
    """Return the options by which a control plane is rotated.

    One node at a time and never surged: a new node can only take over the etcd volumes once the old
    one has let go of them. The first failure is the last, nothing new is ended, and it has to be
    whole for etcd_settle instead of being watched as a canary. Nothing begins beside a node in
    standby, which may still be a member of etcd.
    """
    back: OnFailure = (
        "keep_template" if policy.on_failure == "keep_template" else "rollback_template"
    )
    return dataclasses.replace(
        policy,
        max_surge=Size(0),
        max_unavailable=Size(1),
        canary=Size(1),
        soak=0,
        failure_budget=0,
        boot_timeout=BOOT_TIMEOUT if policy.boot_timeout is None else policy.boot_timeout,
        lb_timeout=max(policy.lb_timeout, LB_TIMEOUT),
        on_failure=back,
        surge_by="set_desired",
        unknown_instances="leave",
        repair=False,
        keep_failed=False,
        standby_instances="refuse",
    )


@functools.lru_cache(maxsize=4)
def unexposed(policy: RotationPolicy) -> RotationPolicy:
    """Return the options for a group that is no part of a control plane.

    It needs no outage of the API, whoever has allowed one.
    """
    return (
        dataclasses.replace(policy, allow_api_outage=False) if policy.allow_api_outage else policy
    )


def settle_of(policy: RotationPolicy) -> float:
    """Return for how many seconds every node has to be whole.

    They are twice as many where not every API server can be asked.
    """
    return policy.etcd_settle * (2 if policy.control_plane_check == "indirect" else 1)
