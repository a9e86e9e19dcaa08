# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find and describe Auto Scaling groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import NotFoundError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
    read_group,
)

CHECK_NAME = "Check the name, the region and the account"
"""What to do where something named is not there."""
DESCRIBE = "DescribeAutoScalingGroups"


def describe_group(aws: Aws, name: str) -> DescribedGroup:
    """Return the group of this name. Raises NotFoundError."""
    found = aws.call(
        f"read Auto Scaling group {name}", "autoscaling", DESCRIBE, AutoScalingGroupNames=[name]
    )["AutoScalingGroups"]
    if not found:
        raise NotFoundError(f"There is no Auto Scaling group {name}", CHECK_NAME)
    return read_group(found[0])


def list_groups(
    aws: Aws,
    doing: str = "read Auto Scaling groups",
    filters: Mapping[str, Iterable[str]] | None = None,
) -> Iterator[DescribedGroup]:
    """Yield the groups of the region that pass `filters` (values by filter name)."""
    named = [{"Name": name, "Values": list(values)} for name, values in (filters or {}).items()]
    more = {"Filters": named} if named else {}
    shown = aws.pages(doing, "autoscaling", DESCRIBE, "AutoScalingGroups", **more)
    return map(read_group, shown)
