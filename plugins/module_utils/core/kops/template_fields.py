# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold a version of a launch template to what a preview has announced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.preview import (
    IMAGE,
    TEMPLATE,
    Change,
    is_allowed,
)

_NETWORK, _ROOT = ("NetworkInterfaces", "SecurityGroupIds"), ("BlockDeviceMappings",)
EC2_FIELDS: Mapping[str, Sequence[str]] = {
    IMAGE: ("ImageId",),
    "AssociatePublicIP": _NETWORK,
    "IPv6AddressCount": _NETWORK,
    "SecurityGroups": _NETWORK,
    "CPUCredits": ("CreditSpecification",),
    "HTTPPutResponseHopLimit": ("MetadataOptions",),
    "HTTPTokens": ("MetadataOptions",),
    "HTTPProtocolIPv6": ("MetadataOptions",),
    "IAMInstanceProfile": ("IamInstanceProfile",),
    "InstanceInterruptionBehavior": ("InstanceMarketOptions",),
    "InstanceMonitoring": ("Monitoring",),
    "RootVolumeEncryption": _ROOT,
    "RootVolumeIops": _ROOT,
    "RootVolumeKmsKey": _ROOT,
    "RootVolumeOptimization": ("EbsOptimized",),
    "RootVolumeSize": _ROOT,
    "RootVolumeThroughput": _ROOT,
    "RootVolumeType": _ROOT,
    "SSHKey": ("KeyName",),
    "SpotDurationInMinutes": ("InstanceMarketOptions",),
    "SpotPrice": ("InstanceMarketOptions",),
    "Tags": ("TagSpecifications",),
    "Tenancy": ("Placement",),
}
"""Where EC2 has what kops calls a field of a launch template (kops:
upup/pkg/fi/cloudup/awstasks/launchtemplate_target_api.go). Others have the same name."""


def unannounced(
    fields: Iterable[str], allowed: Iterable[Change], template: str, patterns: Sequence[str]
) -> list[str]:
    """Return the fields that differ and that nobody has announced or allowed.

    `fields`: as EC2 calls them, dotted. `allowed`: the changes besides the image that were
    announced. `patterns`: Kind/name/Field with the names of EC2, too.
    """
    own = [one.field for one in allowed if (one.kind, one.name) == (TEMPLATE, template)]
    known = {name for field in (IMAGE, *own) for name in EC2_FIELDS.get(field, (field,))}
    return [
        field
        for field in fields
        if field.partition(".")[0] not in known
        and not is_allowed(f"{TEMPLATE}/{template}/{field}", patterns)
    ]
