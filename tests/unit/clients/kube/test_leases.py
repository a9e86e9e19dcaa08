# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Leases of all node groups, over a call that answers once."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.leases import list_leases
from ansible_collections.nodeops.rotator.plugins.module_utils.core import errors
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import Reply


class Once:
    """core.transport.KubeCall with one answer."""

    def __init__(self, answer: Reply | Exception) -> None:
        self.answer = answer
        self.asked = ("", "")

    def request(self, verb: str, path: str, *_more: Any) -> Reply:
        self.asked = (verb, path)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def stream(self, *_more: Any) -> Any:
        raise NotImplementedError


def raw(name: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "ops"}, "spec": {"holderIdentity": "me"}}


def test_only_leases_of_node_groups_are_returned_by_name() -> None:
    names = ("nodeops-rotator-green-2", "kube-scheduler", "nodeops-rotator-blue-1", "nodeops")
    call = Once(Reply(200, {"items": [raw(name) for name in names]}))
    found = list_leases(call, "ops")
    assert [lease.name for lease in found] == ["nodeops-rotator-blue-1", "nodeops-rotator-green-2"]
    assert found[0].holder == "me"
    assert call.asked == ("GET", "/apis/coordination.k8s.io/v1/namespaces/ops/leases")


@pytest.mark.parametrize("body", [{"items": []}, {"items": None}, {}])
def test_a_namespace_may_have_none(body: dict[str, Any]) -> None:
    assert list_leases(Once(Reply(200, body)), "ops") == []


def test_a_refusal_says_what_was_tried() -> None:
    call = Once(Reply(403, {"message": "leases is forbidden", "reason": "Forbidden"}))
    with pytest.raises(errors.ForbiddenError, match="Cannot list the Leases in namespace ops"):
        list_leases(call, "ops")


def test_no_answer_is_told_as_that() -> None:
    with pytest.raises(errors.UnreachableError, match="list the Leases"):
        list_leases(Once(ConnectionRefusedError("no")), "ops")
