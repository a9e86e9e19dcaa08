# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: eks_ami_lookup
short_description: Find the AMI that nodes should run, and whether an update is due
version_added: 0.1.0
description:
  - Finds the newest AMI of a family for a Kubernetes version. It reads the public parameters of
    Systems Manager where they exist, and confirms the image with EC2.
  - With O(compare_to) it also returns whether the images in use are behind, and by how many days.
  - A refresh is never silently a minor upgrade. The Kubernetes version is that of the present nodes
    unless another one is given, and it is never newer than the control plane.
  - It changes nothing. It is also known as P(nodeops.rotator.eks_ami_info#module).
author: nodeops.rotator contributors (@nodeops)
options:
  family:
    description:
      - Family of images.
      - By default the family of what O(compare_to) runs, or V(al2023) without O(compare_to).
      - V(al2023), V(al2), V(bottlerocket), V(ubuntu) and V(windows) are images for EKS.
      - V(ubuntu_server), V(debian), V(flatcar) and V(al2023_server) (Amazon Linux 2023 without
        anything of EKS) are plain images, which kops makes nodes of. They are for no Kubernetes
        version.
      - V(custom) stands for images of your own, such as golden images. They are found by O(owners),
        O(name_pattern), O(tags) and O(filters).
    type: str
    choices:
      - al2023
      - al2
      - bottlerocket
      - ubuntu
      - windows
      - ubuntu_server
      - debian
      - flatcar
      - al2023_server
      - custom
  variant:
    description:
      - Variant of the family. By default the variant of what O(compare_to) runs if it is of the
        same family, otherwise the plain one.
      - V(standard), V(nvidia) or V(neuron) for V(al2023); V(standard) or V(gpu) for V(al2);
        V(standard), V(nvidia), V(fips) or V(nvidia-fips) for V(bottlerocket), also with the branch
        of a driver as in V(nvidia-595); V(standard) or V(pro) for V(ubuntu); V(core) or V(full) for
        V(windows).
      - V(stable), V(beta), V(alpha) or V(lts) for V(flatcar); V(kernel-6.1), V(kernel-6.12) or
        V(kernel-6.18) for V(al2023_server).
    type: str
  architecture:
    description: Architecture. By default that of what O(compare_to) runs, otherwise V(x86_64).
    type: str
    choices: [x86_64, arm64]
  os_release:
    description:
      - Release of the operating system, for V(ubuntu) (V(20.04), V(22.04), V(24.04)), V(windows)
        (V(2019), V(2022), V(2025)), V(ubuntu_server) (V(20.04), V(22.04), V(24.04), V(26.04)) and
        V(debian) (V(11), V(12), V(13)).
      - By default that of what O(compare_to) runs, otherwise V(24.04), V(2022) or V(13).
    type: str
  kubernetes_version:
    description:
      - Kubernetes version, as V('1.33'), or where to take it from. Quote it in YAML, where C(1.30)
        without quotes is the number 1.3.
      - V(nodes) is the minor version of the kubelets of the node group that O(compare_to) names, or
        otherwise of all nodes of the cluster. Nodes of several minor versions are refused.
      - V(control_plane) is the version of the control plane. It makes a refresh a minor upgrade
        after the control plane was upgraded, so it is never the default.
      - By default the version of the present nodes. If Kubernetes cannot be reached, it is what EKS
        has on record for the node group, or otherwise what the name of its AMI says.
        RV(kubernetes_version_source) tells which.
      - Not needed for O(family=custom) and for plain images.
    type: str
  allow_downgrade:
    description: Allow a version older than that of the present nodes.
    type: bool
    default: false
  release_version:
    description:
      - Find this release instead of the newest, in the notation of its publisher.
      - V(1.33.1-20260501), or only the date, for V(al2023) and V(al2); V(1.40.0) for
        V(bottlerocket); the serial V(20260501) for V(ubuntu) and V(ubuntu_server); V(2026.05.12)
        for V(windows); V(20260112-2355), or only the date, for V(debian); V(4459.2.1) for
        V(flatcar); V(2023.10.20260120.4) for V(al2023_server).
    type: str
  min_age:
    description: Minimum age of the image in days, to let a release mature.
    type: int
    default: 0
  max_age:
    description: Maximum age of the image in days. Fails if the newest image is older.
    type: int
  owners:
    description:
      - Owners of the images to search, as account IDs, V(self) or V(amazon).
      - By default V(self) for O(family=custom), and the publisher for the other families. Change it
        only where a publisher uses another account, as Canonical does in China and GovCloud.
    type: list
    elements: str
  name_pattern:
    description: Name of the images for O(family=custom), with the wildcards V(*) and V(?).
    type: str
  tags:
    description: Tags that the images for O(family=custom) must have.
    type: dict
  filters:
    description:
      - Further filters for O(family=custom), as in DescribeImages of the EC2 API, each with a value
        or a list of values.
      - They override what the other options say about the same filter.
    type: dict
  releases:
    description: Return all releases in RV(releases), newest first.
    type: bool
    default: false
  compare_to:
    description:
      - What is in use, to compare with. Exactly one image, launch template or node group.
      - For a node group, both the images of its instances and that of its launch template count.
    type: dict
    suboptions:
      image_id:
        description: ID of an image, or C(resolve:ssm:) and the name of a parameter.
        type: str
      launch_template_id:
        description: Launch template.
        type: str
      launch_template_name:
        description: Launch template.
        type: str
      version:
        description: Version of the launch template, a number, V($Latest) or V($Default).
        type: str
        default: $Latest
      autoscaling_group_name:
        description: Auto Scaling group of a node group.
        type: str
      eks_nodegroup:
        description: Managed node group of O(eks_cluster).
        type: str
      kops_cluster:
        description: kops cluster of O(compare_to.kops_instance_group).
        type: str
      kops_instance_group:
        description: Instance group of a kops cluster.
        type: str
notes:
  - Needs the IAM actions C(ssm:GetParameters), C(ec2:DescribeImages) and, for O(compare_to),
    C(ssm:GetParameter), C(ec2:DescribeInstances), C(ec2:DescribeLaunchTemplates),
    C(ec2:DescribeLaunchTemplateVersions), C(autoscaling:DescribeAutoScalingGroups),
    C(autoscaling:DescribeLaunchConfigurations), C(eks:DescribeCluster) and
    C(eks:DescribeNodegroup).
  - In Kubernetes it reads the nodes (verb list) and the version of the API server.
  - Each call looks in one region and account. Use a loop for several.
extends_documentation_fragment:
  - nodeops.rotator.read_only
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - nodeops.rotator.kube
  - nodeops.rotator.assume_role
seealso:
  - module: nodeops.rotator.launch_template_update
"""

EXAMPLES = r"""
- name: Find the newest Amazon Linux 2023 image for Kubernetes 1.33
  nodeops.rotator.eks_ami_lookup:
    family: al2023
    kubernetes_version: "1.33"
    region: eu-west-1

- name: Check whether a node group is behind, for the Kubernetes version that its nodes run
  nodeops.rotator.eks_ami_lookup:
    eks_cluster: shop
    compare_to:
      autoscaling_group_name: shop-blue
    region: eu-west-1
  register: ami

- name: Use a Bottlerocket release that is at least a week and at most two months old
  nodeops.rotator.eks_ami_lookup:
    family: bottlerocket
    variant: nvidia
    architecture: arm64
    kubernetes_version: "1.33"
    min_age: 7
    max_age: 60

- name: Check whether an instance group of kops is behind with its Ubuntu server image
  nodeops.rotator.eks_ami_lookup:
    compare_to:
      kops_cluster: shop.example.com
      kops_instance_group: nodes-a
  register: ami # its kops_image goes into kops_instance_group_image

- name: Find the newest golden image
  nodeops.rotator.eks_ami_lookup:
    family: custom
    owners: ["123456789012"]
    name_pattern: golden-node-*
    tags:
      stage: released
"""

RETURN = r"""
image_id:
  description: ID of the image.
  returned: success
  type: str
  sample: ami-0123456789abcdef0
name:
  description: Name of the image.
  returned: success
  type: str
  sample: amazon-eks-node-al2023-x86_64-standard-1.33-v20260501
kops_image:
  description: How kops names the image, with owner and name. The ID if it has no name.
  returned: success
  type: str
  sample: 099720109477/ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260401
family:
  description: Family, as in O(family).
  returned: success
  type: str
  sample: al2023
variant:
  description: Variant, as in O(variant). Empty for V(custom).
  returned: success
  type: str
  sample: standard
architecture:
  description: Architecture.
  returned: success
  type: str
  sample: x86_64
os_release:
  description: Release of the operating system, as in O(os_release). Empty if the family has none.
  returned: success
  type: str
  sample: "24.04"
kubernetes_version:
  description: Kubernetes version that the image is for. Empty for V(custom) and plain images.
  returned: success
  type: str
  sample: "1.33"
kubernetes_version_source:
  description:
    - Where the version comes from. V(given), V(nodes), V(control_plane), V(nodegroup) (the record
      of EKS for the managed node group), V(image) (the name of the image in use), or V(none) if no
      version is needed.
  returned: success
  type: str
  sample: nodes
control_plane_version:
  description: Version of the control plane. Empty if it was not read.
  returned: success
  type: str
  sample: "1.33"
eks_description:
  description: How O(eks_cluster) is reached, for O(eks_description) of the modules to follow.
  returned: if O(eks_cluster) is given and has an endpoint
  type: dict
  contains:
    name:
      description: Name of the cluster.
      type: str
    endpoint:
      description: URL of its API server.
      type: str
    certificate_authority:
      description: Its certificate authority as PEM in base64.
      type: str
  sample: {"name": "prod", "endpoint": "https://0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com",
    "certificate_authority": "LS0tLS1CRUdJTi..."}
release_version:
  description: Release in the notation of its publisher, as in O(release_version). Empty for
    V(custom).
  returned: success
  type: str
  sample: 1.33.1-20260501
parameter:
  description: Public parameter that named the image. Empty if it was found by a search.
  returned: success
  type: str
  sample: /aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended/image_id
creation_date:
  description: When the image was created, in UTC.
  returned: success
  type: str
  sample: "2026-05-01T07:08:09Z"
age_days:
  description: Age of the image in full days.
  returned: success
  type: int
  sample: 12
deprecation_time:
  description: When the image is or was deprecated. Null if it has no date.
  returned: success
  type: str
  sample: "2028-05-01T07:08:09Z"
description:
  description: Description of the image.
  returned: success
  type: str
  sample: "EKS-optimized Kubernetes node based on Amazon Linux 2023, (k8s: 1.33.1, containerd:
    1.7.*)"
state:
  description: State of the image, always V(available).
  returned: success
  type: str
  sample: available
owner_id:
  description: Account that owns the image.
  returned: success
  type: str
  sample: "602401143452"
boot_mode:
  description: Boot mode. Empty if the instance type decides.
  returned: success
  type: str
  sample: uefi-preferred
root_device_name:
  description: Name of the root device.
  returned: success
  type: str
  sample: /dev/xvda
root_device_type:
  description: Type of the root device, always V(ebs).
  returned: success
  type: str
  sample: ebs
update_available:
  description:
    - Whether something in use should be replaced. With O(release_version), everything but that
      release; otherwise whatever is older than the image found, of another family, variant,
      operating system or Kubernetes version, or no longer exists.
  returned: with O(compare_to)
  type: bool
  sample: true
behind_days:
  description: Number of days by which the oldest image in use is older than the image found.
  returned: with O(compare_to)
  type: int
  sample: 41
current:
  description: The oldest image in use, with the same fields as the image found. Null if none of
    them exists any more.
  returned: with O(compare_to)
  type: dict
  sample: {"image_id": "ami-0fedcba9876543210", "age_days": 53}
current_image_ids:
  description: IDs of all images in use.
  returned: with O(compare_to)
  type: list
  elements: str
  sample: [ami-0fedcba9876543210]
releases:
  description: All releases, newest first, each with the same fields as the image found.
  returned: with O(releases)
  type: list
  elements: dict
  sample: [{"image_id": "ami-0123456789abcdef0", "release_version": "1.33.1-20260501"}]
"""

# pylint: disable-next=unused-import
import ansible_collections.nodeops.rotator.plugins.module_utils.edge.supported  # noqa: F401
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import aws_module
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.images import SPEC, look_up
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import run_pass


def main() -> None:
    """Run the module."""
    run_pass(aws_module(SPEC), look_up)


if __name__ == "__main__":
    main()
