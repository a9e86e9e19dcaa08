# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and change the targets of target groups."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import NotFoundError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import TargetHealth


def read_targets(aws: Aws, arns: Iterable[str]) -> Iterable[TargetHealth]:
    """Yield the targets of these target groups with their health."""
    for arn in arns:
        doing = f"read the health of target group {arn}"
        try:
            found = aws.call(doing, "elbv2", "DescribeTargetHealth", TargetGroupArn=arn)
        except NotFoundError:  # deleted: it sends no traffic any more
            continue
        for entry in found.get("TargetHealthDescriptions", ()):
            target, checked = entry["Target"], str(entry.get("HealthCheckPort", ""))
            yield TargetHealth(
                arn,
                target["Id"],
                target.get("Port", 0),
                entry["TargetHealth"]["State"],
                int(checked) if checked.isdigit() else 0,  # "traffic-port": the target's own
            )


def change_targets(
    aws: Aws, operation: str, target_group: str, targets: tuple[tuple[str, int], ...]
) -> None:
    """Register or deregister targets by ID and port (0: the group's own)."""
    named = [{"Id": id_, **({"Port": port} if port else {})} for id_, port in targets]
    aws.call(
        f"change the targets of {target_group}",
        "elbv2",
        operation,
        TargetGroupArn=target_group,
        Targets=named,
    )
