# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look up an AMI and put it into a launch template, with the two modules."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest
import yaml

from ansible_collections.nodeops.rotator.plugins.module_utils.engine import access
from ansible_collections.nodeops.rotator.plugins.modules import (
    eks_ami_lookup,
    launch_template_update,
)
from ansible_collections.nodeops.rotator.tests.integration.amis.conftest import Modules
from ansible_collections.nodeops.rotator.tests.simulation.identities import READER

GROUP = "demo-blue"


def test_an_ami_is_looked_up_put_into_the_template_and_rolled_back(
    modules: Modules, world: dict[str, str]
) -> None:
    ami = modules(
        "eks_ami_lookup", eks_cluster="demo", compare_to={"autoscaling_group_name": GROUP}
    )
    assert (ami["update_available"], ami["kubernetes_version_source"], ami["behind_days"]) == (
        True,
        "nodes",
        31,
    )

    options = {
        "autoscaling_group_name": GROUP,
        "image_id": ami["image_id"],
        "release_version": ami["release_version"],
    }
    told = modules("launch_template_update", check=True, **options)
    done = modules("launch_template_update", **options)
    assert told == {**done, "status": "planned"}
    assert done["status"] == "complete"
    assert done["changed"]
    assert done["verified"]
    assert (done["version"], done["previous_version"]) == (2, 1)
    assert (done["pointer"], done["autoscaling_group_name"]) == ("$Latest", GROUP)
    assert (done["image_id"], done["previous_image_id"]) == (
        ami["image_id"],
        ami["current"]["image_id"],
    )
    after = done["diff"][0]["after"]
    assert f"ImageId: {ami['image_id']}\n" in after
    assert "the same before and after" in after, "user data that stays is not shown"

    again = modules("launch_template_update", **options)
    assert (again["changed"], again["diff"], again["version"]) == (False, [], 2)
    _half_way_and_back(modules, ami)


def _half_way_and_back(modules: Modules, ami: dict[str, Any]) -> None:
    half = modules("eks_ami_lookup", compare_to={"autoscaling_group_name": GROUP})
    assert half["update_available"], "the instances are still the old ones"
    assert len(half["current_image_ids"]) == 2, "the instances are still the old ones"

    back = modules("launch_template_update", autoscaling_group_name=GROUP, state="rolled_back")
    assert (back["changed"], back["version"], back["image_id"]) == (
        True,
        3,
        ami["current"]["image_id"],
    )
    assert not modules("launch_template_update", autoscaling_group_name=GROUP, state="rolled_back")[
        "changed"
    ]


def test_the_result_has_every_documented_key(modules: Modules, world: dict[str, str]) -> None:
    ami = modules("eks_ami_lookup", releases=True, compare_to={"autoscaling_group_name": GROUP})
    template = modules(
        "launch_template_update", autoscaling_group_name=GROUP, image_id=ami["image_id"]
    )
    for module, result in ((eks_ami_lookup, ami), (launch_template_update, template)):
        told = yaml.safe_load(module.RETURN)
        given = set(result) - {"changed", "diff", "warnings", "resource_actions"}
        wanted = {
            name
            for name, key in told.items()
            if not key["returned"].startswith(("for launch configurations", "if "))
        }
        assert given == wanted


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (
            {"family": "gentoo", "kubernetes_version": "1.33"},
            "value of family must be one of: al2023, al2, bottlerocket, ubuntu, windows,"
            " ubuntu_server, debian, flatcar, al2023_server, custom, got: gentoo",
        ),
        (
            {"family": "al2023", "variant": "gpu", "kubernetes_version": "1.33"},
            "Amazon Linux 2023 has no variant gpu. Choose one of: standard, nvidia, neuron",
        ),
        (
            {"family": "al2023", "architecture": "riscv", "kubernetes_version": "1.33"},
            "value of architecture must be one of: x86_64, arm64, got: riscv",
        ),
        (
            {"family": "windows", "architecture": "arm64", "kubernetes_version": "1.33"},
            "Windows Server core does not exist for arm64",
        ),
        (
            {"family": "al2023", "kubernetes_version": "1.99"},
            "There are images for Kubernetes 1.32, 1.33, 1.34",
        ),
        (
            {"family": "custom", "name_pattern": "golden-*"},
            "No image of self matches: state = available; architecture = x86_64; name = golden-*",
        ),
        (
            {"compare_to": {"autoscaling_group_name": "red"}},
            "There is no Auto Scaling group red. Check the name, the region and the account",
        ),
        (
            {"compare_to": {"eks_nodegroup": "red"}, "eks_cluster": "shop"},
            "No cluster found for name: shop",
        ),
        (
            {"compare_to": {"eks_nodegroup": "red"}, "eks_cluster": "demo"},
            "No node group found for name: red",
        ),
        (
            {"compare_to": {"launch_template_name": "a", "image_id": "b"}},
            "parameters are mutually exclusive",
        ),
        ({"kubernetes_version": "nodes", "eks_cluster": "shop"}, "No cluster found for name: shop"),
        ({"min_age": "soon"}, "min_age"),
        (
            {"family": "al2023", "kubernetes_version": "1.33", "min_age": -1},
            "min_age is -1, it must be 0 or more days",
        ),
    ],
)
def test_a_failed_lookup_says_why(
    modules: Modules,
    idle_world: dict[str, str],
    options: dict[str, Any],
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The rights that we ship are for one cluster: of another they do not even say that it is not.
    for name, value in READER.environment().items():
        monkeypatch.setenv(name, value)
    assert complaint in modules.refused("eks_ami_lookup", **options)


IMAGE = "ami-0123456789abcdef0"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (
            {"autoscaling_group_name": "red", "image_id": IMAGE},
            "There is no Auto Scaling group red. Check the name",
        ),
        (
            {"launch_template_name": "red", "image_id": IMAGE},
            "There is no launch template red. Check the name",
        ),
        (
            {"autoscaling_group_name": GROUP, "image_id": IMAGE},
            f"Image {IMAGE} does not exist in this region",
        ),
        (
            {"autoscaling_group_name": GROUP, "image_id": "golden"},
            "'golden' is not a valid image ID. Give an id as in ami-0123456789abcdef0, or resolve:",
        ),
        (
            {"autoscaling_group_name": GROUP, "image_id": "resolve:ssm:/golden"},
            "there is no parameter /golden",
        ),
        (
            {"autoscaling_group_name": GROUP},
            "state is present but any of the following are missing: image_id, overrides",
        ),
        ({"image_id": IMAGE}, "one of the following is required"),
        (
            {"autoscaling_group_name": GROUP, "launch_template_name": "x", "image_id": IMAGE},
            "mutually exclusive",
        ),
        (
            {"autoscaling_group_name": GROUP, "overrides": {"InstanceTyp": "x"}},
            'Unknown parameter in LaunchTemplateData: "InstanceTyp"',
        ),
        (
            {"autoscaling_group_name": GROUP, "overrides": {"KeyName": "k"}, "keep_versions": -1},
            "keep_versions is -1",
        ),
        (
            {"eks_nodegroup": "x", "image_id": IMAGE},
            "missing parameter(s) required by 'eks_nodegroup': eks_cluster",
        ),
    ],
)
def test_a_refused_update_says_why(
    modules: Modules, idle_world: dict[str, str], options: dict[str, Any], complaint: str
) -> None:
    assert complaint in modules.refused("launch_template_update", **options)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("eks_ami_lookup", {"family": "al2023", "kubernetes_version": "1.33"}),
        ("launch_template_update", {"autoscaling_group_name": GROUP, "image_id": IMAGE}),
    ],
)
def test_missing_credentials_and_lost_connections_fail_in_one_line(
    modules: Modules,
    idle_world: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    options: dict[str, Any],
) -> None:
    assert "Cannot" in modules.refused(name, endpoint_url="http://127.0.0.1:1", **options)
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(variable)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    assert "Give AWS credentials as for amazon.aws" in modules.refused(name, **options)


def test_a_missing_permission_names_the_action(
    modules: Modules, world: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "ACCESS_GRACE", 0.5)
    body = json.dumps({"aws": ["ssm:GetParameters", "ec2:CreateLaunchTemplateVersion"]}).encode()
    urllib.request.urlopen(
        urllib.request.Request(world["WORLD_URL"] + "/deny", body, method="POST")
    ).read()
    message = modules.refused("eks_ami_lookup", family="al2023", kubernetes_version="1.33")
    assert "Allow GetParameters in the caller's IAM policy" in message
    overrides = {"KeyName": "k"}
    message = modules.refused(
        "launch_template_update", autoscaling_group_name=GROUP, overrides=overrides
    )
    assert "Allow CreateLaunchTemplateVersion in the caller's IAM policy" in message
