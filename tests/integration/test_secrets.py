# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is found in what our playbooks print, write, or leave."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import kubernetes
import yaml

from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire
from ansible_collections.nodeops.rotator.tests.simulation.identities import RUNS

USER_DATA = "planted-in-the-user-data-of-the-launch-template"
POD = "planted-in-the-environment-of-a-container"
PASSWORD = "planted-in-a-variable-of-the-job"
EKS_TOKEN = "k8s-aws-v1."
EXPRESSION, EVALUATED = "{{ 'evalu' ~ 'ated' }}", "evaluated"
RUN = RUNS[0]
SECRETS = (RUN.secret, RUN.token, USER_DATA, POD, PASSWORD, EKS_TOKEN)
PLAYBOOKS = ("check_amis", "plan", "rotate_eks", "status", "restore")


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
        tag = {"Key": "note", "Value": EXPRESSION, "PropagateAtLaunch": True}
        of_group = {
            "ResourceType": "auto-scaling-group",
            "ResourceId": group["AutoScalingGroupName"],
        }
        scaling.create_or_update_tags(Tags=[{**tag, **of_group}])
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
def process_list(seen: set[str]) -> Iterator[None]:
    """Collect the command lines of all processes while the block runs."""
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.05):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
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
    return [secret for secret, code in codes.items() if secret in text or code in text]


def test_the_search_finds_what_is_planted() -> None:
    coded = base64.b64encode(RUN.secret.encode()).decode()
    assert secrets_in(f"a {POD} b {coded}") == [RUN.secret, POD]


def test_no_secret_is_printed_written_or_left(small: WorldOnWire) -> None:
    """Keys and tokens are given as variables, and everything is shown (-vvv --diff).

    What AWS and Kubernetes answer is never a template.
    """
    plant_user_data(small)
    plant_in_pods(small)
    plant_expressions(small)
    config = yaml.safe_load(Path(str(small.who(RUN.name)["KUBECONFIG"])).read_text())
    server = config["clusters"][0]["cluster"]
    authority = small.folder / "ca.crt"
    authority.write_bytes(base64.b64decode(server["certificate-authority-data"]))
    hook = small.folder / "hook.yml"
    task = {"ansible.builtin.set_fact": {"_sent": "{{ hook_password }}"}, "no_log": True}
    hook.write_text(json.dumps([task]))
    variables = small.folder / "variables.yml"
    keys = {"access_key": RUN.access_key, "secret_key": RUN.secret}
    way = {"host": server["server"], "api_key": RUN.token, "ca_cert": str(authority)}
    given = {"rotation_aws": keys, "rotation_k8s": way, "hook_password": PASSWORD}
    variables.write_text(
        json.dumps({**given, "prepare_hook": str(hook), "rotation_report_dir": "reports"})
    )
    known, seen = set(small.folder.rglob("*")), set[str]()
    for playbook in PLAYBOOKS:
        with process_list(seen):
            outcome = small.playbook(
                playbook, "-vvv", "--diff", "-e", f"@{variables}", who=RUN.name
            )
        assert outcome.code == 0, outcome.output
        assert secrets_in(outcome.output) == [], (playbook, secrets_in(outcome.output))
        assert EVALUATED not in outcome.output
    assert secrets_in("\n".join(seen)) == []
    assert secrets_in(left_in_the_cloud(small)) == []
    assert secrets_in(files(small.folder, known)) == []
