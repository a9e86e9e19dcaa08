# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say how people go back if the only control plane node does not return.

It is written outside the cluster, whose API is down then.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Exit:
    """What is about to be taken away, and what it came from.

    `volumes`: IDs of those of etcd. `template`: its ID; `old` and `new`: versions, as text.
    `again`: the command that began the run, "" if unknown.
    """

    cluster: str
    group: str
    instance: str
    volumes: tuple[str, ...]
    template: str
    old: str
    new: str
    again: str = ""


def way_back(exit_: Exit) -> str:
    """Return the way back as text for people, with the exact commands."""
    volumes = " ".join(exit_.volumes)
    lines = [
        f"The only control plane node of kops cluster {exit_.cluster} is being replaced.",
        "Until the next one is whole, nothing answers at the API.",
        "",
        f"Auto Scaling group: {exit_.group}",
        f"Instance that ends: {exit_.instance}",
        f"Volumes of etcd:    {volumes}",
        f"Launch template:    {exit_.template}, version {exit_.new}",
        f"Version before:     {exit_.old or 'unknown'}",
        "",
        "See what the new instance says and where the volumes are:",
        f"  aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names {exit_.group}",
        f"  aws ec2 describe-volumes --volume-ids {volumes}",
        "  aws ec2 get-console-output --latest --instance-id <new instance>",
        "",
        *_template(exit_),
        "End the new instance, and the group launches the next one, which takes over the volumes:",
        "  aws autoscaling terminate-instance-in-auto-scaling-group \\",
        "    --no-should-decrement-desired-capacity --instance-id <new instance>",
        "",
        "Once the API answers, run again to resume, and let kops write the old image back:",
        f"  {exit_.again or 'the command of the run'}",
    ]
    return "\n".join(lines) + "\n"


def _template(exit_: Exit) -> list[str]:
    if not exit_.old:
        return []
    return [
        "Go back to the previous version, which the group follows as the newest one:",
        f"  aws ec2 create-launch-template-version --launch-template-id {exit_.template} \\",
        f"    --source-version {exit_.old} --launch-template-data '{{}}'",
        "",
    ]
