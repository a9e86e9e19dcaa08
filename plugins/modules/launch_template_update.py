# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: launch_template_update
short_description: Put an AMI into the launch template of a node group, or roll it back
version_added: 0.1.0
description:
  - Creates a new version of a launch template with another image, and with other fields if wanted.
    It does so only if something differs. Everything else is carried over; user data is copied byte
    for byte.
  - A node group keeps the way in which it refers to its template. A version number is updated,
    V($Default) moves the default of the template, and V($Latest) needs no change.
  - Templates named in the overrides of a mixed instances policy are updated too. A policy with an
    override that names another image (C(ImageId)) is refused, because its instances would not get
    the new one.
  - A group with a launch configuration gets a copy of it with the new image.
  - It replaces no instance, see M(nodeops.rotator.asg_node_replace).
  - If a cluster is named (O(eks_cluster), O(kubeconfig), O(context), O(host), O(api_key), or the
    same in C(K8S_AUTH_*)), the Lease of every Auto Scaling group whose next instances would be
    launched from something else is taken first. If one is held, or records a rotation of another
    run that has not ended, or people have paused one of the groups
    (M(nodeops.rotator.rotation_pause)), nothing is changed. O(state=rolled_back) works in a pause
    too. Otherwise nothing guards the template, which is a warning.
author: nodeops.rotator contributors (@nodeops)
options:
  state:
    description:
      - V(present) sets O(image_id) and O(overrides).
      - V(rolled_back) returns to the version before the one that this module created, which it
        recognizes by the description. A group that follows V($Latest) gets a new version that is a
        copy of the old one. Nothing changes if the version in use was not created by this module,
        or was already rolled back.
    type: str
    choices: [present, rolled_back]
    default: present
  launch_template_name:
    description: Name of the launch template.
    type: str
  launch_template_id:
    description: ID of the launch template.
    type: str
  autoscaling_group_name:
    description: Auto Scaling group whose launch template or launch configuration is updated.
    type: str
  eks_cluster:
    description:
      - EKS cluster whose node groups are concerned, and of O(eks_nodegroup). Its API server is
        reached with the AWS credentials alone, without a kubeconfig.
    type: str
  cluster_name:
    description: Name of the cluster, as in M(nodeops.rotator.asg_node_replace). By default
      O(eks_cluster) or O(kops_cluster).
    type: str
  repair:
    description: Whether most instances of the group may have no Node in this cluster, because its
      nodes have failed. Otherwise this is a refusal, since it may be the wrong cluster.
    type: bool
    default: false
  handover_timeout:
    description: Seconds for which the Leases stay held after the update for the rotation with the
      same O(run_id). Afterwards another run may take them over.
    type: int
    default: 120
  rotated_groups:
    description: Auto Scaling groups that are rotated in the same play.
    type: list
    elements: str
    default: []
  shared_template:
    description:
      - What to do if the next instances of another Auto Scaling group, which is not in
        O(rotated_groups), would come from the new version too because it refers to V($Latest) or
        V($Default). V(refuse) changes nothing, V(allow) updates the template and takes the Lease of
        that group as well.
      - It has an effect only if a cluster is named.
    type: str
    choices: [refuse, allow]
    default: refuse
  eks_nodegroup:
    description:
      - Managed node group with a launch template of its own, which is updated.
      - The node group itself is not updated. Only EKS moves it to another version
        (UpdateNodegroupVersion).
    type: str
  kops_cluster:
    description:
      - kops cluster of O(kops_instance_group).
      - With O(kops_state_store) and without O(eks_cluster), O(kubeconfig), O(context), O(host) and
        O(api_key), it is also the cluster that is connected to.
    type: str
  kops_instance_group:
    description:
      - kops instance group whose launch template is updated. It is found by the tags of its Auto
        Scaling group.
      - C(kops update cluster) restores what the specification of the instance group says. Change
        C(spec.image) there as well.
    type: str
  image_id:
    description:
      - ID of the image, or C(resolve:ssm:) and the name of a Systems Manager parameter.
      - A template that names its image by a parameter is not changed if the parameter means this
        image today.
    type: str
  overrides:
    description:
      - Other fields of the template, named and nested as in RequestLaunchTemplateData of the EC2
        API (for a launch configuration, as in CreateLaunchConfiguration).
      - Dictionaries are merged key by key, null removes a field, and everything else, lists
        included, replaces the present value.
      - C(UserData) is base64, as in the API.
    type: dict
  source_version:
    description:
      - Version to copy, for O(launch_template_name) and O(launch_template_id). A number, V($Latest)
        or V($Default). With V($Default) the default moves to the new version.
      - For a node group it is the version that the group launches.
    type: str
    default: $Latest
  set_default:
    description: Make the version the default of the template, however the node group refers to it.
    type: bool
    default: false
  pin:
    description:
      - Point a node group that follows V($Latest) or V($Default) at the number of the version.
      - Infrastructure as code that manages the group will report that as drift.
    type: bool
    default: false
  release_version:
    description: Release of the image, for the description and the tags.
    type: str
  run_id:
    description:
      - Run that this update belongs to, for the description and the tags.
      - The Leases are left to the M(nodeops.rotator.asg_node_replace) with the same
        O(nodeops.rotator.asg_node_replace#module:run_id). Without it, they are given up after the
        update.
    type: str
  version_description:
    description: Text to append to the description of the new version, as far as it fits into 255
      characters.
    type: str
  keep_versions:
    description:
      - Number of versions created by this module to keep. Older ones are deleted. By default all
        are kept.
      - It never deletes versions that somebody else created, the default and the latest version,
        the version to roll back to, and versions in use by an instance, an Auto Scaling group or a
        managed node group of this region.
    type: int
  verify:
    description:
      - Ask EC2 with a dry run whether an instance can be launched before anything is changed, in
        check mode too.
      - It is left out if the instance type is chosen by attributes. Without the permission
        C(ec2:RunInstances) it is a warning.
    type: bool
    default: true
notes:
  - Needs the IAM actions C(ec2:DescribeLaunchTemplates), C(ec2:DescribeLaunchTemplateVersions),
    C(ec2:DescribeImages), C(ec2:DescribeInstanceTypes), C(ec2:CreateLaunchTemplateVersion),
    C(ec2:ModifyLaunchTemplate), C(ec2:CreateTags), C(ec2:RunInstances),
    C(autoscaling:DescribeAutoScalingGroups) and C(autoscaling:UpdateAutoScalingGroup). For
    C(resolve:ssm:) also C(ssm:GetParameter); for O(eks_nodegroup) C(eks:DescribeNodegroup); for
    launch configurations C(autoscaling:DescribeLaunchConfigurations),
    C(autoscaling:CreateLaunchConfiguration) and C(autoscaling:DeleteLaunchConfiguration); for
    O(keep_versions) C(ec2:DeleteLaunchTemplateVersions), C(ec2:DescribeInstances),
    C(eks:ListClusters), C(eks:ListNodegroups) and C(eks:DescribeNodegroup).
  - If a cluster is named, it also needs the IAM action C(ec2:DescribeInstances), and C(list) on
    C(nodes), C(get) on the namespace C(kube-system), and C(get), C(create) and C(update) on
    C(leases) in O(lock_namespace), in check mode only C(get).
  - A version of a template cannot have tags. Its origin is recorded in its description, and for
    people also in tags of the template that begin with C(nodeops.rotator/).
attributes:
  check_mode:
    description: Can run in check mode and tell what would change without any change.
    support: full
    details: The number of a new version is the one it would get if nobody else created one first.
      No Lease is taken; a held one is a warning.
  diff_mode:
    description: Tells in diff mode what has changed or would change.
    support: full
    details: User data is shown decoded, and only where it differs.
  idempotent:
    description: Run twice in a row, it changes nothing the second time.
    support: full
extends_documentation_fragment:
  - nodeops.rotator.lease
  - nodeops.rotator.kube
  - nodeops.rotator.assume_role
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

- name: Update the template under the Lease of the node group, and leave that to the rotation
  nodeops.rotator.launch_template_update:
    autoscaling_group_name: shop-blue
    image_id: "{{ ami.image_id }}"
    eks_cluster: shop
    run_id: night-7

- name: Rotate the node group
  nodeops.rotator.asg_node_replace:
    autoscaling_group_name: shop-blue
    eks_cluster: shop
    run_id: night-7

- name: Roll it back
  nodeops.rotator.launch_template_update:
    autoscaling_group_name: shop-blue
    state: rolled_back

- name: Require IMDSv2 in a template and make that version the default
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
status:
  description: V(complete), V(unchanged) (nothing had to be changed) or V(planned) (check mode). If
    it fails, V(refused) (nothing was changed) or V(failed).
  returned: always
  type: str
  sample: complete
unfinished:
  description: What an earlier run has left after its canary had failed. Nothing was changed. A
    rotation that changes no launch template brings that to its end; the role
    P(nodeops.rotator.rotate#role) does so, and fails with this sentence.
  returned: if that is why it is refused
  type: str
  sample: The canary of node group shop-web failed in an earlier run
    (runner-1_4711_20260708T120000Z-1a2b), which ended before everything was restored
kind:
  description: What the node group launches from, V(launch_template) or V(launch_configuration).
  returned: success
  type: str
  sample: launch_template
autoscaling_group_name:
  description: Auto Scaling group. Empty if only a template was named.
  returned: success
  type: str
  sample: shop-blue
launch_template_id:
  description: ID of the template. With a mixed instances policy, that of the policy itself.
  returned: for launch templates
  type: str
  sample: lt-0123456789abcdef0
launch_template_name:
  description: Name of the template.
  returned: for launch templates
  type: str
  sample: shop-blue
version:
  description: Version that has the wanted content.
  returned: for launch templates
  type: int
  sample: 8
previous_version:
  description: Version that was in use before.
  returned: for launch templates
  type: int
  sample: 7
image_id:
  description: Image as the template names it, an ID or C(resolve:ssm:) and a parameter.
  returned: success
  type: str
  sample: ami-0123456789abcdef0
previous_image_id:
  description: Image as the template named it before.
  returned: success
  type: str
  sample: ami-0fedcba9876543210
pointer:
  description: How the group refers to the version now, V(number), V($Default) or V($Latest).
  returned: for launch templates
  type: str
  sample: $Latest
changes:
  description: Fields that differ between the two versions.
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
    - The fields from C(launch_template_id) to C(versions_deleted) for every template of the group,
      the main one first.
  returned: for launch templates
  type: list
  elements: dict
  sample: [{"launch_template_id": "lt-0123456789abcdef0", "version": 8}]
launch_configuration_name:
  description: Launch configuration that has the wanted content.
  returned: for launch configurations
  type: str
  sample: shop-red-nodeops-3
previous_launch_configuration_name:
  description: Launch configuration that was in use before.
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
  description: Whether EC2 confirmed with a dry run that an instance can be launched. Null if it was
    not asked.
  returned: success
  type: bool
  sample: true
"""

# pylint: disable-next=unused-import
import ansible_collections.nodeops.rotator.plugins.module_utils.edge.supported  # noqa: F401
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import aws_module
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import run_pass
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.templates import (
    NAMES,
    SPEC,
    update,
)


def main() -> None:
    """Run the module."""
    module = aws_module(
        SPEC,
        mutually_exclusive=[NAMES],
        required_one_of=[NAMES],
        required_by={"eks_nodegroup": "eks_cluster", "kops_instance_group": "kops_cluster"},
        required_if=[("state", "present", ("image_id", "overrides"), True)],
    )
    run_pass(module, update)


if __name__ == "__main__":
    main()
