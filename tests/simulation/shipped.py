# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the rights that the collection ships for a world.

They are in extensions/iam and extensions/rbac. The placeholders of the policies are replaced as
their users are told to (docs/permissions.md).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from pathlib import Path

import yaml

from ansible_collections.nodeops.rotator.tests.simulation.aws.policies import (
    Statement,
    read_policy,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.rbac import Rule, rules_of
from ansible_collections.nodeops.rotator.tests.simulation.world import World

FOLDER = Path(__file__).parents[2] / "extensions"
GROUPS = {
    "plan": "nodeops-rotator-plan",
    "rotate": "nodeops-rotator",
    "kops": "nodeops-rotator-kops",
}
"""Names of rights, and the group of Kubernetes users that has them."""


def statements(world: World, names: Iterable[str]) -> tuple[Statement, ...]:
    """Return the statements of these policies for all clusters of a world."""
    account = world.account
    of_kops = {
        group.tags["KubernetesCluster"].value
        for group in account.groups.values()
        if "KubernetesCluster" in group.tags
    }
    clusters = sorted({world.name, *account.eks_clusters, *of_kops})
    texts = [(FOLDER / "iam" / f"{name}.json").read_text() for name in names]
    found: list[Statement] = []
    for cluster in clusters:
        values = {
            "CLUSTER_NAME": cluster,
            "ACCOUNT_ID": account.id,
            "REGION": account.region,
            "AMI_PARAMETER": "*",
            "STATE_STORE_BUCKET": "*",
        }
        for text in texts:
            for placeholder, value in values.items():
                text = text.replace(placeholder, value)
            found += read_policy(json.loads(text))
    return tuple(dict.fromkeys(found))


@functools.cache
def rules(names: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return the RBAC rules of these rights."""
    paths = (path for path in sorted((FOLDER / "rbac").glob("*.yaml")) if path.stem in GROUPS)
    documents = [
        document for path in paths for document in yaml.safe_load(path.read_text())["items"]
    ]
    groups = [GROUPS[name] for name in names if name in GROUPS]
    return tuple(rule for group in groups for rule in rules_of(group, documents))
