# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The raw AWS call over stand-ins of amazon.aws's clients."""

from __future__ import annotations

import types
from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
config = pytest.importorskip("botocore.config")
exceptions = pytest.importorskip("botocore.exceptions")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import CredentialsError
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import aws


@pytest.mark.parametrize(
    ("operation", "method"),
    [
        ("DescribeAutoScalingGroups", "describe_auto_scaling_groups"),
        ("DescribeDBInstances", "describe_db_instances"),
        ("GetParameter", "get_parameter"),
        ("DescribeVpcs", "describe_vpcs"),
        ("RunInstances", "run_instances"),
        ("DescribeInstanceTypes", "describe_instance_types"),
    ],
)
def test_an_operation_is_called_as_boto3_names_it(operation: str, method: str) -> None:
    assert aws.snake(operation) == method


@pytest.mark.parametrize(
    "service, operations",
    [
        ("autoscaling", ("SetDesiredCapacity", "TerminateInstanceInAutoScalingGroup")),
        ("ec2", ("DescribeLaunchTemplateVersions", "GetConsoleOutput", "CreateTags")),
        ("elbv2", ("DeregisterTargets", "DescribeTargetHealth")),
        ("eks", ("DescribeNodegroup", "ListClusters")),
        ("ssm", ("GetParametersByPath", "GetParameters")),
    ],
)
def test_every_name_that_is_made_is_one_of_boto3(service: str, operations: tuple[str, ...]) -> None:
    boto3 = pytest.importorskip("boto3")
    client = boto3.client(
        service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    names = client.meta.method_to_api_mapping
    assert [names[aws.snake(operation)] for operation in operations] == list(operations)


class Module:
    """A module as far as RawAws needs it: it makes clients and remembers with what."""

    def __init__(self, **params: Any) -> None:
        self.params = params
        self.made: list[tuple[str, Any]] = []
        self.asked: list[dict[str, Any]] = []

    def client(self, service: str, aws_config: Any) -> Any:
        self.made.append((service, aws_config))
        return types.SimpleNamespace(describe_things=self._answer)

    def _answer(self, **params: Any) -> dict[str, Any]:
        self.asked.append(params)
        return {"Things": [1], "ResponseMetadata": {"HTTPStatusCode": 200}}


def test_an_answer_is_boto3_s_without_its_metadata() -> None:
    module: Any = Module()
    assert aws.RawAws(module)("ec2", "DescribeThings", {"A": 1}) == {"Things": [1]}
    assert module.asked == [{"A": 1}]


def test_a_client_is_made_once_for_each_service() -> None:
    module: Any = Module()
    raw = aws.RawAws(module)
    for service in ("ec2", "ssm", "ec2", "ec2"):
        raw(service, "DescribeThings", {})
    assert [service for service, _config in module.made] == ["ec2", "ssm"]


@pytest.mark.parametrize(
    ("retries", "attempts"), [(aws.RETRIES, 4), (aws.ONE_ATTEMPT, 1)], ids=["modules", "engine"]
)
def test_timeouts_are_short_and_attempts_counted(retries: Any, attempts: int) -> None:
    module: Any = Module()
    aws.RawAws(module, retries).client("ec2")
    (_service, made) = module.made[0]
    assert (made.connect_timeout, made.read_timeout) == (5, 20)
    assert made.retries == {"max_attempts": attempts, "mode": "standard"}


def test_the_user_s_settings_of_botocore_count_before_ours() -> None:
    module: Any = Module(aws_config={"read_timeout": 60})
    aws.RawAws(module).client("ec2")
    made = module.made[0][1]
    assert (made.read_timeout, made.connect_timeout) == (60, 5)


def test_what_hardly_changes_is_asked_once_for_the_parts_of_a_module(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr(aws, "clock", lambda: now[0])
    module: Any = Module()
    asked: list[dict[str, Any]] = []

    def answer(**params: Any) -> dict[str, Any]:
        asked.append(params)
        return {"cluster": {"name": params["name"]}}

    monkeypatch.setattr(
        module, "client", lambda *_a, **_m: types.SimpleNamespace(describe_cluster=answer)
    )
    module.connector = types.SimpleNamespace(answers={})
    first = aws.RawAws(module)("eks", "DescribeCluster", {"name": "demo"})
    first["cluster"].clear()
    again = aws.RawAws(module)("eks", "DescribeCluster", {"name": "demo"})
    assert again == {"cluster": {"name": "demo"}}, "nobody changes what others are told"
    assert aws.RawAws(module)("eks", "DescribeCluster", {"name": "b"})["cluster"]["name"] == "b"
    assert asked == [{"name": "demo"}, {"name": "b"}]
    now[0] += aws.STEADY_FOR + 1
    aws.RawAws(module)("eks", "DescribeCluster", {"name": "demo"})
    assert len(asked) == 3, "an old answer is not handed on"


def connector(monkeypatch: pytest.MonkeyPatch, connect: Any) -> aws.Connector:
    monkeypatch.setattr(aws, "get_aws_connection_info", lambda _module: ("eu-west-1", "", {}))
    monkeypatch.setattr(aws, "boto3_conn", connect)
    module: Any = types.SimpleNamespace(params={}, _name="x")
    return aws.Connector(module)


def test_a_client_is_made_with_the_options_of_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def connect(_module: Any, kind: str, service: str, **options: Any) -> str:
        seen.update(options, kind=kind, service=service)
        return "a client"

    found = connector(monkeypatch, connect).client("ec2", aws_config="c")
    assert found == "a client"
    assert (seen["kind"], seen["service"]) == ("client", "ec2")
    assert (seen["region"], seen["aws_config"]) == ("eu-west-1", "c")


def test_what_amazon_aws_would_end_the_module_for_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def connect(module: Any, *_args: Any, **_options: Any) -> None:
        module.fail_json(msg="no region.")

    with pytest.raises(CredentialsError, match="Cannot connect to AWS: no region") as caught:
        connector(monkeypatch, connect).client("ec2")
    assert caught.value.hint != ""


def test_an_exception_of_botocore_keeps_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(module: Any, *_args: Any, **_options: Any) -> None:
        try:
            raise exceptions.ProfileNotFound(profile="x")
        except exceptions.ProfileNotFound:
            module.fail_json(msg="no profile")

    with pytest.raises(exceptions.ProfileNotFound):
        connector(monkeypatch, connect).client("ec2")

    def refuse(module: Any, *_args: Any, **_options: Any) -> None:
        module.fail_json_aws(exceptions.NoRegionError(), msg="no region")

    with pytest.raises(exceptions.NoRegionError):
        connector(monkeypatch, refuse).client("ec2")


def test_a_warning_is_handed_over_once() -> None:
    """What amazon.aws notes besides, it passes to exit_json: deprecated."""
    said: list[str] = []
    module = object.__new__(aws.RotatorModule)
    module._module = types.SimpleNamespace(warn=said.append)
    module.warn("Nothing guards it")
    assert said == ["Nothing guards it"]
    assert "_warnings" not in vars(module)
