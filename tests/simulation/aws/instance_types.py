# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instance types of the account, with EC2's own figures.

Source: instance type specifications in the EC2 documentation.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class InstanceType:
    """An instance type: architecture, virtual CPUs, memory in MiB and network limits.

    `interfaces` is the maximum number of network interfaces, `addresses` that of addresses on each.
    """

    name: str
    architecture: str
    vcpus: int
    memory: int
    interfaces: int
    addresses: int
    gpus: int = 0
    burstable: bool = False


def _family(
    family: str, architecture: str, per_vcpu: int, sizes: str, burstable: bool = False
) -> list[InstanceType]:
    """Return the types of a family that has `per_vcpu` MiB of memory per CPU."""
    table = {
        "large": (2, 3, 10),
        "xlarge": (4, 4, 15),
        "2xlarge": (8, 4, 15),
        "4xlarge": (16, 8, 30),
    }
    return [
        InstanceType(
            f"{family}.{size}",
            architecture,
            vcpus,
            vcpus * per_vcpu,
            interfaces,
            addresses,
            0,
            burstable,
        )
        for size in sizes.split()
        for vcpus, interfaces, addresses in [table[size]]
    ]


ALL = [
    *_family("m5", "x86_64", 4096, "large xlarge 2xlarge 4xlarge"),
    *_family("m6i", "x86_64", 4096, "large xlarge 2xlarge 4xlarge"),
    *_family("m7i", "x86_64", 4096, "large xlarge 2xlarge 4xlarge"),
    *_family("c5", "x86_64", 2048, "large xlarge 2xlarge 4xlarge"),
    *_family("c6i", "x86_64", 2048, "large xlarge 2xlarge 4xlarge"),
    *_family("r5", "x86_64", 8192, "large xlarge 2xlarge 4xlarge"),
    *_family("m6g", "arm64", 4096, "large xlarge 2xlarge 4xlarge"),
    *_family("m7g", "arm64", 4096, "large xlarge 2xlarge 4xlarge"),
    *_family("c7g", "arm64", 2048, "large xlarge 2xlarge 4xlarge"),
    *_family("r7g", "arm64", 8192, "large xlarge 2xlarge 4xlarge"),
    InstanceType("t3.medium", "x86_64", 2, 4096, 3, 6, 0, True),
    InstanceType("t3.large", "x86_64", 2, 8192, 3, 12, 0, True),
    InstanceType("t3.xlarge", "x86_64", 4, 16384, 4, 15, 0, True),
    InstanceType("t4g.medium", "arm64", 2, 4096, 3, 6, 0, True),
    InstanceType("t4g.large", "arm64", 2, 8192, 3, 12, 0, True),
    InstanceType("g5.xlarge", "x86_64", 4, 16384, 4, 15, 1),
    InstanceType("inf2.xlarge", "x86_64", 4, 16384, 4, 15),
]
TYPES: dict[str, InstanceType] = {kind.name: kind for kind in ALL}
