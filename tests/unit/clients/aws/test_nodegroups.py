# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed node groups are read and updated through EKS."""

from __future__ import annotations

import botocore.session
import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.nodegroups import (
    Nodegroups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    BusyError,
    NotFoundError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.ami_types import (
    AMI_TYPES,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import (
    UpdateConfig,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    OWN_IMAGE,
    ManagedTarget,
    Trouble,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.troubles import (
    HEALTH_ISSUES,
    UPDATE_ERRORS,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import NEW, OLD, BuiltNodegroup


@pytest.fixture
def built() -> BuiltNodegroup:
    return BuiltNodegroup()


@pytest.fixture
def client(built: BuiltNodegroup) -> Nodegroups:
    return Nodegroups(Aws(aws_call(built.world.account)), lambda: 5.0)


def test_a_node_group_is_read_with_its_auto_scaling_group(
    built: BuiltNodegroup, client: Nodegroups
) -> None:
    built.web.issues = [{"code": "Unknown", "message": "m", "resourceIds": ["r"]}]
    found = client.read("demo", "web")
    assert (found.name, found.status, found.release_version) == ("web", "ACTIVE", OLD)
    assert (found.group.name, len(found.group.instances)) == (built.web.group, 4)
    assert (found.config, found.template, found.updates) == (UpdateConfig(), None, {})
    assert found.issues == (Trouble("Unknown", "m", ("r",)),)
    assert sorted(found.addresses) == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    assert all(free > 4000 for free in found.addresses.values())


def test_an_update_is_begun_once_and_found_while_it_runs(
    built: BuiltNodegroup, client: Nodegroups
) -> None:
    target = ManagedTarget(NEW, built.new)
    begun = client.update_version("demo", "web", target, True, "t")
    assert (begun.running, begun.moves, begun.params["ReleaseVersion"]) == (True, True, NEW)
    assert client.update_version("demo", "web", target, True, "t").id == begun.id
    assert built.web.updates[begun.id].force
    assert client.read("demo", "web").running == begun
    with pytest.raises(BusyError):
        client.update_version("demo", "web", target, True, "other")


def test_an_update_that_has_ended_is_read_once(built: BuiltNodegroup, client: Nodegroups) -> None:
    begun = client.update_version("demo", "web", ManagedTarget(NEW, built.new), False, "t")
    built.web.updates[begun.id].status = "Failed"
    built.web.updates[begun.id].errors = [
        {"errorCode": "PodEvictionFailure", "errorMessage": "m", "resourceIds": ["n"]}
    ]
    built.web.status = "ACTIVE"
    for _read in range(2):
        (update,) = client.read("demo", "web", (begun.id,)).updates.values()
        assert update.errors == (Trouble("PodEvictionFailure", "m", ("n",)),)
    assert built.world.gate.calls["eks:DescribeUpdate"] == 1
    assert client.read("demo", "web").updates == {}


def test_the_update_config_is_an_update_too(built: BuiltNodegroup, client: Nodegroups) -> None:
    begun = client.update_config("demo", "web", UpdateConfig(50, True), "t")
    assert not begun.moves
    assert begun.params["MaxUnavailablePercentage"] == "50"


def test_a_minor_upgrade_is_asked_for_by_its_version(
    built: BuiltNodegroup, client: Nodegroups
) -> None:
    target = ManagedTarget(NEW, built.new, "", "1.33")
    assert client.update_version("demo", "web", target, False, "t").params["Version"] == "1.33"


def test_tags_are_written_and_removed(built: BuiltNodegroup, client: Nodegroups) -> None:
    arn = client.read("demo", "web").arn
    client.tag(arn, "nodeops.rotator/update-config", "v")
    assert built.web.tags == {"nodeops.rotator/update-config": "v"}
    client.tag(arn, "nodeops.rotator/update-config", None)
    assert built.web.tags == {}


def test_the_room_for_more_instances_is_what_the_quotas_leave(
    built: BuiltNodegroup, client: Nodegroups
) -> None:
    built.world.account.quotas["m"] = 9
    (room,) = client.rooms(set(built.group.members)) or ()
    assert (room.types, room.used, room.limit) == (("m6i.large",), 8, 9)


def test_a_node_group_that_is_not_there_is_not_found(client: Nodegroups) -> None:
    with pytest.raises(NotFoundError):
        client.read("demo", "none")


def test_the_tables_have_every_code_of_the_service_model() -> None:
    model = botocore.session.get_session().get_service_model("eks")
    assert set(UPDATE_ERRORS) == set(model.shape_for("ErrorCode").enum)
    assert set(HEALTH_ISSUES) == set(model.shape_for("NodegroupIssueCode").enum)
    assert {*AMI_TYPES, OWN_IMAGE} == set(model.shape_for("AMITypes").enum)
