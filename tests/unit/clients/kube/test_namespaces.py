# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Namespaces get and lose labels and annotations."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.namespaces import mark
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    NotFoundError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import Reply
from ansible_collections.nodeops.rotator.tests.unit.clients.kube.test_client import (
    Script,
    refused,
)

FOUND = Reply(200, {"metadata": {"labels": {"a": "1"}, "annotations": {"b": "2"}}})
PATH = "/api/v1/namespaces/kube-system"


def test_what_is_missing_is_one_merge_patch() -> None:
    call = Script(FOUND, Reply(200, {}))
    assert mark(call, "kube-system", {"a": "1", "c": "3"}, {"b": None})
    body = {"metadata": {"labels": {"c": "3"}, "annotations": {"b": None}}}
    assert call.asked == [
        ("GET", PATH, {}, None, "application/json"),
        ("PATCH", PATH, {}, body, "application/merge-patch+json"),
    ]


def test_what_is_there_is_not_written() -> None:
    call = Script(FOUND)
    assert not mark(call, "kube-system", {"a": 1}, {"c": None})
    assert len(call.asked) == 1


def test_dry_it_only_says_so() -> None:
    call = Script(FOUND)
    assert mark(call, "kube-system", {"a": "2"}, {}, dry=True)
    assert len(call.asked) == 1


@pytest.mark.parametrize(
    ("replies", "error"),
    [([refused(404)], NotFoundError), ([FOUND, refused(403)], ForbiddenError)],
)
def test_what_is_refused_is_an_error(replies: list[Reply], error: type[Exception]) -> None:
    with pytest.raises(error, match="namespace kube-system"):
        mark(Script(*replies), "kube-system", {"a": "2"}, {})
