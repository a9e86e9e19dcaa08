# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kops_instance_group_image
short_description: Put an image into instance groups of a kops cluster, or take it back
version_added: 0.1.0
description:
  - Writes the image into the specification of each instance group in the state store, and lets
    C(kops update cluster --yes) make the new version of its launch template. It does so group by
    group, with the kops executable.
  - C(kops update cluster --yes) applies everything that is pending. So its preview is read first,
    field by field. Only C(ImageID) of the launch template of this instance group may change.
    Anything else is refused and listed, such as a pending upgrade of Kubernetes, unless
    O(allow_other_changes) names it. The version that kops has made is read back and compared with
    the one before.
  - The executable has to be of the minor version that updated the cluster last (C(kops-version.txt)
    in the state store).
  - All other fields of the specification stay as they are. Comments in it are lost, as with every
    command of kops that writes it.
  - If the preview or the update fails, the old image goes back to the state store.
  - An instance group with the label C(nodeops.rotator/skip-image) is left as it is. An instance
    group of another architecture gets the image of the same name for that architecture.
  - It replaces no instance, see M(nodeops.rotator.asg_node_replace).
  - The Lease of the Auto Scaling group is taken first. If it is held, or records a rotation of
    another run that has not ended, nothing is changed. Nor is anything while people have paused the
    group (M(nodeops.rotator.rotation_pause)), unless O(state=restored).
author: nodeops.rotator contributors (@nodeops)
options:
  state:
    description:
      - V(present) sets O(image).
      - V(restored) lets the state store name the image that the launch template has, if the Lease
        records that a rotation took the launch template back and the state store not. Otherwise
        nothing changes.
      - V(read) changes nothing and needs no kops. It reads the specification of each instance group
        from the state store.
    type: str
    choices: [present, restored, read]
    default: present
  kops_cluster:
    description: Name of the kops cluster. It is required.
    type: str
  instance_groups:
    description: Names of the instance groups, in the order in which they are updated.
    type: list
    elements: str
    required: true
  image:
    description:
      - Image as kops names it. An ID, the owner and the name as in
        C(099720109477/ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260401), or
        C(ssm:) and the name of a Systems Manager parameter.
      - It has to exist and to be available.
    type: str
  allow_other_changes:
    description:
      - Patterns of changes that an update may make besides the image, as C(Kind/name/Field), for
        instance C(Subnet/*/ResourceBasedNaming).
      - The field of a resource that would be created or deleted as a whole is C(create) or
        C(delete).
    type: list
    elements: str
    default: []
  all_groups_at_once:
    description:
      - Update all instance groups with each one, for an executable whose C(kops update cluster) has
        no option C(--instance-group).
      - New instances of every group whose specification has changed come from its new launch
        template then, before its turn.
    type: bool
    default: false
  terraform_out:
    description:
      - Folder into which C(kops update cluster --target terraform) writes the configuration of the
        cluster. With it, the launch template is left to Terraform, which somebody else applies.
      - The specification is written and the preview is judged all the same. The image is in the
        launch template once RV(status) is V(unchanged) in check mode.
    type: path
  since_version:
    description:
      - With O(terraform_out), the version of the launch template before Terraform was applied. The
        version that has the image is compared with it, and may differ in the image and in what
        O(allow_other_changes) names.
    type: int
    default: 0
  run_id:
    description:
      - Run that this update belongs to.
      - The Leases are left to the M(nodeops.rotator.asg_node_replace) with the same
        O(nodeops.rotator.asg_node_replace#module:run_id). Without it, they are given up after the
        update.
    type: str
  cluster_name:
    description: Name of the cluster, as in M(nodeops.rotator.asg_node_replace). By default
      O(kops_cluster).
    type: str
  repair:
    description: Whether most instances of the group may have no Node in this cluster, because its
      nodes have failed. Otherwise this is a refusal, since it may be the wrong cluster.
    type: bool
    default: false
  handover_timeout:
    description: Seconds for which the Leases stay held after the update for the rotation with the
      same O(run_id). kops has two thirds of them for the update.
    type: int
    default: 600
notes:
  - Nobody can keep another kops from changing the state store or the launch template meanwhile.
    What is read back shows it.
  - With O(state=read) it needs the IAM action C(s3:GetObject) on the state store, and PyYAML.
  - Otherwise it needs the IAM actions C(s3:GetObject) on C(kops-version.txt),
    C(ec2:DescribeImages), C(ec2:DescribeInstanceTypes), C(ec2:DescribeLaunchTemplates),
    C(ec2:DescribeLaunchTemplateVersions), C(ec2:DescribeInstances) and
    C(autoscaling:DescribeAutoScalingGroups), and what kops itself needs. For C(ssm:) also
    C(ssm:GetParameter).
  - It needs C(list) on C(nodes), C(get) on the namespace C(kube-system), and C(get), C(create) and
    C(update) on C(leases) in O(lock_namespace), in check mode only C(get).
  - kops runs with the AWS credentials that the options of the module mean, and with a kubeconfig of
    its own, so that it does not change the caller's.
attributes:
  check_mode:
    description: Can run in check mode and tell what would change without any change.
    support: full
    details: kops can only be asked what is pending as the state store is now. Other pending changes
      are refused in check mode too.
  diff_mode:
    description: Tells in diff mode what has changed or would change.
    support: full
    details: It is the preview of kops, shortened to the fields that change.
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
  - module: nodeops.rotator.launch_template_update
"""

EXAMPLES = r"""
- name: Put the image into an instance group, and leave the Lease to the rotation
  nodeops.rotator.kops_instance_group_image:
    kops_cluster: shop.example.com
    kops_state_store: s3://shop-kops-state
    instance_groups: [nodes-a]
    image: 099720109477/ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260401
    run_id: night-7

- name: Let it pass that kops wants to name resources of subnets
  nodeops.rotator.kops_instance_group_image:
    kops_cluster: shop.example.com
    kops_state_store: s3://shop-kops-state
    instance_groups: [nodes-a, nodes-b]
    image: ssm:/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id
    allow_other_changes: [Subnet/*/ResourceBasedNaming]

- name: After a failed canary, let the state store name the old image again
  nodeops.rotator.kops_instance_group_image:
    kops_cluster: shop.example.com
    kops_state_store: s3://shop-kops-state
    instance_groups: [nodes-a]
    state: restored

- name: See how its nodes are to be replaced, where there is no kops
  nodeops.rotator.kops_instance_group_image:
    kops_cluster: shop.example.com
    kops_state_store: s3://shop-kops-state
    instance_groups: [nodes-a]
    state: read
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
instance_groups:
  description: What was done with each instance group, up to the one that failed.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the instance group.
      returned: always
      type: str
      sample: nodes-a
    status:
      description: V(complete), V(unchanged), V(planned), or V(skipped) because of its label.
      returned: always
      type: str
      sample: complete
    autoscaling_group_name:
      description: Auto Scaling group.
      returned: with O(state=present), unless skipped
      type: str
      sample: nodes-a.shop.example.com
    image:
      description: Image as the state store names it now.
      returned: with O(state=present), unless skipped; with O(state=restored), if it was restored;
        with O(state=read)
      type: str
      sample: ami-0123456789abcdef0
    image_id:
      description: ID of the image.
      returned: with O(state=present), unless skipped
      type: str
      sample: ami-0123456789abcdef0
    rolling_update:
      description:
        - What C(spec.rollingUpdate) of the instance group says, else that of the cluster.
        - C(max_surge) and C(max_unavailable), empty where nothing is said, and whether its nodes
          are to be replaced at all (C(replaces), that is C(drainAndTerminate)).
      returned: with O(state=restored) and O(state=read)
      type: dict
      sample: {"max_surge": "25%", "max_unavailable": "", "replaces": true}
    skips_image:
      description: Whether the label C(nodeops.rotator/skip-image) asks to leave its image as it is.
      returned: with O(state=read)
      type: bool
      sample: false
    previous_image:
      description: Image as the state store named it before.
      returned: with O(state=present), unless skipped
      type: str
      sample: ami-0fedcba9876543210
    previous_image_id:
      description: Image of the launch template before.
      returned: with O(state=present), unless skipped
      type: str
      sample: ami-0fedcba9876543210
    launch_template_id:
      description: ID of the launch template.
      returned: with O(state=present), unless skipped
      type: str
      sample: lt-0123456789abcdef0
    launch_template_name:
      description: Name of the launch template.
      returned: with O(state=present), unless skipped
      type: str
      sample: nodes-a.shop.example.com
    version:
      description: Version of the launch template that has the image.
      returned: with O(state=present), unless skipped
      type: int
      sample: 8
    previous_version:
      description: Version that was in use before.
      returned: with O(state=present), unless skipped
      type: int
      sample: 7
"""

# pylint: disable-next=unused-import
import ansible_collections.nodeops.rotator.plugins.module_utils.edge.supported  # noqa: F401
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import aws_module
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kops_images import (
    SPEC,
    set_images,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kops_reading import read_groups
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import run_pass


def main() -> None:
    """Run the module."""
    module = aws_module(SPEC, required_if=[("state", "present", ("image",))])
    run_pass(module, read_groups if module.params["state"] == "read" else set_images)


if __name__ == "__main__":
    main()
