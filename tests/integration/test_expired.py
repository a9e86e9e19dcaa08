# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the playbooks with credentials that have expired: each says so in one line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ansible_collections.nodeops.rotator.tests.integration.test_credentials import START, profile
from ansible_collections.nodeops.rotator.tests.integration.wire import Outcome, WorldOnWire

GROUP = "demo-blue"
HOST = {
    "autoscaling_group_name": GROUP,
    "cluster_name": "demo",
    "eks_cluster": "demo",
    "kubernetes_version": "1.33",
    "region": "eu-west-1",
    "ansible_connection": "local",
    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
}
PLAYBOOKS = ("check_amis", "plan", "status", "restore", "rotate_eks", "pause", "resume")


def ended(
    still: WorldOnWire, playbook: str, inventory: Path, env: Mapping[str, str | None]
) -> Outcome:
    """Return how a playbook ended that must fail and change nothing."""
    before = still.changes()
    outcome = still.run(
        "ansible-playbook",
        "-i",
        str(inventory),
        f"nodeops.rotator.{playbook}",
        "-e",
        "rotation_pause_reason=incident",
        **{**env, "KUBECONFIG": None},
    )
    assert outcome.code == 2, outcome.output
    assert still.changes() == before
    assert "Traceback" not in outcome.output
    return outcome


@pytest.fixture(scope="module")
def hosts(still: WorldOnWire) -> Path:
    """Return an inventory that was read when the credentials were good."""
    path = still.folder / "hosts.json"
    path.write_text(json.dumps({"node_groups": {"hosts": {GROUP: HOST}}}))
    return path


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_keys_that_expire_after_the_inventory_was_read_fail_each_playbook(
    still: WorldOnWire, hosts: Path, playbook: str
) -> None:
    outcome = ended(still, playbook, hosts, still.who("expired"))
    told = [
        line
        for line in outcome.output.splitlines()
        if "ExpiredToken" in line and " waiting " not in line
    ]
    assert len({line.partition("Cannot ")[2].strip('"},]') for line in told}) == 1, outcome.output
    assert "renew expired ones" in outcome.output


@pytest.mark.parametrize("playbook", PLAYBOOKS[:5])
def test_a_session_of_sso_that_is_over_ends_each_playbook_before_it_begins(
    still: WorldOnWire, tmp_path: Path, playbook: str
) -> None:
    cache = still.folder / ".aws/sso/cache"
    cache.mkdir(parents=True, exist_ok=True)
    token = {"startUrl": START, "accessToken": "t0", "expiresAt": "2020-01-01T00:00:00Z"}
    (cache / f"{hashlib.sha1(START.encode()).hexdigest()}.json").write_text(json.dumps(token))
    settings = {"sso_account_id": "123456789012", "sso_role_name": "reader"}
    env = profile(tmp_path, sso_start_url=START, sso_region="eu-west-1", **settings)
    outcome = ended(still, playbook, still.inventory, env)
    assert len(outcome.output.strip().splitlines()) == 1, outcome.output
    assert "aws sso login" in outcome.output
