# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""That the cluster is the group's, and what is never taken for empty."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations.mutation import ENGINE, UNIT, Mutation

CLUSTER = "plugins/module_utils/core/checks/cluster.py"
TESTS = "tests/unit/core/checks/test_cluster.py"

MUTATIONS = (
    Mutation(
        "another cluster is not refused",
        CLUSTER,
        "    if evidence.judged and not repair:\n",
        "    if False:\n",
        TESTS,
        "test_half_of_the_instances_prove_the_cluster_and_without_any_a_tag_has_to_name_it",
    ),
    Mutation(
        "one node of many proves the cluster",
        CLUSTER,
        "return self.joined > 0 and 2 * self.joined >= self.judged",
        "return self.joined > 0",
        TESTS,
        "test_what_is_proven",
    ),
    Mutation(
        "an empty cluster is proven",
        CLUSTER,
        "return self.joined > 0 and 2 * self.joined >= self.judged",
        "return 2 * self.joined >= self.judged",
        TESTS,
        "test_what_is_proven",
    ),
    Mutation(
        "the record of another cluster is ignored",
        CLUSTER,
        "        if uid and uid != evidence.uid:\n",
        "        if False:\n",
        TESTS,
        "test_another_uid_is_refused_even_to_restore",
    ),
    Mutation(
        "tags that name another cluster are ignored",
        CLUSTER,
        "    if not evidence.cluster or not named or evidence.is_named:\n",
        "    if True:\n",
        TESTS,
        "test_of_several_tags_one_has_to_name_the_cluster_and_none_is_compared_without_a_name",
    ),
    Mutation(
        "any API server is the EKS cluster that is named",
        CLUSTER,
        'same_host = endpoint != "" and host_of(endpoint) == host_of(host)',
        "same_host = True",
        TESTS,
        "test_endpoint_or_authority_of_an_eks_cluster_have_to_be_the_connection_s",
    ),
    Mutation(
        "an authority that nobody knows is proof",
        CLUSTER,
        "(authority and authority.split() == trusted.split())",
        "authority.split() == trusted.split()",
        TESTS,
        "test_an_authority_that_eks_does_not_tell_is_no_proof",
    ),
    Mutation(
        "nodes are cordoned in a cluster that nothing has proved",
        ENGINE + "right_cluster.py",
        '    if ctx.memory.lock.cluster_proven:\n        return ""\n',
        '    if True:\n        return ""\n',
        UNIT + "test_right_cluster.py",
        "test_half_of_the_nodes_or_a_new_one_prove_the_cluster",
    ),
    Mutation(
        "an old node proves the cluster to a surge",
        ENGINE + "right_cluster.py",
        "if found.is_proven or new or (joined and not ctx.window.surge):",
        "if found.is_proven or new or joined:",
        UNIT + "test_right_cluster.py",
        "test_half_of_the_nodes_or_a_new_one_prove_the_cluster",
    ),
    Mutation(
        "Nodes of most instances that vanish in mid-run hold nothing",
        ENGINE + "right_cluster.py",
        "    if found.is_proven or not found.judged:\n",
        "    if True:\n",
        "tests/rotation/test_nodes_vanish.py",
        "test_where_most_are_gone_nothing_is_ended_and_the_run_says_so",
    ),
    Mutation(
        "instances whose Nodes are gone are ended all at once",
        ENGINE + "capacity.py",
        "        if member.node is None and leaving + unready(ctx) >= most:\n            return\n",
        "",
        "tests/rotation/test_nodes_vanish.py",
        "test_a_few_are_replaced_one_after_the_other_and_named",
    ),
)
