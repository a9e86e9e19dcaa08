# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out instance refreshes.

Source: EC2 Auto Scaling user guide, "How an instance refresh works" and "Understand the default
values for an instance refresh"; API reference, RefreshPreferences. Instances are replaced in
batches that keep the minimum healthy percentage, without a look at what runs on them.
"""

from __future__ import annotations

import math
import uuid
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, Member

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

ACTIVE = ("Pending", "InProgress", "Baking")
STEP = (5.0, 15.0)
"""Seconds between two looks of a refresh at its group."""
WAIT = 3600.0
"""Seconds for which a refresh waits for protected instances; then it fails."""
DEFAULTS: dict[str, Any] = {
    "MinHealthyPercentage": 90,
    "SkipMatching": False,
    "ScaleInProtectedInstances": "Wait",
}


class Refresh:
    """One instance refresh; `view` is what DescribeInstanceRefreshes shows."""

    def __init__(self, account: Account, group: Group, preferences: dict[str, Any]) -> None:
        self._account, self._group = account, group
        self._wishes = {**DEFAULTS, **preferences}
        self._wishes.setdefault("InstanceWarmup", group.setting("HealthCheckGracePeriod"))
        self._left = {name for name, member in group.members.items() if self._is_due(member)}
        self._in_service: dict[str, float] = {}
        self._waits_since: float | None = None
        self.view: dict[str, Any] = {
            "InstanceRefreshId": str(uuid.UUID(int=account.kernel.random.getrandbits(128))),
            "AutoScalingGroupName": group.name,
            "Status": "Pending",
            "StartTime": account.kernel.second(account.kernel.now),
            "PercentageComplete": 0,
            "InstancesToUpdate": len(self._left),
            "Preferences": self._wishes,
        }
        self._total = max(1, len(self._left))
        account.kernel.after(account.kernel.spread(*account.behavior.scaling_delay), self._begin)

    def cancel(self) -> None:
        """Begin nothing more; replacements that have begun go on."""
        self.view["Status"] = "Cancelling"
        self._account.kernel.after(
            self._account.kernel.spread(*STEP), lambda: self._end("Cancelled")
        )

    def _is_due(self, member: Member) -> bool:
        if not member.counted:
            return False
        template = self._group.template or {}
        made = self._account.templates.get(template.get("LaunchTemplateId", ""))
        asked = template.get("Version", "")
        if made is None or not self._wishes["SkipMatching"]:
            return True
        numbers = {"$Latest": made.latest, "$Default": made.default}
        number = numbers.get(asked) or int(asked)
        return member.launch_template is None or member.launch_template[2] != number

    def _begin(self) -> None:
        if self.view["Status"] == "Pending":
            self.view["Status"] = "InProgress"
            self._step()

    def _end(self, status: str, reason: str = "") -> None:
        self.view["Status"] = status
        self.view["EndTime"] = self._account.kernel.second(self._account.kernel.now)
        if reason:
            self.view["StatusReason"] = reason

    def _step(self) -> None:
        """Replace what may be replaced now, and look again later."""
        if self.view["Status"] != "InProgress":
            return
        self._left &= {name for name, member in self._group.members.items() if member.counted}
        blocked = {"InstanceRefresh", "Launch", "Terminate"} & set(self._group.suspended)
        due, protected = self._due()
        if not blocked:
            for member in due[: self._room()]:
                self._replace(member)
        self._report()
        if not self._left and self._healthy() >= self._group.desired:
            self._end("Successful")
        elif self._waited(bool(protected) and not due):
            why = "The instance refresh failed: instances are protected from scale in"
            self._end("Failed", why)
        else:
            self._account.kernel.after(self._account.kernel.spread(*STEP), self._step)

    def _due(self) -> tuple[list[Member], list[Member]]:
        """Return what may be replaced, and what is protected from it."""
        wish = self._wishes["ScaleInProtectedInstances"]
        members = [self._group.members[name] for name in sorted(self._left)]
        protected = [member for member in members if member.protected and wish != "Refresh"]
        if wish == "Ignore":
            self._left -= {member.instance_id for member in protected}
            protected = []
        free = [m for m in members if m.instance_id in self._left and m not in protected]
        return [member for member in free if member.lifecycle_state == "InService"], protected

    def _room(self) -> int:
        """Return how many instances may be replaced now: at least one at a time."""
        percentage = self._wishes["MinHealthyPercentage"]
        needed = math.ceil(self._group.desired * percentage / 100)
        most: int = max(1, self._group.desired - needed)
        return max(0, most - max(0, self._group.desired - self._healthy()))

    def _healthy(self) -> int:
        """Return how many instances are in service and, if they are new, warm."""
        now, count = self._account.kernel.now, 0
        for name, member in self._group.members.items():
            if not member.counted or member.lifecycle_state != "InService":
                continue
            since = self._in_service.setdefault(name, now)
            count += name in self._left or now - since >= self._wishes["InstanceWarmup"]
        return count

    def _replace(self, member: Member) -> None:
        cause = (
            f"At {self._account.scaler.stamp()} an instance was taken out of service in response"
            " to an instance refresh."
        )
        self._left.discard(member.instance_id)
        self._account.scaler.lifecycle.retire(self._group, member, cause, at_once=True)

    def _report(self) -> None:
        self.view["InstancesToUpdate"] = len(self._left)
        self.view["PercentageComplete"] = 100 * (self._total - len(self._left)) // self._total

    def _waited(self, waits: bool) -> bool:
        now = self._account.kernel.now
        if not waits:
            self._waits_since = None
        elif self._waits_since is None:
            self._waits_since = now
        return self._waits_since is not None and now - self._waits_since >= WAIT
