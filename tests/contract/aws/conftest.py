# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces that must agree: the account in memory and on the wire, and moto."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import threading
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer
from werkzeug.serving import WSGIRequestHandler, make_server

from ansible_collections.nodeops.rotator.tests.contract.aws.streams import read
from ansible_collections.nodeops.rotator.tests.simulation.adapters import decoded
from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.gate import Gate
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.wire.aws import make_app

REGION = "eu-west-1"
ACCESS_KEY = "AKIACONTRACTCONTRACT"


@dataclasses.dataclass
class Resources:
    """IDs of the resources that exist when a case begins."""

    subnets: list[str]
    image: str
    template: str
    target_group: str


class Face:
    """One way to call AWS; `call` answers as boto3 without ResponseMetadata.

    Errors are AwsError.
    """

    name = ""
    resources: Resources

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Call one operation and return its answer."""
        raise NotImplementedError

    def settle(self) -> None:
        """Let all changes in progress finish."""

    def refused(self, service: str, operation: str, **params: Any) -> str:
        """Return the error code of a call that must fail."""
        with pytest.raises(AwsError) as caught:
            self.call(service, operation, **params)
        return caught.value.code

    def group(self, name: str = "blue") -> dict[str, Any]:
        """Return a group as it is described."""
        answer = self.call("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[name])
        found: dict[str, Any] = answer["AutoScalingGroups"][0]
        return found

    def members(self) -> list[str]:
        """Return the IDs of the group's instances."""
        return [one["InstanceId"] for one in self.group()["Instances"]]


class Memory(Face):
    """The account in memory."""

    name = "memory"

    def __init__(self, behavior: Behavior) -> None:
        self.kernel = Kernel()
        self.account = Account(
            self.kernel, Gate(lambda: self.kernel.now), REGION, behavior=behavior
        )

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        answer = self.account.call(service, operation, params, ACCESS_KEY)
        return read(decoded(service, operation, answer))

    def settle(self) -> None:
        self.kernel.advance(self.kernel.now + 100)


class Boto:
    """boto3 clients of one endpoint; errors become AwsError."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.client = functools.cache(self._client)

    def _client(self, service: str) -> Any:
        """Return a client of the service that makes one attempt and does not wait."""
        config = Config(
            retries={"total_max_attempts": 1, "mode": "standard"}, parameter_validation=True
        )
        return boto3.client(
            service,
            endpoint_url=self._url,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key="contractcontractcontractcontractcontract",
            config=config,
        )

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Call an operation by its API name."""
        client = self.client(service)
        method = next(m for m, api in client.meta.method_to_api_mapping.items() if api == operation)
        try:
            answer: dict[str, Any] = getattr(client, method)(**params)
        except ClientError as error:
            found = error.response["Error"]
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise AwsError(found["Code"], found.get("Message", ""), status) from error
        del answer["ResponseMetadata"]
        return read(answer)


class Wire(Memory):
    """The account behind HTTP."""

    name = "wire"

    def __init__(self, behavior: Behavior, boto: Boto) -> None:
        super().__init__(behavior)
        self.boto = boto

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        return self.boto.call(service, operation, **params)


class Moto(Face):
    """moto's own server."""

    name = "moto"

    def __init__(self, url: str, boto: Boto) -> None:
        urllib.request.urlopen(
            urllib.request.Request(f"{url}/moto-api/reset", method="POST")
        ).close()
        self.boto = boto

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        return self.boto.call(service, operation, **params)


class Switch:
    """A WSGI application that forwards to another one, which each test may replace."""

    app: Callable[..., Iterable[bytes]]

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        return self.app(environ, start_response)


class Silent(WSGIRequestHandler):
    """A request handler without an access log."""

    def log(self, type: str, message: str, *args: Any) -> None:  # pylint: disable=redefined-builtin
        """Log nothing."""


@dataclasses.dataclass
class Endpoint:
    """A server for accounts, with its clients."""

    url: str
    switch: Switch
    boto: Boto

    def serve(self, face: Memory) -> None:
        """Answer from this face's account from now on.

        Its time stands still unless the test advances it.
        """
        self.switch.app = make_app(face.account, threading.Lock(), lambda: None)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[Endpoint]:
    """Run one server on loopback for all tests."""
    switch = Switch()
    server = make_server("127.0.0.1", 0, switch, threaded=True, request_handler=Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.port}"
    yield Endpoint(url, switch, Boto(url))
    server.shutdown()


@pytest.fixture(scope="session")
def moto_server() -> Iterator[tuple[str, Boto]]:
    """Run moto on loopback, without its thousands of public images.

    It would load them anew for every test.
    """
    patch = pytest.MonkeyPatch()
    patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    with contextlib.redirect_stderr(None):
        server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    yield url, Boto(url)
    server.stop()
    patch.undo()


def furnish(face: Face, subnets: list[str], image: str, target_group: str) -> Face:
    """Create the template and the group of four by calls, and let all settle."""
    data = {"ImageId": image, "InstanceType": "m5.large"}
    made = face.call(
        "ec2", "CreateLaunchTemplate", LaunchTemplateName="nodes", LaunchTemplateData=data
    )
    template = made["LaunchTemplate"]["LaunchTemplateId"]
    face.resources = Resources(subnets, image, template, target_group)
    face.call(
        "autoscaling",
        "CreateAutoScalingGroup",
        AutoScalingGroupName="blue",
        MinSize=2,
        MaxSize=6,
        DesiredCapacity=4,
        VPCZoneIdentifier=",".join(subnets),
        LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
        Tags=[
            {
                "Key": "team",
                "Value": "a",
                "PropagateAtLaunch": True,
                "ResourceId": "blue",
                "ResourceType": "auto-scaling-group",
            }
        ],
    )
    face.settle()
    return face


def furnish_account(face: Memory) -> Face:
    """Add what calls cannot create, then furnish the account."""
    subnets = [subnet.id for subnet in build.add_subnets(face.account)]
    image = build.add_image(face.account, "nodes-1").id
    return furnish(face, subnets, image, build.add_target_group(face.account, "web").arn)


def furnish_moto(face: Moto) -> Face:
    """Create the same in moto, by calls that only moto has."""
    vpc = face.call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        face.call(
            "ec2",
            "CreateSubnet",
            VpcId=vpc,
            CidrBlock=f"10.0.{n}.0/24",
            AvailabilityZone=f"{REGION}{zone}",
        )["Subnet"]["SubnetId"]
        for n, zone in enumerate("abc")
    ]
    image = face.call("ec2", "RegisterImage", Name="nodes-1", Architecture="x86_64")["ImageId"]
    group = face.call(
        "elbv2",
        "CreateTargetGroup",
        Name="web",
        Protocol="TCP",
        Port=30080,
        VpcId=vpc,
        TargetType="instance",
    )
    return furnish(face, subnets, image, group["TargetGroups"][0]["TargetGroupArn"])


@pytest.fixture(params=["memory", "wire", "moto"])
def face(request: pytest.FixtureRequest) -> Face:
    """Return each face in turn, furnished alike."""
    if request.param == "memory":
        return furnish_account(Memory(Behavior.polite()))
    if request.param == "wire":
        endpoint: Endpoint = request.getfixturevalue("endpoint")
        wire = Wire(Behavior.polite(), endpoint.boto)
        endpoint.serve(wire)
        return furnish_account(wire)
    url, boto = request.getfixturevalue("moto_server")
    return furnish_moto(Moto(url, boto))
