# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""People are told of a rotation, and no receiver stops one."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.nodeops.rotator.tests.integration.receivers import (
    PATH,
    TOKEN,
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


def test_people_are_told_once_of_all_that_matters_whatever_receivers_do(
    small: WorldOnWire, tmp_path: Path
) -> None:
    own, log = tmp_path / "own.yml", tmp_path / "log"
    own.write_text(OWN.format(log=log))
    denied = 'admission webhook "w" denied the request'
    with receivers() as found:
        given = found.variables(rotation_report_dir=str(tmp_path / "reports"))
        given["rotation_notify"].append(str(own))

        looked = small.playbook("rotate_eks", "--check", **given)
        assert looked.code == 0, looked.output
        assert f"Not sent to slack in check mode: {GROUP} of" in looked.output
        refused = small.playbook("rotate_eks", prepare_ami_min_age=9999, **given)
        assert refused.code == 2, refused.output
        assert [one["text"].split(":")[0] for one in found.of("/slack")] == [f"{GROUP} of demo"]
        assert "FAILED" in found.of("/slack")[0]["text"]
        assert "thread_ts" not in found.of("/slack")[0]

        found.messages.clear()
        found.broken, found.silent = {"/chat/api/v4/posts"}, {f"/{PATH}"}
        given["rotation_notify_grafana"] = {"url": "http://127.0.0.1:1", "token": TOKEN}
        fault(small, "kubernetes:create pods/eviction", "400", message=denied)
        done = small.playbook(
            "rotate_eks", "-vvv", rotate_drain_retry=2, rotation_notify_blocked_after=0.5, **given
        )
    assert done.code == 0, done.output
    started, blocked, finished = found.of("/slack")
    assert started["text"].startswith(f"{GROUP} of demo: the rotation starts, 4 outdated nodes")
    assert denied in blocked["text"]
    assert "4 nodes replaced" in finished["text"]
    assert [one.get("thread_ts") for one in (started, blocked, finished)] == [
        None,
        "1700000000.000100",
        "1700000000.000100",
    ]
    hook = found.of(f"/{PATH}")
    assert [one["event"] for one in hook] == ["started", "blocked", "finished"]
    assert {one.authorization for one in found.messages} == {f"Bearer {TOKEN}", ""}
    assert [word for word in (TOKEN, PATH) if word in looked.output + done.output] == []
    for problem in (
        "rotation_notify_mattermost: 127.0.0.1 answered with status 500",
        "rotation_notify_webhook: 127.0.0.1 did not answer within 1 s",
        "rotation_notify_grafana: 127.0.0.1 was not reached: Connection refused",
    ):
        assert " ".join(done.output.split()).count(f"{problem}. The rotation goes on") == 1
    assert [line.split(":")[0] for line in log.read_text().splitlines()] == [
        "failed",
        "started",
        "finished",
    ]
    assert list((tmp_path / "reports").glob(".notified*")) == []
    assert small.report()["breaches"] == []
