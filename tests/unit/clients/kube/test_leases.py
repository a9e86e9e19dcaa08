# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leases of node groups, over a call that answers once."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.leases import (
    annotate_lease,
    delete_lease,
    list_leases,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.objects import lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core import errors
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import Reply


class Once:
    """core.transport.KubeCall with one answer."""

    def __init__(self, answer: Reply | Exception) -> None:
        self.answer = answer
        self.asked = ("", "")
        self.more: tuple[Any, ...] = ()

    def request(self, verb: str, path: str, *more: Any) -> Reply:
        self.asked, self.more = (verb, path), more
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


@pytest.mark.parametrize("text", ["anna: incident", None])
def test_an_annotation_is_set_or_removed_alone_and_on_this_very_lease(text: str | None) -> None:
    call = Once(Reply(200, raw("blue")))
    annotate_lease(call, "ops", Lease("blue", "7", uid="u-1"), "paused", text)
    assert call.asked == ("PATCH", "/apis/coordination.k8s.io/v1/namespaces/ops/leases/blue")
    _query, body, content_type = call.more
    assert body == {"metadata": {"uid": "u-1", "annotations": {"paused": text}}}
    assert content_type == "application/merge-patch+json"


def test_a_refused_annotation_says_what_was_tried() -> None:
    call = Once(Reply(403, {"message": "leases is forbidden", "reason": "Forbidden"}))
    with pytest.raises(errors.ForbiddenError, match="Cannot annotate Lease ops/blue"):
        annotate_lease(call, "ops", Lease("blue"), "paused", "why")


PAUSE = "nodeops.rotator/paused"


def written(time: str, key: str = PAUSE, **more: Any) -> dict[str, Any]:
    """An entry of managedFields that owns an annotation."""
    fields = {"f:metadata": {"f:annotations": {".": {}, f"f:{key}": {}}}}
    return {"manager": "kubectl-annotate", "time": time, "fieldsV1": fields, **more}


@pytest.mark.parametrize(
    ("annotations", "entries", "since"),
    [
        ({PAUSE: "anna"}, [written("t1")], "t1"),
        ({PAUSE: "anna"}, [written("t0", "other"), written("t1")], "t1"),
        ({PAUSE: "anna"}, [written("t1"), written("t2")], ""),
        ({PAUSE: "anna"}, [written("t0", "other")], ""),
        ({PAUSE: "anna"}, [{"manager": "x", "time": "t1"}], ""),
        ({PAUSE: "anna"}, [], ""),
        ({PAUSE: "anna"}, None, ""),
        ({}, [written("t1")], ""),
        (None, [written("t1")], ""),
    ],
)
def test_the_api_server_knows_since_when_a_rotation_is_paused(
    annotations: Any, entries: Any, since: str
) -> None:
    meta = {"name": "x", "annotations": annotations, "managedFields": entries}
    assert lease({"metadata": meta}).paused_since == since


@pytest.mark.parametrize("status", [200, 404])
def test_a_lease_is_deleted_only_as_it_was_read(status: int) -> None:
    call = Once(Reply(status, {}))
    delete_lease(call, "ops", Lease("blue", "7", uid="u-1"))
    assert call.asked == ("DELETE", "/apis/coordination.k8s.io/v1/namespaces/ops/leases/blue")
    assert call.more[1]["preconditions"] == {"uid": "u-1", "resourceVersion": "7"}


def test_a_lease_that_was_written_since_is_not_deleted() -> None:
    call = Once(Reply(409, {"message": "the object has been modified", "reason": "Conflict"}))
    with pytest.raises(errors.ConflictError, match="Cannot delete Lease ops/blue"):
        delete_lease(call, "ops", Lease("blue", "7", uid="u-1"))
