# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delays, lag and error rates of the account; a scenario can set each of them."""

from __future__ import annotations

import dataclasses

Range = tuple[float, float]
"""Lowest and highest duration in seconds; the World's random source picks one between them."""


@dataclasses.dataclass(frozen=True)
class Behavior:
    """Durations in seconds, and odds: the probability that one call is affected.

    The defaults suit virtual time and are of the order that the real services show. A scenario on
    the wall clock sets its own.
    """

    describe_lag: float = 3.0
    """Greatest age of what a Describe answer shows (EC2 API reference, eventual consistency)."""
    scaling_delay: Range = (5.0, 60.0)
    """From a change of a group (such as its desired capacity) until the service acts on it."""
    boot: Range = (20.0, 40.0)
    """An instance from pending to running."""
    in_service: Range = (1.0, 10.0)
    """A group's instance from running to InService, when no lifecycle hook holds it."""
    terminate_lag: Range = (1.0, 10.0)
    """From an accepted termination until the instance is no longer reported InService."""
    shutdown: Range = (20.0, 60.0)
    """From shutting-down to terminated."""
    detach: Range = (2.0, 15.0)
    """Duration of Detaching and of EnteringStandby."""
    health_check: Range = (5.0, 60.0)
    """From the unexpected end of an instance until its group notices."""
    launch_retry: Range = (15.0, 60.0)
    """From a failed launch until the group retries."""
    forget: float = 3600.0
    """Time for which a terminated instance stays visible."""
    deregistration_delay: float = 300.0
    """A new target group's deregistration_delay.timeout_seconds."""
    target_health: Range = (10.0, 30.0)
    """From registration, or a changed probe result, until a target's health follows."""
    az_rebalance: bool = True
    """Rebalance groups whose zones differ by more than one instance."""
    reuse_addresses: bool = True
    """Give a new instance the address, and so the name, released last in its subnet."""
    own_hostnames: bool = False
    """Nodes of new instances have names of their own, not EC2's (kubelet --hostname-override)."""
    page_size: int | None = None
    """Maximum number of elements on a page; None: each operation's documented default."""
    contention_odds: float = 0.0
    """ResourceContention on Auto Scaling writes that document it."""
    scaling_in_progress_odds: float = 0.0
    """ScalingActivityInProgress on Auto Scaling writes that document it."""
    throttle_odds: float = 0.0
    """Throttling of any call."""
    eks_stays_in: str = ""
    """The phase that updates of managed node groups do not leave; `config` for one of the config,
    `eviction` for nodes, which keep a pod."""

    @staticmethod
    def polite() -> Behavior:
        """Return a behavior without delays, lag or errors, for tests of other things."""
        still = (0.0, 0.0)
        return Behavior(
            describe_lag=0.0,
            scaling_delay=still,
            boot=still,
            in_service=still,
            terminate_lag=still,
            shutdown=still,
            detach=still,
            health_check=still,
            launch_retry=(1.0, 1.0),
            deregistration_delay=0.0,
            target_health=still,
            az_rebalance=False,
            reuse_addresses=False,
        )

    @staticmethod
    def quick() -> Behavior:
        """Return the same physics with short delays, for the wall clock.

        An instance is InService within two seconds. That is sooner than the Node of a dead instance
        is deleted, so a new instance would always take over that Node if addresses were reused at
        once.
        """
        return Behavior(
            describe_lag=0.2,
            scaling_delay=(0.1, 0.5),
            boot=(0.3, 0.8),
            in_service=(0.1, 0.3),
            terminate_lag=(0.1, 0.5),
            shutdown=(0.3, 0.8),
            detach=(0.1, 0.3),
            health_check=(0.2, 0.5),
            launch_retry=(0.5, 1.0),
            forget=600.0,
            deregistration_delay=2.0,
            target_health=(0.2, 0.6),
            reuse_addresses=False,
        )
