# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Model the loops of other tools on given boots and drains.

These are models, not measurements: nothing of the tools is run. Each takes the same draws as our
rotation and says how long the loop takes, how often it calls AWS and how many nodes it has too
many at most. Polls are rounded up to the tool's period, fixed sleeps are its defaults, and what a
tool leaves to Auto Scaling takes NOTICED. No model has a canary or a soak, since none of the tools
watches one.

What is modelled is the code at mattermost/rotator a91f993, hellofresh/eks-rolling-update 5561df1,
keikoproj/upgrade-manager 716e5ba and kubernetes/kops 268927e, and the behaviour that the EKS user
guide describes for managed node groups.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence

Draws = Sequence[float]
NOTICED = 30.0
"""Seconds until Auto Scaling replaces an instance that was ended behind its back."""
ZONES = 3


@dataclasses.dataclass(frozen=True)
class Modelled:
    """What a model says of one rotation."""

    seconds: float
    calls: float
    """Calls of AWS."""
    extra: int
    """Nodes above the desired capacity, at most."""


def polled(seconds: float, period: float) -> float:
    """Return when a poll of this period sees what takes so long."""
    return math.ceil(seconds / period) * period


def batches(boots: Draws, drains: Draws, size: int) -> Iterator[tuple[Draws, Draws]]:
    """Yield the boots and drains of each batch."""
    for begin in range(0, len(drains), size):
        yield boots[begin : begin + size], drains[begin : begin + size]


def rotator(boots: Draws, drains: Draws, window: int) -> Modelled:
    """Model rotator: detach a batch, wait for its nodes, drain one after another.

    60 s of balance, polls of 5 s for the count and of 20 s for readiness, 60 s between drains and
    between batches. Eight calls for a node; each batch asks EC2 about every instance of the group.
    """
    seconds = calls = 0.0
    for booting, draining in batches(boots, drains, window):
        ready = max(60.0, polled(max(booting), 20.0))
        seconds += ready + sum(draining) + 60.0 * (len(draining) - 1) + 60.0
        calls += 8 * len(draining) + len(drains) + (ready - 60.0) / 5
    return Modelled(seconds - 60.0, calls, window)


def eks_rolling_update(boots: Draws, drains: Draws, window: int) -> Modelled:
    """Model eks-rolling-update: double the group, drain one after another.

    It sleeps 90 s first and waits until each instance is terminated (some 40 s in polls of 20 s).
    Its window is always the whole group. Each node: a tag, the end, two looks; each instance: a
    launch template.
    """
    del window
    seconds = max(90.0, polled(max(boots), 20.0)) + sum(drain + 40.0 for drain in drains)
    return Modelled(seconds, 5.0 * len(drains), len(drains))


def upgrade_manager(boots: Draws, drains: Draws, window: int) -> Modelled:
    """Model upgrade-manager, eager: a reconciliation every 30 s.

    Groups are cached for 60 s. Each reconciliation makes four calls, each node three and a share of
    EnterStandby.
    """
    seconds = 0.0
    for booting, draining in batches(boots, drains, window):
        seconds += 30.0 + polled(max(booting), 30.0) + 30.0 + polled(max(draining), 30.0) + 30.0
    return Modelled(seconds, 4 * seconds / 30 + (3 + 1 / 19) * len(drains), window)


def kops(boots: Draws, drains: Draws, window: int) -> Modelled:
    """Model kops rolling-update of one group: validate twice around every step.

    The first of the surge boots alone. A drain is followed by 20 s of waits, the boot of its
    replacement and a validation (a tick of 30 s and a second look after 10 s), and the last nodes
    are not replaced. A validation makes five calls, a node four.
    """
    validate, seconds, looks = 10.0, 10.0, 1.0
    surge, rest = boots[:window], len(drains) - window
    for booting in (surge[:1], surge[1:]):
        if booting:
            seconds += 15.0 + polled(max(booting), 30.0) + validate
            looks += 2 + max(booting) / 30
    for booting, draining in batches(boots[window:], drains[: max(rest, 0)], window):
        joined = polled(max(booting, default=0.0) + NOTICED, 30.0)
        seconds += max(draining) + 20.0 + joined + validate
        looks += 2 * len(draining) + joined / 30
    seconds += max(drains[max(rest, 0) :]) + 20.0 + validate
    return Modelled(seconds, 5 * looks + 4 * len(drains), window)


def managed_node_groups(boots: Draws, drains: Draws, window: int) -> Modelled:
    """Model the update of a managed node group, maxUnavailable being the window.

    Scale up by max(2 x zones, window), then drain a batch, wait 60 s, terminate, and wait for what
    replaces it. The caller only asks how the update is, every 30 s. How long EKS takes to scale
    down again is not documented, and not counted.
    """
    extra = max(2 * ZONES, window)
    seconds = max(boots[:extra])
    for booting, draining in batches(boots[extra:], drains, window):
        seconds += max(draining) + 60.0 + NOTICED + max(booting, default=0.0)
    return Modelled(seconds, 1 + seconds / 30, extra)


MODELS: Mapping[str, Callable[[Draws, Draws, int], Modelled]] = {
    "rotator": rotator,
    "eks-rolling-update": eks_rolling_update,
    "upgrade-manager": upgrade_manager,
    "kops": kops,
    "managed node groups": managed_node_groups,
}
"""The models by the name of what they model."""
