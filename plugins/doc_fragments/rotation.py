# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Document the options of a rotation (edge.rotation.ROTATION_SPEC)."""

from __future__ import annotations


class ModuleDocFragment:
    """Options for the window and the time limits of a rotation."""

    DOCUMENTATION = r"""
options:
  max_surge:
    description:
      - Maximum number of nodes launched above the group's size. A number, or a percentage of the
        size, rounded up.
    type: str
    default: '1'
  max_unavailable:
    description:
      - Maximum number of nodes missing below the group's size. A number, or a percentage of the
        size, rounded down, but at least 1 if O(max_surge) is 0.
    type: str
    default: '0'
  confirm_sizes:
    description: Confirm that O(max_surge) is meant to be above 100%, or O(max_unavailable) 100% or
      as many nodes as the group has. Without it they are refused.
    type: bool
    default: false
  canary:
    description:
      - Number of nodes to replace first. Their replacements are watched for O(soak) seconds. If one
        of them does not become ready, or does not stay ready, nothing more is replaced. V(0)
        replaces without a canary. A number, or a percentage of the size, rounded up.
    type: str
    default: '1'
  nodes:
    description:
      - Names of the nodes to replace, of those that are outdated. By default all.
      - A name that no node of the group has is refused before anything is changed. What an earlier
        run has begun to replace is finished, whatever is asked for.
      - Outdated nodes that are left on purpose are named, and the status is V(partial).
    type: list
    elements: str
    default: []
  instances:
    description: The same as O(nodes), by IDs of instances. With both, the nodes of both are
      replaced.
    type: list
    elements: str
    default: []
  limit:
    description: Maximum number of replacements that this run begins, those that it resumes
      included. By default, any number.
    type: int
  cordoned_nodes:
    description:
      - What to do with outdated nodes that somebody has cordoned. V(rotate) replaces them like the
        others. V(skip) leaves and names them.
      - A node with the annotation C(nodeops.rotator/skip) is always left and named. The value of
        the annotation says why, V(false) is as if it were absent. A node that is being replaced
        already goes all the same.
    type: str
    choices: [rotate, skip]
    default: rotate
  standby_instances:
    description:
      - What to do with a group that has instances in standby. V(leave) replaces the nodes in
        service, does nothing to those in standby, and names them. With an outdated one the status
        is V(partial), since it comes back as it is. V(refuse) refuses the group, and begins nothing
        more while somebody has put one into standby.
      - Instances in standby do not count to the desired capacity. What somebody puts there with
        decrement during a rotation makes the group's size smaller, and what he puts back makes it
        larger.
      - Instances that O(keep_failed) has kept are left by both. A control plane of kops is always
        refused, since a node in standby may still be a member of etcd.
    type: str
    choices: [leave, refuse]
    default: leave
  soak:
    description: Seconds for which the replacements of the canary are watched.
    type: int
    default: 60
  failure_budget:
    description: Number of nodes that may fail to drain or to become ready before the rotation
      stops. A failed canary always stops it.
    type: int
    default: 0
  min_ready:
    description: Seconds for which a replacement node has to be ready before it counts as available.
    type: int
    default: 10
  boot_timeout:
    description:
      - Seconds within which a launch has to happen, and from the launch on the new node has to
        become ready.
      - By default 900, and 1800 for a group with Windows instances or with instance types that
        have accelerators (GPU, Neuron). For a control plane of kops it is 1800 too.
    type: int
  lb_timeout:
    description:
      - Seconds within which the target groups of the group have to stop sending traffic to a node
        that is to be terminated.
      - A node that is then still the last healthy target is kept, which is a failure.
      - A target group I(follows pods) if its traffic or its health checks go to a node port of a
        Service with C(externalTrafficPolicy=Local), or to a host port of pods that are not those
        of a DaemonSet. No health is asked of a new node there. The last healthy target of such a
        group is drained first, as its budgets allow, if a node that stays is registered there, and
        deregistered after that.
    type: int
    default: 420
  terminate_timeout:
    description:
      - Seconds within which terminated instances and their nodes have to be gone at the end.
      - Where the node termination handler waits on the group's termination hooks (tag
        C(aws-node-termination-handler/managed), as kops sets it), at least the sum of their
        heartbeat timeouts.
    type: int
    default: 600
  max_node_age:
    description: Age in seconds from which a node is outdated even if it runs the target. By
      default, age does not matter.
    type: int
  poll_interval:
    description: Seconds between two reads of the group when nothing else requires one. Nodes and
      pods are watched.
    type: int
    default: 120
  scale_in_fence:
    description:
      - Protect the group's instances from scale-in during the rotation, so that no autoscaler, and
        nobody who changes the desired capacity, can terminate a node that is not drained.
    type: bool
    default: true
  lease_duration:
    description: Seconds after which the Lease of a run that no longer renews it may be taken over.
    type: int
    default: 30
  stop_timeout:
    description: Seconds within which a run ends after it was told to stop.
    type: int
    default: 20
  suspend_processes:
    description: Processes of the Auto Scaling group to suspend during the rotation besides
      C(AZRebalance), so that no alarm or schedule changes its size. They are resumed at the end.
    type: list
    elements: str
    choices: [AlarmNotification, ScheduledActions]
    default: []
  readiness_gates:
    description: Types of node conditions that have to be True before a new node counts as ready,
      besides C(Ready).
    type: list
    elements: str
    default: []
  daemonset_gate:
    description: Whether the DaemonSet pods of a new node have to be ready before it counts as
      ready. V(wait) waits for them, but for those of DaemonSets that were broken before. V(off)
      does not look.
    type: str
    choices: [wait, 'off']
    default: wait
  keep_failed:
    description:
      - Keep the instance of a failed canary, for you to look into. The launch template is rolled
        back first. Then the node is cordoned and its instance put into standby, and the desired
        capacity decreases by one. It carries the tag C(nodeops.rotator/kept), later rotations leave
        it alone, and RV(nodeops.rotator.asg_node_replace#module:not_restored) names it.
      - An instance that the group has no surge for (with a O(max_surge) of 0) or that is not in
        service is terminated all the same, with a warning.
    type: bool
    default: false
  surge_by:
    description:
      - How the surge is launched. V(set_desired) raises the desired capacity.
      - V(launch_instances) is B(experimental), and was never tried on a real account. It calls
        LaunchInstances for one instance at a time, in the zone with the fewest, without a retry by
        Auto Scaling. So it never overwrites what somebody else has just written, and a zone without
        capacity is known at once; the next one is tried then.
      - It is refused for groups with a launch configuration, with a mixed instances policy that
        buys both On-Demand and Spot instances, and without a zone. It needs the permissions
        C(autoscaling:LaunchInstances) and C(ec2:CreateFleet).
    type: str
    choices: [set_desired, launch_instances]
    default: set_desired
  workload_gate:
    description:
      - Whether pods that this run evicted have to run again before the next node is drained.
        V(wait) waits, at most for O(gate_timeout). V(warn) says which workload is short of pods,
        and why. V(off) does not look.
      - Only workloads that lost a pod by this run count. Each has to have as many ready pods as
        before, or as many replicas as are wanted now if these are fewer. A workload whose own
        rollout or deletion is under way does not count.
      - A pod that only a launch in flight can take does not count until that node has joined, or
        O(boot_timeout) has passed.
      - Where Deployments, StatefulSets or ReplicaSets may not be read, only Pending pods count,
        which the run says.
    type: str
    choices: [wait, warn, 'off']
    default: wait
  pause_timeout:
    description:
      - Seconds for which people may pause this rotation before it ends as failed.
      - The annotation C(nodeops.rotator/paused) of the node group's Lease pauses it, with who and
        why as its value. Nothing begins then, and nodes that are leaving go on. It is seen within
        half of O(lease_duration). Later runs keep to it too, until it is removed.
    type: int
    default: 14400
  maintenance_window:
    description:
      - When replacements may begin. None begins that is not expected to end before the window
        closes, by the longest of this run, and by 900 seconds until one has ended. The rest is left
        and named, and the status is V(partial).
      - A run is refused while the window is closed, unless it only plans or restores. By default,
        any time is good.
    type: dict
    suboptions:
      days:
        description: Days on which the window begins. By default, all.
        type: list
        elements: str
        choices: [mon, tue, wed, thu, fri, sat, sun]
      start:
        description: Time of the day at which it begins, such as V('22:00'). It has to be given, in
          quotes.
        type: str
      end:
        description: Time of the day at which it ends, on the next day if that is not after
          O(maintenance_window.start). It has to be given, in quotes.
        type: str
      time_zone:
        description: Name of the time zone, such as V(Europe/Berlin). By default, V(UTC).
        type: str
  force_takeover:
    description:
      - Take the Lease although its holder renews it. This is for people who know that the holder
        has to be stopped and cannot be reached. It stops at its next write, and the new run begins
        when the time for which the holder last renewed the Lease has passed.
      - For a control plane of kops, the Lease that its groups share is taken in the same way.
    type: bool
    default: false
  gate_timeout:
    description: Seconds for which nothing may be replaceable, and no pod may have become ready
      again, before the run fails and says why. It then drains no new node that carries pods.
    type: int
    default: 900
  unknown_instances:
    description:
      - What to do with an instance of the group that has had no Node in this cluster. It is
        unknown, not empty. V(leave) leaves it, and the run fails at its end. V(end) terminates it
        last, alone, and only if the tags of the group name this cluster.
    type: str
    choices: [leave, end]
    default: leave
  repair:
    description:
      - Rotate a group although most of its instances have no Node in this cluster, because its
        nodes have failed. Otherwise this is a refusal, since it may be the wrong cluster.
      - A tag of the group has to name the cluster then, unless no name was given, and a new node
        has to join before any is cordoned.
    type: bool
    default: false
  dead_node_timeout:
    description:
      - Seconds for which the kubelet of a node must not have renewed its Lease in the namespace
        C(kube-node-lease) before the node is dead, if the node is not Ready. Where that Lease may
        not be read, the node has to be unreachable for as long. A dead node is terminated without
        waiting for its pods, unless a drain would refuse one of them.
      - If a third of the nodes of the zone or of the cluster do not answer, none is taken for dead,
        and nothing is replaced.
    type: int
    default: 300
  on_failure:
    description:
      - What to do with the launch template after a failed canary. V(rollback_template) lets new
        instances launch from the previous version again, also if this run is killed in between,
        by the next one. V(keep_template) keeps the template as it is. V(rollback) also replaces
        the nodes that were launched from the failed version, by ones of the previous version; the
        run fails all the same.
      - How the group points to its template, by a number, C($Default) or C($Latest), stays as it
        is. For C($Latest), a new version is made as a copy of the previous one.
    type: str
    choices: [rollback_template, keep_template, rollback]
    default: rollback_template
"""
