# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event logs as a rotation writes them."""

from __future__ import annotations

from typing import Any

BEGAN = 1_000_000.0


def event(after: float, phase: str, subject: str = "blue", **fields: Any) -> dict[str, Any]:
    """A record of a rotation, so many seconds after it began."""
    return {
        "run": "night-7",
        "autoscaling_group_name": "blue",
        "at": BEGAN + after,
        "phase": phase,
        "subject": subject,
        "text": "",
        **fields,
    }


def of_new(after: float, phase: str, subject: str = "ip-10-0-0-9", **fields: Any) -> dict[str, Any]:
    """A record of the replacement node i-new."""
    return event(after, phase, subject, instance_id="i-new", zone="a", leaves=False, **fields)


def of_old(after: float, phase: str, subject: str = "ip-10-0-0-4", **fields: Any) -> dict[str, Any]:
    """A record of the outdated node i-old."""
    return event(after, phase, subject, instance_id="i-old", zone="b", leaves=True, **fields)


def result(after: float, status: str = "complete", **fields: Any) -> dict[str, Any]:
    """The record of the end."""
    values = {
        "status": status,
        "replaced": 1,
        "outdated": 0,
        "base": 3,
        "not_restored": [],
        **fields,
    }
    return {
        "run": "night-7",
        "autoscaling_group_name": "blue",
        "at": BEGAN + after,
        "result": {
            **values,
            "target": {"image_id": "ami-new"},
            "old_image_ids": ["ami-old"],
            **fields,
        },
    }


ROTATION = (
    event(0, "start", text="1 of 3 nodes is outdated"),
    of_new(10, "launched", "i-new", text="i-new in a"),
    of_new(70, "ready", text="i-new after 60 s"),
    of_old(70, "cordoned", text="version 1, target is 2"),
    of_old(71, "draining", text="2 pods have to go"),
    of_old(80, "evicted", text="shop/cart-1"),
    of_old(90, "blocked", text="shop/cart-2 by PDB shop/cart"),
    of_old(120, "evicted", text="shop/cart-2"),
    of_old(121, "drained"),
    of_old(130, "terminated"),
    event(140, "done"),
    result(141),
)
"""One node is replaced; its drain is blocked for half a minute."""
