# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of a notification, by our templates and by one's own."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.held_up import Hold
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.news import (
    NEWS_KINDS,
    about_hold,
    about_run,
    news,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.wording import BODY, words
from ansible_collections.nodeops.rotator.plugins.plugin_utils.notify_options import (
    NOTIFICATION_TEMPLATES,
)

HOST = {
    "cluster_name": "shop",
    "_prepare_ami": {},
    "_prepare_info": {"nodes": [{"outdated": True}], "image_ids": ["ami-1"]},
    "_prepare_template": {"image_id": "ami-2"},
}
DONE = {
    **HOST,
    "_rotate_result": {
        "status": "complete",
        "replaced": 5,
        "outdated": 0,
        "seconds": 125.0,
        "evictions": 1,
    },
}
PART = {
    **HOST,
    "_rotate_result": {
        "status": "partial",
        "replaced": 1,
        "outdated": 2,
        "seconds": 9.0,
        "evictions": 0,
        "blocked_by": ["shop/web", "shop/db"],
    },
}
BROKEN = {
    **HOST,
    "_rotate_result": {
        "status": "failed",
        "replaced": 1,
        "outdated": 4,
        "msg": "no room",
    },
}
AT = 1700000000.0


def said(name: str, told: Mapping[str, Any], own: str = "") -> tuple[str, str]:
    """Return the words of the templates that the collection ships."""
    return words(name, told, NOTIFICATION_TEMPLATES, own)


BLOCKED = Hold("ip-1", "web by PDB shop/web", AT - 660, AT + 60)


@pytest.mark.parametrize(
    ("kind", "variables", "text"),
    [
        ("started", HOST, "blue of shop: the rotation starts, 1 outdated node, new image ami-2"),
        ("started", {}, "blue: the rotation starts, 0 outdated nodes"),
        (
            "finished",
            DONE,
            "blue of shop: the rotation has ended, 5 nodes replaced in 2 min 5 s, 1 pod evicted",
        ),
        (
            "finished",
            PART,
            "blue of shop: the rotation has ended (partial), 1 node replaced in 9 s, 0 pods"
            " evicted, 2 outdated nodes left. Blocked by shop/web, shop/db",
        ),
        (
            "failed",
            BROKEN,
            "blue of shop: the rotation has FAILED, 1 node replaced, 4 outdated nodes left: no"
            " room",
        ),
        (
            "failed",
            {},
            "blue: the rotation has FAILED, 0 nodes replaced: see the output of the run",
        ),
    ],
)
def test_each_kind_of_news_has_its_words(kind: str, variables: dict[str, Any], text: str) -> None:
    assert said(kind, news(kind, "blue", variables, AT)) == (text, "")


def test_what_is_held_up_is_told_with_its_times() -> None:
    told = news("blocked", "blue", HOST, AT)
    assert said("blocked", about_hold(told, BLOCKED))[0] == (
        "blue of shop: node ip-1 has been held up for 11 min: web by PDB shop/web;"
        " given up at 22:14 UTC"
    )
    of_group = about_hold(told, Hold("blue", "paused: anna", AT - 60, of_group=True))
    assert said("blocked", of_group)[0] == (
        "blue of shop: the rotation has been held up for 1 min: paused: anna"
    )


def test_news_of_a_run_name_no_node_group() -> None:
    stopped = about_run(news("failed", "blue", HOST, AT, "The line stops in ring dev"))
    assert said("failed", stopped)[0] == "The run has FAILED: The line stops in ring dev"
    asked = about_run(news("approval", "blue", HOST, AT, "ring dev is done"))
    assert said("approval", asked)[0] == "approval needed: ring dev is done"
    plan = news("approval", "blue", HOST, AT, "a plan is due")
    assert said("approval", plan)[0] == "blue: approval needed: a plan is due"


@pytest.mark.parametrize("kind", NEWS_KINDS)
def test_a_webhook_gets_all_of_it_as_json(kind: str) -> None:
    told = about_hold(news(kind, "blue", PART, AT), BLOCKED)
    body = json.loads(said(BODY, {**told, "text": 'say "hi"\n'})[0])
    assert (body["event"], body["text"]) == (kind, 'say "hi"\n')
    left_out = {"failed", "autoscaling_group_name"}
    assert {name: told[name] for name in told if name not in left_out} == {
        name: body[name] for name in body if name != "text"
    }


def test_a_template_of_ones_own_has_precedence(tmp_path: pathlib.Path) -> None:
    (tmp_path / "started.j2").write_text("{{ node_group | upper }}\n")
    told = news("started", "blue", HOST, AT)
    assert said("started", told, str(tmp_path)) == ("BLUE", "")
    assert said("finished", told, str(tmp_path))[0].startswith("blue of shop")


@pytest.mark.parametrize("text", ["{% if %}", "{{ nobody }}", "{{ at / 0 }}", "{{ since + 1 }}"])
def test_a_wrong_template_is_told_and_ours_is_taken(tmp_path: pathlib.Path, text: str) -> None:
    (tmp_path / "started.j2").write_text(text)
    told = news("started", "blue", HOST, AT)
    found, problem = said("started", told, str(tmp_path))
    assert found == said("started", told)[0]
    assert problem.startswith(f"template started.j2 in {tmp_path} is wrong: ")


@pytest.mark.parametrize("own", [True, False])
def test_a_body_that_is_nowhere_is_told_and_ours_is_taken(
    tmp_path: pathlib.Path, own: bool
) -> None:
    told = {**news("started", "blue", HOST, AT), "text": "it starts"}
    found, problem = said("teams.json", told, str(tmp_path) if own else "")
    assert json.loads(found)["text"] == "it starts"
    assert "teams.json" in problem


def test_what_is_told_is_no_template() -> None:
    told = news("failed", "blue", HOST, AT, "{{ 7 * 7 }}")
    assert said("failed", told)[0].endswith("{{ 7 * 7 }}")
