# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module reads each option that it documents, those of fragments too."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RotatorModule
from ansible_collections.nodeops.rotator.tests.integration import kops_wire
from ansible_collections.nodeops.rotator.tests.integration.amis.conftest import reached
from ansible_collections.nodeops.rotator.tests.unit.plugins.documentation import documented

GROUP = {"autoscaling_group_name": "demo-blue"}
CALLS: dict[str, dict[str, Any]] = {
    "asg_node_replace": {**GROUP, "eks_cluster": "demo", "planned": {"version": 1}},
    "cluster_gate": {"eks_cluster": "demo", "state": "closed", "run_id": "r1"},
    "cluster_health_info": {"eks_cluster": "demo"},
    "eks_ami_lookup": {"eks_cluster": "demo", "compare_to": GROUP},
    "eks_nodegroup_replace": {"eks_cluster": "demo", "eks_nodegroup": "web"},
    "launch_template_update": {**GROUP, "overrides": {"KeyName": "ops"}, "eks_cluster": "demo"},
    "node_drain": {"nodes": ["nowhere"], "eks_cluster": "demo"},
    "node_group_info": {**GROUP, "eks_cluster": "demo"},
    "node_carriers_info": {"eks_cluster": "demo"},
    "rotation_pause": {**GROUP, "eks_cluster": "demo", "reason": "anna: incident"},
    "rotation_status_info": {"eks_cluster": "demo"},
    "rotation_uninstall": {"eks_cluster": "demo"},
}
"""Each module with options that bring it to its end, in check mode."""
MORE: dict[str, dict[str, Any]] = {
    "cluster_gate": {"eks_cluster": "demo", "state": "marked", "annotations": {"release": "held"}},
}
"""Modules with a second way, which reads other options."""
KOPS = {
    "kops_cluster": "demo.example.com",
    "kops_state_store": "s3://state",
    "kops_executable": "/nowhere/kops",
}
"""The other way to the cluster, which ends where there is no such executable."""


class Recorded(dict[str, Any]):
    """Parameters that record which of them are read."""

    def __init__(self, params: dict[str, Any], seen: set[str]) -> None:
        super().__init__(params)
        self._seen = seen

    def __getitem__(self, name: str) -> Any:
        self._seen.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a parameter, and record that it was read."""
        self._seen.add(name)
        return super().get(name, default)


@pytest.fixture(scope="module", autouse=True)
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Serve a world in which nothing is changed."""
    with reached(tmp_path_factory.mktemp("world"), "mixed"):
        yield


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the names of the parameters that a module has read."""
    found: set[str] = set()
    params = property(lambda self: Recorded(self._module.params, found))
    monkeypatch.setattr(RotatorModule, "params", params)
    named = NamedSource.from_params
    monkeypatch.setattr(
        NamedSource, "from_params", lambda given: named(Recorded(dict(given), found))
    )
    return found


def run(module: str, folder: Path, given: dict[str, Any]) -> None:
    """Run a module to its end, in check mode unless `given` says else."""
    main = importlib.import_module(f"ansible_collections.nodeops.rotator.plugins.modules.{module}")
    given = {"_ansible_check_mode": True, "_ansible_tmpdir": str(folder), **given}
    with patch_module_args(given), contextlib.suppress(SystemExit):
        main.main()


@pytest.mark.parametrize("module", sorted(CALLS))
def test_every_documented_option_is_read(module: str, seen: set[str], tmp_path: Path) -> None:
    by_kops = {name: value for name, value in CALLS[module].items() if name != "eks_cluster"} | KOPS
    for call in (CALLS[module], by_kops, *([MORE[module]] if module in MORE else [])):
        run(module, tmp_path, call)
    # An EKS cluster has to be named for that one, and the fragment says that no other counts then.
    other = set(KOPS) if module == "eks_nodegroup_replace" else set()
    assert set(documented(module)) - seen == other


def test_the_module_for_images_of_kops_reads_every_option(seen: set[str], tmp_path: Path) -> None:
    name = "kops_instance_group_image"
    with reached(tmp_path, "kops") as env:
        ec2 = boto3.Session().client("ec2", endpoint_url=env["AWS_ENDPOINT_URL"])
        found = ec2.describe_images(Owners=["099720109477"])["Images"]
        newest = max(found, key=lambda image: image["CreationDate"])
        store = {"kops_state_store": f"s3://{kops_wire.STORE}", "kops_cluster": kops_wire.CLUSTER}
        groups = {"instance_groups": [kops_wire.GROUP], "image": newest["ImageId"], "run_id": "r1"}
        executable = {"kops_executable": env["WORLD_KOPS"], "_ansible_check_mode": False}
        run(name, tmp_path, {**store, **groups, **executable})
    assert set(documented(name)) - seen == set()
