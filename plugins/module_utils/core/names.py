# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of annotations, labels and tags, of this collection and of others.

The tags that tell the kind of a node group are in core.node_group.kinds.
"""

from __future__ import annotations

PREFIX = "nodeops.rotator/"
"""Begins every annotation, label, taint and tag of this collection."""
JOURNAL = PREFIX + "journal"
"""Annotation of the Lease: the journal as JSON."""
USUAL_NAMESPACE = "kube-system"
"""Namespace of Leases unless the user names another one."""
LEASE_PREFIX = "nodeops-rotator-"
"""What the names of Leases begin with."""
CLUSTER_UID = PREFIX + "cluster-uid"
"""Annotation of the Lease: the UID of the cluster's namespace kube-system."""
PAUSED = PREFIX + "paused"
"""Annotation of the Lease with which people pause a rotation. Its value says who and why; "false"
is as if it were absent."""
WAITS = PREFIX + "waits"
"""Annotation of the Lease: its holder waits until there is room for one more in the cluster."""
SIZE_BEFORE = PREFIX + "size-before"
"""Annotation of the Lease: how large a managed node group was before an update of EKS, and which
update. It stays until one has ended well."""
SOAK_OWED = PREFIX + "soak-owed"
"""Annotation of the Lease: the update of a managed node group whose new nodes have not been watched
for as long as was asked. It stays until they have been."""
SIGNPOST = PREFIX + "run"
"""Tag of the Auto Scaling group: the run that is at work on it, and where its Lease is."""
KEPT = PREFIX + "kept"
"""Tag of an instance: the run that has kept it in standby after its canary had failed."""
REPLACING = PREFIX + "replacing"
"""Node annotation: the run that is replacing this node."""
MARKED_IN = PREFIX + "group"
"""Node annotation beside ours: the Auto Scaling group whose rotation has marked the node."""
WAS_CORDONED = PREFIX + "was-unschedulable"
"""Node annotation: it was cordoned before the rotation and stays so when restored."""
WAS_EXCLUDED = PREFIX + "was-excluded"
"""Node annotation: it was excluded from load balancers before the rotation."""
SKIP = PREFIX + "skip"
"""Node annotation with which people keep a rotation away from a node. Its value says why; "false"
is as if it were absent."""
HELD = PREFIX + "operator-held"
"""Annotation of a PodDisruptionBudget: an operator holds it, and lets go while a node is drained.
Its value says which one; "false" is as if it were absent."""
SHIELDED = PREFIX + "scale-down-disabled"
"""Node annotation: the run that has put SCALE_DOWN_DISABLED there."""
OUTDATED = PREFIX + "outdated"
"""Key of the soft taint."""

SCALE_DOWN_DISABLED = "cluster-autoscaler.kubernetes.io/scale-down-disabled"
"""Node annotation by which Cluster Autoscaler leaves a node alone."""
EXCLUDE = "node.kubernetes.io/exclude-from-external-load-balancers"
"""Well-known label: service controllers take the node out of their load balancers."""
SCHEDULED = "kops.k8s.io/scheduled-for-update"
"""Key of the taint that kops rolling-update puts on the nodes that it is going to replace."""
NEEDS_UPDATE = "kops.k8s.io/needs-update"
"""Node annotation with which users of kops request a node's replacement."""
