# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe a node's machine as a complete Node object does.

That is capacity by instance type, addresses, nodeInfo, conditions.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence

from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import Object

ARCHITECTURES = {"x86_64": "amd64"}
"""EC2's word for an architecture, where the kubelet has another."""
CPUS = {"medium": 2, "large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32}
GIB_PER_CPU = {"c": 2, "m": 4, "r": 8, "t": 2}
PODS = {"medium": 17, "large": 29, "xlarge": 58, "2xlarge": 58}
"""Most pods by size (Amazon VPC CNI without prefix delegation, m5 family); larger sizes have
234."""

HEALTHY = {
    "MemoryPressure": ("KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    "DiskPressure": ("KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    "PIDPressure": ("KubeletHasSufficientPID", "kubelet has sufficient PID available"),
}
READY = {
    "type": "Ready",
    "status": "True",
    "reason": "KubeletReady",
    "message": "kubelet is posting ready status",
}
NOT_READY = {
    "type": "Ready",
    "status": "False",
    "reason": "KubeletNotReady",
    "message": "container runtime network not ready: NetworkReady=false"
    " reason:NetworkPluginNotReady",
}
WINDOWS_LABELS = {
    "kubernetes.io/os": "windows",
    "beta.kubernetes.io/os": "windows",
    "node.kubernetes.io/windows-build": "10.0.20348",
}
WINDOWS_INFO = {
    "kernelVersion": "10.0.20348.4529",
    "osImage": "Windows Server 2022 Datacenter",
    "operatingSystem": "windows",
}
"""What a kubelet on Windows Server 2022 says of its system."""


def labels(
    name: str, zone: str, instance_type: str, architecture: str, given: Mapping[str, str]
) -> dict[str, str]:
    """Return the well-known labels of kubelet and cloud controller, and the group's."""
    return {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": architecture,
        "beta.kubernetes.io/os": "linux",
        "beta.kubernetes.io/arch": architecture,
        "node.kubernetes.io/instance-type": instance_type,
        "topology.kubernetes.io/zone": zone,
        "topology.kubernetes.io/region": zone.rstrip("abcdef"),
        "topology.ebs.csi.aws.com/zone": zone,
        **given,
    }


def capacity(instance_type: str) -> tuple[Object, Object]:
    """Capacity and allocatable of an instance type."""
    family, _dot, size = instance_type.partition(".")
    cpus = CPUS.get(size, 2)
    memory = cpus * GIB_PER_CPU.get(family[:1], 4) * 1024 * 1024
    common = {"pods": str(PODS.get(size, 234)), "hugepages-1Gi": "0", "hugepages-2Mi": "0"}
    disk = {"ephemeral-storage": "83873772Ki"}
    full = {"cpu": str(cpus), "memory": f"{memory}Ki", **disk, **common}
    usable = {
        "cpu": f"{cpus * 1000 - 70}m",
        "memory": f"{memory - 700 * 1024}Ki",
        "ephemeral-storage": "76224326324",
        **common,
    }
    return full, usable


def _uuid(digits: str) -> str:
    """Return the first 32 hexadecimal digits in the form of a UUID."""
    return str(uuid.UUID(digits[:32]))


def node_info(identity: str, architecture: str, kubelet_version: str, windows: bool) -> Object:
    """Return the ten fields of status.nodeInfo.

    The IDs follow from the machine's identity.
    """
    digest = hashlib.sha256(identity.encode()).hexdigest()
    machine = "aarch64" if architecture == "arm64" else "x86_64"
    system = {
        "kernelVersion": f"6.1.141-155.222.amzn2023.{machine}",
        "osImage": "Amazon Linux 2023.8.20250915",
        "operatingSystem": "linux",
    }
    return {
        "machineID": digest[:32],
        "systemUUID": _uuid("ec2" + digest),
        "bootID": _uuid(digest[32:]),
        **(WINDOWS_INFO if windows else system),
        "containerRuntimeVersion": "containerd://1.7.27",
        "kubeletVersion": kubelet_version,
        "kubeProxyVersion": kubelet_version,
        "architecture": architecture,
    }


def addresses(name: str, private_ip: str) -> list[Object]:
    """Return the addresses of a private instance."""
    return [
        {"type": "InternalIP", "address": private_ip},
        {"type": "InternalDNS", "address": name},
        {"type": "Hostname", "address": name},
    ]


def conditions(now: str, ready: Mapping[str, str]) -> list[Object]:
    """Return the four conditions of a node that is well but for what `ready` says."""
    good = [
        {"type": kind, "status": "False", "reason": why, "message": text}
        for kind, (why, text) in HEALTHY.items()
    ]
    return [{**c, "lastHeartbeatTime": now, "lastTransitionTime": now} for c in (*good, ready)]


def unknown(now: str, present: Sequence[Mapping[str, str]]) -> list[Object]:
    """Return these conditions after the kubelet fell silent.

    The node lifecycle controller writes them.
    """
    silent = {
        "status": "Unknown",
        "reason": "NodeStatusUnknown",
        "message": "Kubelet stopped posting node status.",
    }
    return [{**condition, **silent, "lastTransitionTime": now} for condition in present]
