# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: launch_template_update
short_description: Put an AMI into the launch template of a node group, or take it back
version_added: 0.1.0
description:
  - Makes a new version of a launch template with another image, and other fields if wanted, and
    only if something
    differs. Everything else, user data above all, is carried over untouched.
  - A node group goes on pointing as it does. A version number is updated, V($Default) moves the
    template's default, and
    who follows V($Latest) needs nothing.
  - Templates that the overrides of a mixed instances policy name are updated too.
  - A group with a launch configuration gets a copy of it with the new image.
  - No instance is replaced; see M(nodeops.rotator.asg_node_replace).
author: nodeops.rotator contributors (@nodeops)
options:
  state:
    description:
      - V(present) brings the template to O(image_id) and O(overrides).
      - V(rolled_back) goes back to the version before the one that this module made, known by its
        description. Who
        follows V($Latest) gets a new version that is a copy of the old one. Nothing changes when
        the version in use is
        not one of this module's, or was rolled back already.
    type: str
    choices: [present, rolled_back]
    default: present
  launch_template_name:
    description: The template by its name.
    type: str
  launch_template_id:
    description: The template by its id.
    type: str
  autoscaling_group_name:
    description: The template, or launch configuration, of an Auto Scaling group.
    type: str
  eks_cluster:
    description: The EKS cluster of O(eks_nodegroup).
    type: str
  eks_nodegroup:
    description:
      - The template of a managed node group that has one of its own.
      - The node group itself is not updated. Only EKS moves it to another version
        (UpdateNodegroupVersion).
    type: str
  kops_cluster:
    description: The kops cluster of O(kops_instance_group).
    type: str
  kops_instance_group:
    description:
      - The template of a kops instance group, found by the tags of its Auto Scaling group.
      - C(kops update cluster) puts back what the instance group's spec says. Change C(spec.image)
        there as well.
    type: str
  image_id:
    description:
      - The image, as an id or as C(resolve:ssm:) and the name of a Systems Manager parameter.
      - A template that names its image by a parameter which means this very image today is left as
        it is.
    type: str
  overrides:
    description:
      - Other fields of the template, named and nested as in the EC2 API's RequestLaunchTemplateData
        (for a launch
        configuration, as in CreateLaunchConfiguration).
      - Dictionaries are merged key by key, null removes a field, everything else (lists too)
        replaces what was there.
      - C(UserData) is base64, as in the API.
    type: dict
  source_version:
    description:
      - The version that the new one is made from, for O(launch_template_name) and
        O(launch_template_id); a number,
        V($Latest) or V($Default). With V($Default) the default moves to the new version.
      - A node group's own version is what counts otherwise.
    type: str
    default: $Latest
  set_default:
    description: Whether the version becomes the template's default, however the node group points.
    type: bool
    default: false
  pin:
    description:
      - Whether a node group that follows V($Latest) or V($Default) is pointed at the version's
        number.
      - Infrastructure as code that manages the group will see that as drift.
    type: bool
    default: false
  release_version:
    description: Release of the image, for the description and the tags.
    type: str
  run_id:
    description: What run this belongs to, for the description and the tags.
    type: str
  version_description:
    description: Text for the end of the new version's description, as far as there is room (255
      characters in all).
    type: str
  keep_versions:
    description:
      - How many of the versions that this module made are kept; older ones are deleted. By default
        all are kept.
      - Never deleted are versions that somebody else made, the default and the latest version, the
        one before the
        present one, and those that an instance, an Auto Scaling group or a managed node group of
        this region uses.
    type: int
  verify:
    description:
      - Whether EC2 is asked by a dry run whether an instance could be launched, before anything is
        changed. Done in
        check mode too.
      - Left out where the instance type is chosen by attributes. Without the permission
        C(ec2:RunInstances) it is a
        warning.
    type: bool
    default: true
notes:
  - Needs the IAM actions C(ec2:DescribeLaunchTemplates), C(ec2:DescribeLaunchTemplateVersions),
    C(ec2:DescribeImages),
    C(ec2:DescribeInstanceTypes), C(ec2:CreateLaunchTemplateVersion), C(ec2:ModifyLaunchTemplate),
    C(ec2:CreateTags),
    C(ec2:RunInstances), C(autoscaling:DescribeAutoScalingGroups) and
    C(autoscaling:UpdateAutoScalingGroup). For
    C(resolve:ssm:) also C(ssm:GetParameter); for O(eks_nodegroup) C(eks:DescribeNodegroup); for
    launch configurations
    C(autoscaling:DescribeLaunchConfigurations), C(autoscaling:CreateLaunchConfiguration) and
    C(autoscaling:DeleteLaunchConfiguration); for O(keep_versions)
    C(ec2:DeleteLaunchTemplateVersions),
    C(ec2:DescribeInstances), C(eks:ListClusters), C(eks:ListNodegroups) and
    C(eks:DescribeNodegroup).
  - A version of a template cannot have tags. What it came from is in its description, and for
    people in tags of the
    template that begin with C(nodeops.rotator/).
attributes:
  check_mode:
    description: Can run in check mode and tell what would change without any change.
    support: full
    details: A version's number is then the one that it would get if nobody else made one before.
  diff_mode:
    description: Tells in diff mode what has changed or would change.
    support: full
    details: User data is shown decoded, and only where it differs.
  idempotent:
    description: Run twice in a row, it changes nothing the second time.
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: nodeops.rotator.eks_ami_lookup
  - module: nodeops.rotator.asg_node_replace
"""

EXAMPLES = r"""
- name: Let a node group launch the newest image
  nodeops.rotator.launch_template_update:
    autoscaling_group_name: shop-blue
    image_id: "{{ ami.image_id }}"
    release_version: "{{ ami.release_version }}"
    keep_versions: 5
  register: template

- name: Take it back
  nodeops.rotator.launch_template_update:
    autoscaling_group_name: shop-blue
    state: rolled_back

- name: Demand IMDSv2 in a template and make that version the default
  nodeops.rotator.launch_template_update:
    launch_template_name: shop-green
    overrides:
      MetadataOptions:
        HttpTokens: required
    set_default: true

- name: Move a kops instance group to a golden image
  nodeops.rotator.launch_template_update:
    kops_cluster: shop.example.com
    kops_instance_group: nodes-a
    image_id: ami-0123456789abcdef0
"""

RETURN = r"""
kind:
  description: What the node group launches from, V(launch_template) or V(launch_configuration).
  returned: success
  type: str
  sample: launch_template
group:
  description: The Auto Scaling group, empty where a template was named by itself.
  returned: success
  type: str
  sample: shop-blue
launch_template_id:
  description: Id of the template; with a mixed instances policy the policy's own.
  returned: for launch templates
  type: str
  sample: lt-0123456789abcdef0
launch_template_name:
  description: Name of the template.
  returned: for launch templates
  type: str
  sample: shop-blue
version:
  description: The version that holds what is wanted.
  returned: for launch templates
  type: int
  sample: 8
previous_version:
  description: The version that was in use before.
  returned: for launch templates
  type: int
  sample: 7
image_id:
  description: The image as the template names it, an id or C(resolve:ssm:) and a parameter.
  returned: success
  type: str
  sample: ami-0123456789abcdef0
previous_image_id:
  description: The image as it was named before.
  returned: success
  type: str
  sample: ami-0fedcba9876543210
pointer:
  description: How the group points at the version now, V(number), V($Default) or V($Latest).
  returned: for launch templates
  type: str
  sample: $Latest
changes:
  description: The fields that differ between the two versions.
  returned: success
  type: list
  elements: str
  sample: [ImageId]
versions_deleted:
  description: Old versions that were deleted.
  returned: for launch templates
  type: list
  elements: int
  sample: [2, 3]
templates:
  description:
    - The same fields from C(launch_template_id) to C(versions_deleted) for every template of the
      group, the main one
      first.
  returned: for launch templates
  type: list
  elements: dict
  sample: [{"launch_template_id": "lt-0123456789abcdef0", "version": 8}]
launch_configuration_name:
  description: The configuration that holds what is wanted.
  returned: for launch configurations
  type: str
  sample: shop-red-nodeops-3
previous_launch_configuration_name:
  description: The configuration that was in use before.
  returned: for launch configurations
  type: str
  sample: shop-red-nodeops-2
configurations_deleted:
  description: Old copies that were deleted.
  returned: for launch configurations
  type: list
  elements: str
  sample: [shop-red-nodeops-1]
verified:
  description: Whether EC2 confirmed by a dry run that an instance can be launched; null where it
    was not asked.
  returned: success
  type: bool
  sample: true
"""

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    Target,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import Wanted
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import (
    aws_module,
    fail_on_error,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.templates import update

NAMES = (
    "launch_template_name",
    "launch_template_id",
    "autoscaling_group_name",
    "eks_nodegroup",
    "kops_instance_group",
)
TEXTS = (
    "image_id",
    "release_version",
    "run_id",
    "version_description",
    "eks_cluster",
    "kops_cluster",
)
SPEC: dict[str, Any] = {
    **{name: {"type": "str"} for name in (*NAMES, *TEXTS)},
    "state": {"type": "str", "choices": ["present", "rolled_back"], "default": "present"},
    "overrides": {"type": "dict"},
    "source_version": {"type": "str", "default": "$Latest"},
    "set_default": {"type": "bool", "default": False},
    "pin": {"type": "bool", "default": False},
    "keep_versions": {"type": "int"},
    "verify": {"type": "bool", "default": True},
}


def make_target(params: dict[str, Any]) -> Target:
    """What the options name."""
    said = {name: value or "" for name, value in params.items()}
    return Target(
        template_id=said["launch_template_id"],
        template_name=said["launch_template_name"],
        version=said["source_version"],
        group=said["autoscaling_group_name"],
        eks_cluster=said["eks_cluster"],
        eks_nodegroup=said["eks_nodegroup"],
        kops_cluster=said["kops_cluster"],
        kops_group=said["kops_instance_group"],
    )


def make_wanted(params: dict[str, Any]) -> Wanted:
    """What the options ask for."""
    return Wanted(
        image_id=params["image_id"] or "",
        overrides=params["overrides"] or {},
        set_default=params["set_default"],
        pin=params["pin"],
        release=params["release_version"] or "",
        run=params["run_id"] or "",
        description=params["version_description"] or "",
        keep=params["keep_versions"],
        verify=params["verify"],
        rollback=params["state"] == "rolled_back",
    )


@fail_on_error
def run(module: Any) -> None:
    """Find what the node group launches from, bring it to what is wanted, and tell."""
    answer = update(module, make_wanted(module.params), make_target(module.params))
    for warning in answer.warnings:
        module.warn(warning)
    module.exit_json(**answer.result, diff=answer.diff)


def main() -> None:
    """Entry point."""
    run(
        aws_module(
            SPEC,
            mutually_exclusive=[NAMES],
            required_one_of=[NAMES],
            required_together=[("kops_cluster", "kops_instance_group")],
            required_by={"eks_nodegroup": "eks_cluster"},
            required_if=[("state", "present", ("image_id", "overrides"), True)],
        )
    )


if __name__ == "__main__":
    main()
