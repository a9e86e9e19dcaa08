# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A library that is missing is told in one line.

The module runs as Ansible starts it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report import lines

TREE = Path(lines.__file__).parents[6]
START = """
import importlib.abc, json, sys

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in sys.argv[2].split(","):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
from ansible.module_utils import basic
basic._ANSIBLE_ARGS, basic._ANSIBLE_PROFILE = sys.stdin.buffer.read(), "legacy"
import importlib
importlib.import_module("ansible_collections.nodeops.rotator.plugins.modules." + sys.argv[1]).main()
"""
AWS, KUBERNETES = "boto3,botocore", "kubernetes"
OPTIONS: dict[str, dict[str, Any]] = {
    "eks_ami_lookup": {"family": "al2023", "kubernetes_version": "1.33"},
    "launch_template_update": {"launch_template_name": "web", "state": "rolled_back"},
    "node_group_info": {"autoscaling_group_name": "blue"},
    "asg_node_replace": {"autoscaling_group_name": "blue"},
    "node_drain": {"nodes": ["n1"]},
    "node_carriers_info": {},
    "karpenter_wait": {},
    "rotation_pause": {"autoscaling_group_name": "blue", "state": "resumed"},
    "rotation_status_info": {},
    "rotation_uninstall": {},
    "cluster_gate": {},
    "cluster_health_info": {},
}


def start(module: str, missing: str, tmp_path: Path, **options: Any) -> tuple[int, dict[str, Any]]:
    """Run a module in a process in which these libraries cannot be imported."""
    given = {**OPTIONS[module], **options, "_ansible_remote_tmp": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", START, module, missing],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": given}),
        env={
            **os.environ,
            "PYTHONPATH": str(TREE),
            "HOME": str(tmp_path),
            "KUBECONFIG": "/dev/null",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("module", OPTIONS)
def test_without_boto3_every_module_names_it(module: str, tmp_path: Path) -> None:
    code, result = start(module, AWS, tmp_path, region="eu-west-1")
    assert (code, result["failed"]) == (1, True)
    assert "boto" in result["msg"]
    assert "\n" not in result["msg"]


@pytest.mark.parametrize("module", ["node_drain", "asg_node_replace"])
def test_without_the_kubernetes_client_it_is_named_before_anything_is_called(
    module: str, tmp_path: Path
) -> None:
    code, result = start(module, KUBERNETES, tmp_path, region="eu-west-1", kubeconfig=os.devnull)
    assert (code, result["failed"]) == (1, True)
    assert "Failed to import the required Python library (kubernetes)" in result["msg"]
    assert "\n" not in result["msg"]
