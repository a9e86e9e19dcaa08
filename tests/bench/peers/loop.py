# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotate a node group as a shell script does.

`loop.py GROUP KUBECTL` drains by kubectl and terminates by the aws CLI, in a loop. The calls of the
aws CLI are made by boto3, which saves the script the half a second that the CLI takes to start.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import boto3

POLL = 2.0
"""Seconds between two looks. Scripts on the web take 5 to 30."""


def main(group: str, kubectl: str) -> None:
    """Replace every instance of an older template version, one by one."""
    scaling, ec2 = boto3.client("autoscaling"), boto3.client("ec2")

    def look() -> Any:
        names = [group]
        return scaling.describe_auto_scaling_groups(AutoScalingGroupNames=names)[
            "AutoScalingGroups"
        ][0]

    found = look()
    template = found["LaunchTemplate"]["LaunchTemplateId"]
    versions = ec2.describe_launch_template_versions(
        LaunchTemplateId=template, Versions=["$Latest"]
    )
    latest = str(versions["LaunchTemplateVersions"][0]["VersionNumber"])
    old = [
        one["InstanceId"]
        for one in found["Instances"]
        if one["LaunchTemplate"]["Version"] != latest and one["LifecycleState"] == "InService"
    ]
    if not old:
        return
    size, most = found["DesiredCapacity"], found["MaxSize"]
    scaling.update_auto_scaling_group(
        AutoScalingGroupName=group, MaxSize=max(most, size + 1), DesiredCapacity=size + 1
    )
    wait(look, kubectl, size + 1)
    for number, instance in enumerate(old, start=1):
        shown = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
        drain = [kubectl, "drain", shown["PrivateDnsName"], "--ignore-daemonsets"]
        subprocess.run([*drain, "--delete-emptydir-data"], check=True, stdout=subprocess.DEVNULL)
        last = number == len(old)
        scaling.terminate_instance_in_auto_scaling_group(
            InstanceId=instance, ShouldDecrementDesiredCapacity=last
        )
        wait(look, kubectl, size if last else size + 1, without=instance)
    scaling.update_auto_scaling_group(AutoScalingGroupName=group, MaxSize=most)


def wait(look: Any, kubectl: str, number: int, without: str = "") -> None:
    """Wait until so many instances are in service and as many nodes ready."""
    while True:
        members = [one for one in look()["Instances"] if one["LifecycleState"] == "InService"]
        gone = all(one["InstanceId"] != without for one in members)
        if gone and len(members) == number and ready(kubectl) >= number:
            return
        time.sleep(POLL)


def ready(kubectl: str) -> int:
    """Return how many nodes are ready and take pods."""
    command = [kubectl, "get", "nodes", "-o", "json"]
    nodes = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["items"]
    return sum(map(takes_pods, nodes))


def takes_pods(node: Any) -> bool:
    """Return True if a node is ready and not cordoned."""
    shown = node["status"].get("conditions") or []  # none yet of a node that has just joined
    ready = {one["type"]: one["status"] for one in shown}.get("Ready")
    return ready == "True" and not node["spec"].get("unschedulable")


if __name__ == "__main__":
    main(*sys.argv[1:])
