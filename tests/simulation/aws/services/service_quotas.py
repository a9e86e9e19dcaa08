# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service Quotas: how much the account may run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

USUAL = 4096
"""vCPUs that an account may run where the scenario says nothing."""
VCPUS = {
    "L-1216C47A": ("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", "mcrt"),
    "L-DB2E81BA": ("Running On-Demand G and VT instances", "g"),
    "L-1945791B": ("Running On-Demand Inf instances", "i"),
    "L-34B43A08": ("All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", ""),
}
"""Names of quotas, and the first letters of the instance types that the World has for them."""


@operation("service-quotas", "GetServiceQuota", "ServiceCode", "QuotaCode")
def get_service_quota(account: Account, params: Params) -> dict[str, Any]:
    """Return a quota of EC2; the account's are by the first letter of instance types."""
    service, code = params["ServiceCode"], params["QuotaCode"]
    if service != "ec2" or code not in VCPUS:
        raise AwsError(
            "NoSuchResourceException",
            "The request failed because the specified service quota does not exist.",
        )
    name, letters = VCPUS[code]
    known = [account.quotas[one] for one in letters if one in account.quotas]
    quota = {
        "ServiceCode": service,
        "ServiceName": "Amazon Elastic Compute Cloud (Amazon EC2)",
        "QuotaArn": account.arn("servicequotas", f"ec2/{code}"),
        "QuotaCode": code,
        "QuotaName": name,
        "Value": float(min(known, default=USUAL)),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }
    return {"Quota": quota}
