# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Previews that the kops executable 1.37 printed, its notice cut.

It was run against a simulated account that forgets fields of SSHKey and Subnet, so these lines are
noise that a real account does not have. Fingerprints are shortened.
"""

from __future__ import annotations

NOTICE = """
*********************************************************************************

A new kubernetes version is available: 1.34.10
Upgrading is recommended (try kops upgrade cluster)

*********************************************************************************

"""

NOISE = """  SSHKey/kubernetes.blue.example.com-94:ab:e2:31
  \tPublicKey           \t <nil> -> <resource>
  \tKeyFingerprint      \t SHA256:e5:60 -> SHA256:4jvM/kFjoLkW7E

  Subnet/eu-west-1a.blue.example.com
  \tResourceBasedNaming \t false -> true

  Subnet/eu-west-1b.blue.example.com
  \tResourceBasedNaming \t false -> true

  Subnet/eu-west-1c.blue.example.com
  \tResourceBasedNaming \t false -> true

Must specify --yes to apply changes
"""
"""What moto forgets, as it stands in every preview, and the last line."""

NOTHING_BUT_NOISE = (
    NOTICE
    + """Will modify resources:
"""
    + NOISE
)

IMAGE_PENDING = (
    NOTICE
    + """Will modify resources:
  LaunchTemplate/nodes-eu-west-1a.blue.example.com
  \tImageID             \t ami-0aaa0000000000001 -> 099720109477/ubuntu/jammy-server-20251101

"""
    + NOISE
)

APPLIED = (
    NOTICE
    + """I1125 23:08:00.791485   19610 update_cluster.go:419] Exporting kubeconfig for cluster
kOps has set your kubectl context to blue.example.com
W1125 23:08:00.860849   19610 update_cluster.go:439] Exported kubeconfig with no user authentic

Cluster changes have been applied to the cloud.


Changes may require instances to restart: kops rolling-update cluster

"""
)

UNKNOWN_IMAGE = (
    NOTICE
    + """Error: nodes-eu-west-1a.spec.image: Invalid value: "09972010\
9477/ubuntu/jammy-server-20991231": specified image "099720109477/ubuntu/jammy\
-22.04-amd64-server-20991231" is invalid: could not find Image for "099720109477/ubuntu/ja\
mmy-22.04-amd64-server-20991231"
"""
)

IMAGE_AND_TYPE_PENDING = (
    NOTICE
    + """Will modify resources:
  LaunchTemplate/nodes-eu-west-1b.blue.example.com
  \tImageID             \t ami-0aaa0000000000001 -> 099720109477/ubuntu/jammy-server-20251101
  \tInstanceType        \t t3.medium -> t3.large

"""
    + NOISE
)

ONLY_ONE_GROUP = (
    NOTICE
    + """Will modify resources:
"""
    + NOISE
)

TERRAFORM = (
    NOTICE
    + """I1125 23:09:14.401462   22575 target.go:106] Terraform output is in tf
I1125 23:09:14.401820   22575 update_cluster.go:419] Exporting kubeconfig for cluster
kOps has set your kubectl context to blue.example.com
W1125 23:09:14.465437   22575 update_cluster.go:439] Exported kubeconfig with no user authentic

Terraform output has been placed into tf

Changes may require instances to restart: kops rolling-update cluster

"""
)
