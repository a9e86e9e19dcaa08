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


def connector(monkeypatch: pytest.MonkeyPatch, **options: Any) -> aws.Connector:
    found = ("eu-west-1", "https://aws.example", {"verify": True, **options})
    monkeypatch.setattr(aws, "get_aws_connection_info", lambda _module: found)
    module: Any = types.SimpleNamespace(params={})
    return aws.Connector(module)


KEYS = {"aws_access_key_id": "AKIA", "aws_secret_access_key": "secret"}


def test_a_client_is_made_with_the_options_of_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = config.Config(connect_timeout=7)
    client = connector(monkeypatch, **KEYS).client("ec2", aws_config=wanted)
    assert client.meta.service_model.service_name == "ec2"
    assert client.meta.region_name == "eu-west-1"
    assert client.meta.endpoint_url == "https://aws.example"
    assert client.meta.config.connect_timeout == 7
    assert aws.credentials_of(client).access_key == "AKIA"


def test_aws_sees_that_it_is_ansible_and_we(monkeypatch: pytest.MonkeyPatch) -> None:
    client = connector(monkeypatch, **KEYS).client("ec2")
    assert client.meta.config.user_agent.startswith("APN/1.0 Ansible/")
    assert "nodeops.rotator" in client.meta.config.user_agent


def test_clients_share_a_session_and_its_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    known = connector(monkeypatch)
    first, second = known.client("ec2"), known.client("autoscaling")
    assert aws.credentials_of(first) is aws.credentials_of(second)
    assert aws.credentials_of(first).access_key == "AKIAENV"


def test_a_role_is_assumed_with_the_keys_and_not_called_with_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assumed: list[str] = []

    def role(sts: Any, wanted: Any) -> Any:
        assumed.append(aws.credentials_of(sts).access_key + " " + wanted["arn"])
        session = aws.new_session()
        session.set_credentials("ROLE", "secret")
        return types.SimpleNamespace(client=session.create_client)

    monkeypatch.setattr(aws, "role_session", role)
    known = connector(monkeypatch, **KEYS)
    known.params["assume_role"] = {"arn": "arn:x"}
    clients = [known.client(service) for service in ("ec2", "autoscaling")]
    assert assumed == ["AKIA arn:x"], "once for all services"
    assert {aws.credentials_of(client).access_key for client in clients} == {"ROLE"}
    assert {client.meta.endpoint_url for client in clients} == {"https://aws.example"}
    assert aws.credentials_of(clients[0]) is not None
    assert known.own_credentials().access_key == "AKIA"


def test_what_amazon_aws_would_end_the_module_for_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def connect(module: Any) -> None:
        module.fail_json(msg="no region.")

    known = connector(monkeypatch)
    monkeypatch.setattr(aws, "get_aws_connection_info", connect)
    with pytest.raises(CredentialsError, match="Cannot connect to AWS: no region") as caught:
        known.client("ec2")
    assert caught.value.hint != ""


def test_an_exception_of_botocore_keeps_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(module: Any) -> None:
        try:
            raise exceptions.NoRegionError
        except exceptions.NoRegionError:
            module.fail_json(msg="no region")

    with pytest.raises(exceptions.ProfileNotFound):
        connector(monkeypatch, profile_name="no-such-profile").client("ec2")
    known = connector(monkeypatch)
    monkeypatch.setattr(aws, "get_aws_connection_info", connect)
    with pytest.raises(exceptions.NoRegionError):
        known.client("ec2")


def test_a_warning_is_handed_over_once() -> None:
    """What amazon.aws notes besides, it passes to exit_json: deprecated."""
    said: list[str] = []
    module = object.__new__(aws.RotatorModule)
    module._module = types.SimpleNamespace(warn=said.append)
    module.warn("Nothing guards it")
    assert said == ["Nothing guards it"]
    assert "_warnings" not in vars(module)
