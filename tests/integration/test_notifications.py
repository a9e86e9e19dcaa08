# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""People are told of what fails at once, and of nothing in check mode.

test_secrets.py has rotations with notifications, test_rotate_fleet.py one that is resumed.
"""

from __future__ import annotations

from pathlib import Path

from ansible_collections.nodeops.rotator.tests.integration.receivers import (
    GRAFANA,
    MATTERMOST,
    SLACK,
    receivers,
)
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


def test_a_failure_is_told_whatever_task_files_do_and_check_mode_tells_nobody(
    still: WorldOnWire, tmp_path: Path
) -> None:
    own, log = tmp_path / "own.yml", tmp_path / "log"
    own.write_text(OWN.format(log=log))
    with receivers() as found:
        given = found.variables()
        looked = still.playbook("rotate_eks", "--check", **given)
        assert looked.code == 0, looked.output
        assert f"Not sent to slack in check mode: {GROUP} of" in looked.output
        assert found.messages == []
        given["rotation_notify"].insert(0, str(own))
        refused = still.playbook("rotate_eks", prepare_ami_min_age=9999, **given)
    assert refused.code == 2, refused.output
    (told,) = found.of(SLACK)
    assert told["text"].startswith(f"{GROUP} of demo: the rotation has FAILED (refused)")
    assert "thread_ts" not in told
    assert [one["message"] for one in found.of(MATTERMOST)] == [told["text"]]
    assert found.of(GRAFANA)[0]["tags"] == ["rotation", "failed", "demo", GROUP]
    assert log.read_text().startswith(f"failed: {GROUP} of demo")
    assert "own.yml of rotation_notify has failed. The rotation goes on" in refused.output
