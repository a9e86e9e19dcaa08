# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plant secrets and Jinja2 expressions in a served world, and look for them."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import kubernetes

from ansible_collections.nodeops.rotator.tests.integration.wire import Outcome, WorldOnWire
from ansible_collections.nodeops.rotator.tests.simulation.identities import RUNS

USER_DATA = "planted-in-the-user-data-of-the-launch-template"
POD = "planted-in-the-environment-of-a-container"
PASSWORD = "planted-in-a-variable-of-the-job"
TOKEN = "planted-in-the-token-of-a-receiver"
URL_PATH = "planted-in-the-path-of-a-url"
EKS_TOKEN = "k8s-aws-v1."
EXPRESSION, EVALUATED = "{{ 'evalu' ~ 'ated' }}", "evaluated"
HEADED = "#jinja2: variable_start_string:'[[' , variable_end_string:']]'\n[[ 'evalu' ~ 'ated' ]]"
"""Ansible evaluates the rest of such a text with other signs."""
RUN = RUNS[0]
SECRETS = (RUN.secret, RUN.token, USER_DATA, POD, PASSWORD, TOKEN, URL_PATH, EKS_TOKEN)
OF_A_ROLE = re.compile(r"\b(secret|token)[0-9a-f]{64}\b")
"""Secret key and session token of an assumed role in the World."""


def api(world: WorldOnWire) -> Any:
    """Return a client of somebody who may do everything in the cluster."""
    return kubernetes.config.new_client_from_config(world.who("operator")["KUBECONFIG"])


def plant_user_data(world: WorldOnWire) -> None:
    """Give every launch template a secret in the user data of its default version."""
    ec2 = world.aws("ec2")
    for template in ec2.describe_launch_templates()["LaunchTemplates"]:
        name = {"LaunchTemplateName": template["LaunchTemplateName"]}
        shown = ec2.describe_launch_template_versions(**name, Versions=["$Latest"])
        data = shown["LaunchTemplateVersions"][0]["LaunchTemplateData"]
        script = base64.b64decode(data.get("UserData", "")).decode() + f"\n# {USER_DATA}\n"
        data["UserData"] = base64.b64encode(script.encode()).decode()
        made = ec2.create_launch_template_version(
            **name, LaunchTemplateData=data, VersionDescription=EXPRESSION
        )
        number = str(made["LaunchTemplateVersion"]["VersionNumber"])
        ec2.modify_launch_template(**name, DefaultVersion=number)


def plant_expressions(world: WorldOnWire) -> None:
    """Give every Auto Scaling group and node a text that Jinja2 would evaluate."""
    scaling, core = world.aws("autoscaling"), kubernetes.client.CoreV1Api(api(world))
    for group in scaling.describe_auto_scaling_groups()["AutoScalingGroups"]:
        of_group = {
            "ResourceType": "auto-scaling-group",
            "ResourceId": group["AutoScalingGroupName"],
            "PropagateAtLaunch": True,
        }
        texts = {"note": EXPRESSION, "headed": HEADED}
        tags = [{"Key": key, "Value": text, **of_group} for key, text in texts.items()]
        scaling.create_or_update_tags(Tags=tags)
    for node in core.list_node().items:
        core.patch_node(node.metadata.name, {"metadata": {"annotations": {"note": EXPRESSION}}})


def plant_in_pods(world: WorldOnWire) -> None:
    """Give every workload a secret in the environment of its containers."""
    apps = kubernetes.client.AppsV1Api(api(world))
    for one in apps.list_deployment_for_all_namespaces().items:
        name = one.spec.template.spec.containers[0].name
        variable = {"name": name, "env": [{"name": "PASSWORD", "value": POD}]}
        body = {"spec": {"template": {"spec": {"containers": [variable]}}}}
        apps.patch_namespaced_deployment(one.metadata.name, one.metadata.namespace, body)


def left_in_the_cloud(world: WorldOnWire) -> str:
    """Return what others can read in the cluster and the account after a run."""
    client = api(world)
    coordination, core = (
        kubernetes.client.CoordinationV1Api(client),
        kubernetes.client.CoreV1Api(client),
    )
    seen = (
        coordination.list_lease_for_all_namespaces(),
        core.list_node(),
        core.list_event_for_all_namespaces(),
    )
    groups = world.aws("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    tags = world.aws("ec2").describe_launch_templates()["LaunchTemplates"]
    return json.dumps([client.sanitize_for_serialization(seen), groups, tags], default=str)


@contextmanager
def process_list(seen: set[str], folder: Path) -> Iterator[None]:
    """Collect the command lines of all processes of a world while the block runs.

    `folder`: that of the world. Other tests run beside it.
    """
    done, mark = threading.Event(), f"TMPDIR={folder}\0".encode()

    def look() -> None:
        while not done.wait(0.05):
            for path in Path("/proc").glob("[0-9]*"):
                try:
                    if mark in (path / "environ").read_bytes():
                        words = (path / "cmdline").read_bytes().replace(b"\0", b" ")
                        seen.add(words.decode(errors="replace"))
                except OSError:
                    continue  # it has ended

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def files(folder: Path, known: set[Path]) -> str:
    """Return the content of all files below the folder that are new."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file() and path not in known]
    return "\n".join(path.read_bytes().decode(errors="replace") for path in found)


def secrets_in(text: str) -> list[str]:
    """Return the secrets that a text holds, as they are or in base64."""
    codes = {secret: base64.b64encode(secret.encode()).decode().rstrip("=") for secret in SECRETS}
    found = [secret for secret, code in codes.items() if secret in text or code in text]
    return found + [match[0] for match in OF_A_ROLE.finditer(text)]


class Search:
    """Looks for secrets in everything that runs on a world show and leave."""

    def __init__(self, world: WorldOnWire) -> None:
        """Plant secrets and expressions; what is in the world's folder by now is known."""
        plant_user_data(world)
        plant_in_pods(world)
        plant_expressions(world)
        self._world, self._seen = world, set[str]()
        self._known = set(world.folder.rglob("*"))

    def play(self, name: str, *options: str, **variables: Any) -> Outcome:
        """Run a playbook that must succeed, everything shown, and look at its screen."""
        with process_list(self._seen, self._world.folder):
            outcome = self._world.playbook(
                name, "-vvv", "--diff", *options, who=RUN.name, **variables
            )
        assert outcome.code == 0, outcome.output
        assert secrets_in(outcome.output) == [], (name, secrets_in(outcome.output))
        assert EVALUATED not in outcome.output
        return outcome

    def finish(self) -> None:
        """Look at process lists, the cluster, the account and files."""
        assert self._seen
        assert secrets_in("\n".join(self._seen)) == []
        assert secrets_in(left_in_the_cloud(self._world)) == []
        assert secrets_in(files(self._world.folder, self._known)) == []
