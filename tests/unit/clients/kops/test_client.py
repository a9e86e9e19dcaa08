# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines that kops gets, and what becomes of its answers."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kops.client import Kops
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    NotFoundError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.instance_group import (
    InstanceGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import Ran

GROUP = {"kind": "InstanceGroup", "metadata": {"name": "nodes-a"}, "spec": {"image": "o/i"}}
NAMED = "--name blue --state s3://state"
QUIET = "--create-kube-config=false"


class Recorded:
    """Answers every run alike, and keeps what it was given."""

    def __init__(self, ran: Ran) -> None:
        self._ran = ran
        self.words: list[str] = []
        self.given: list[str] = []

    def __call__(self, words: Sequence[str], given: str) -> Ran:
        self.words.append(" ".join(words))
        self.given.append(given)
        return self._ran


def kops(output: str = "", code: int = 0, errors: str = "") -> tuple[Kops, Recorded]:
    recorded = Recorded(Ran(code, output, errors))
    return Kops(recorded, "blue", "s3://state"), recorded


NOTHING = "No changes need to be applied\n"


def test_an_instance_group_is_read_as_data() -> None:
    client, recorded = kops(json.dumps(GROUP))
    assert client.group("nodes-a") == InstanceGroup(GROUP)
    assert recorded.words == [f"get instancegroups nodes-a -o json {NAMED}"]


@pytest.mark.parametrize("output", [json.dumps([GROUP, GROUP]), json.dumps([])])
def test_another_number_of_instance_groups_is_refused(output: str) -> None:
    with pytest.raises(RefusedError, match="others"):
        kops(output)[0].group("nodes-a")


def test_another_instance_group_than_asked_for_is_refused() -> None:
    with pytest.raises(RefusedError):
        kops(json.dumps(GROUP))[0].group("nodes-b")


def test_all_instance_groups_are_read() -> None:
    client, recorded = kops(json.dumps([GROUP]))
    assert client.groups() == (InstanceGroup(GROUP),)
    assert recorded.words == [f"get instancegroups -o json {NAMED}"]


def test_the_cluster_is_read_as_data() -> None:
    cluster = {"kind": "Cluster", "metadata": {"name": "blue"}, "spec": {"rollingUpdate": {}}}
    client, recorded = kops(json.dumps(cluster))
    assert client.cluster_spec() == {"rollingUpdate": {}}
    assert recorded.words == [f"get cluster -o json {NAMED}"]


def test_a_configuration_of_terraform_is_of_the_whole_cluster() -> None:
    client, recorded = kops()
    client.terraform("/tf")
    assert recorded.words == [f"update cluster {NAMED} {QUIET} --target terraform --out /tf"]


def test_a_replaced_object_is_given_on_the_standard_input() -> None:
    client, recorded = kops()
    client.replace(InstanceGroup(GROUP))
    assert recorded.words == [f"replace -f - {NAMED}"]
    assert json.loads(recorded.given[0]) == GROUP


@pytest.mark.parametrize(
    ("groups", "only"),
    [
        ((), ""),
        (("nodes-a",), " --instance-group nodes-a"),
        (("a", "b"), " --instance-group a --instance-group b"),
    ],
)
def test_preview_and_update_have_the_same_arguments(groups: tuple[str, ...], only: str) -> None:
    client, recorded = kops(NOTHING)
    assert client.preview(groups) == ()
    client.update(groups)
    line = f"update cluster {NAMED} {QUIET}{only}"
    assert recorded.words == [line, f"{line} --yes"]


def test_version_and_options_are_asked_for() -> None:
    client, recorded = kops("Client version: 1.33.0")
    assert client.version() == client.usage() == "Client version: 1.33.0"
    assert recorded.words == ["version", "update cluster --help"]


def test_a_kubeconfig_is_exported_for_an_administrator() -> None:
    client, recorded = kops()
    client.export("/tmp/x", "1h")
    assert recorded.words == [f"export kubeconfig --admin=1h --kubeconfig /tmp/x {NAMED}"]


def test_a_failure_says_what_was_tried() -> None:
    client, _recorded = kops("a notice\n", 1, 'Error: instancegroup not found "nodes-a"\n')
    with pytest.raises(NotFoundError, match="Cannot read instance group nodes-a of kops cluster"):
        client.group("nodes-a")
    with pytest.raises(NotFoundError, match="Cannot preview kops update cluster blue"):
        client.preview(())
    with pytest.raises(NotFoundError, match="Cannot carry out kops update cluster blue"):
        client.update(())
    with pytest.raises(NotFoundError, match="Cannot write instance group nodes-a to s3://state"):
        client.replace(InstanceGroup(GROUP))


def test_a_status_that_is_not_zero_is_a_failure_whatever_was_printed() -> None:
    with pytest.raises(FailedError):
        kops(json.dumps(GROUP), 2)[0].group("nodes-a")
