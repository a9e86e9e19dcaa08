# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""People are told of a rotation, and no receiver stops one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.tests.integration.receivers import (
    PATH,
    TOKEN,
    Receivers,
    receivers,
)
from ansible_collections.nodeops.rotator.tests.integration.test_world import fault
from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire

GROUP = "demo-blue"
OWN = """
- name: Write down what was told
  ansible.builtin.lineinfile:
    path: {log}
    line: "{{{{ notify_event }}}}: {{{{ notify_text }}}}"
    create: true
    mode: "0600"
- name: Stand in the way
  ansible.builtin.fail:
    msg: The way is barred
"""


DENIED = 'admission webhook "w" denied the request'
THREAD = "1700000000.000100"


def told_before_work(world: WorldOnWire, found: Receivers, given: dict[str, Any]) -> str:
    """Look in check mode, and fail before anything is changed; return what was shown."""
    looked = world.playbook("rotate_eks", "--check", **given)
    assert looked.code == 0, looked.output
    assert f"Not sent to slack in check mode: {GROUP} of" in looked.output
    assert found.messages == []
    refused = world.playbook("rotate_eks", prepare_ami_min_age=9999, **given)
    assert refused.code == 2, refused.output
    (told,) = found.of("/slack")
    assert told["text"].startswith(f"{GROUP} of demo: the rotation has FAILED")
    assert "thread_ts" not in told
    assert [one["message"] for one in found.of("/chat/api/v4/posts")] == [told["text"]]
    assert found.of("/grafana/api/annotations")[0]["tags"] == ["rotation", "failed", "demo", GROUP]
    return looked.output + refused.output


def told_at_work(world: WorldOnWire, found: Receivers, given: dict[str, Any]) -> str:
    """Rotate while receivers fail, each in its way; return what was shown."""
    found.messages.clear()
    found.broken, found.silent = {"/chat/api/v4/posts"}, {f"/{PATH}"}
    given["rotation_notify_grafana"] = {"url": "http://127.0.0.1:1", "token": TOKEN}
    fault(world, "kubernetes:create pods/eviction", "400", message=DENIED)
    quick = {"rotate_drain_retry": 2, "rotation_notify_blocked_after": 0.5}
    done = world.playbook("rotate_eks", "-vvv", **quick, **given)
    assert done.code == 0, done.output
    for problem in (
        "rotation_notify_mattermost: 127.0.0.1 answered with status 500",
        "rotation_notify_webhook: 127.0.0.1 did not answer within 1 s",
        "rotation_notify_grafana: 127.0.0.1 was not reached: Connection refused",
    ):
        assert " ".join(done.output.split()).count(f"{problem}. The rotation goes on") == 1
    return done.output


def test_people_are_told_once_of_all_that_matters_whatever_receivers_do(
    small: WorldOnWire, tmp_path: Path
) -> None:
    own, log, reports = (tmp_path / name for name in ("own.yml", "log", "reports"))
    own.write_text(OWN.format(log=log))
    with receivers() as found:
        given = found.variables(rotation_report_dir=str(reports))
        given["rotation_notify"].append(str(own))
        shown = told_before_work(small, found, given)
        shown += told_at_work(small, found, given)
    started, blocked, finished = found.of("/slack")
    assert started["text"].startswith(f"{GROUP} of demo: the rotation starts, 4 outdated nodes")
    assert DENIED in blocked["text"]
    assert "4 nodes replaced" in finished["text"]
    answers = [one.get("thread_ts") for one in (started, blocked, finished)]
    assert answers == [None, THREAD, THREAD]
    events = [one["event"] for one in found.of(f"/{PATH}")]
    assert events == ["started", "blocked", "finished"]
    assert {one.authorization for one in found.messages} == {f"Bearer {TOKEN}", ""}
    assert [word for word in (TOKEN, PATH) if word in shown] == []
    words = [line.split(":")[0] for line in log.read_text().splitlines()]
    assert words == ["failed", "started", "finished"]
    assert list(reports.glob(".notified*")) == []
    assert small.report()["breaches"] == []
