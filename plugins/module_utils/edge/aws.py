# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build modules that use AWS: amazon.aws's module class under one raw call."""

from __future__ import annotations

import copy
import functools
import math
import re
import sys
import threading
import types
from collections.abc import Mapping
from typing import Any, NoReturn

from ansible.module_utils.ansible_release import __version__
from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.errors import (
    HINT_AWS_CREDENTIALS,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    CredentialsError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import role_session
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.sessions import new_session
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.inbox import clock

RETRIES = types.MappingProxyType({"max_attempts": 4, "mode": "standard"})
"""For the short modules; the engine makes one attempt a call and looks again later."""
ONE_ATTEMPT = types.MappingProxyType({"max_attempts": 1, "mode": "standard"})
USER_AGENT = f"APN/1.0 Ansible/{__version__} nodeops.rotator"
"""How AWS sees in its logs who calls: as from amazon.aws, with our name."""
CONFIG = "aws_config"
KEY_OPTIONS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
CONNECT_TIMEOUT, READ_TIMEOUT = 5, 20
STEADY = frozenset(
    (("eks", "DescribeCluster"), ("ec2", "DescribeInstanceTypes"), ("ec2", "DescribeImages"))
)
"""Calls that several parts of a module make, and whose answers hardly change."""
STEADY_FOR = 60.0
"""Seconds for which such an answer serves the other parts."""


def aws_module(argument_spec: Mapping[str, Any], **rules: Any) -> RotatorModule:
    """Return a module with amazon.aws's options added. It supports check mode.

    `rules`: what else AnsibleModule takes, such as mutually_exclusive.
    """
    # AnsibleModule writes the defaults of suboptions into the spec.
    spec = copy.deepcopy(dict(argument_spec))
    return RotatorModule(argument_spec=spec, supports_check_mode=True, **rules)


def snake(operation: str) -> str:
    """Return boto3's method name for an API operation: DescribeDBs -> describe_dbs."""
    head = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", operation)
    return re.sub(r"([a-z\d])([A-Z])", r"\1_\2", head).lower()


def credentials_of(client: Any) -> Any:
    """Return the credentials of a boto3 client, None if botocore does not show them."""
    return getattr(getattr(client, "_request_signer", None), "_credentials", None)


class Connector:
    """Makes boto3 clients from a module's options as amazon.aws does.

    All of them have one session.

    Failures are exceptions. amazon.aws would end the module, from whatever thread, without a word
    about the kind of error.
    """

    def __init__(self, module: AnsibleAWSModule) -> None:
        self.params = module.params
        self._own: Any = None
        self._role: Any = None
        self._lock = threading.Lock()
        self.answers: dict[tuple[str, ...], tuple[float, dict[str, Any]]] = {}

    def client(self, service: str, **more: Any) -> Any:
        """Return a client. Raises botocore's exceptions and CredentialsError."""
        region, endpoint, options = get_aws_connection_info(self)
        given = {**options, **more, "region_name": region, "endpoint_url": endpoint}
        with self._lock:
            if not self.params.get("assume_role"):
                return self._as_itself(service, given)
            if self._role is None:
                self._role = role_session(self._as_itself("sts", given), self.params["assume_role"])
            # Keys, if there are any, are those by which the role is assumed.
            return _made(
                self._role, service, {n: v for n, v in given.items() if n not in KEY_OPTIONS}
            )

    def own_credentials(self) -> Any:
        """Return botocore's credentials of these options.

        With a role, those that assume it. None if botocore does not show them. Raises as `client`
        does.
        """
        region, endpoint, options = get_aws_connection_info(self)
        given = {**options, "region_name": region, "endpoint_url": endpoint}
        with self._lock:
            return credentials_of(self._as_itself("sts", given))

    def _as_itself(self, service: str, given: Mapping[str, Any]) -> Any:
        if self._own is None:
            import boto3

            session = new_session(given.get("profile_name"))
            self._own = boto3.session.Session(botocore_session=session)
        return _made(self._own, service, given)

    def fail_json(self, msg: str, **_more: Any) -> NoReturn:
        """Called by amazon.aws where it cannot connect."""
        cause = sys.exc_info()[1]
        if type(cause).__module__.startswith("botocore"):
            raise cause  # type: ignore[misc]
        raise CredentialsError(f"Cannot connect to AWS: {msg.rstrip('.')}", HINT_AWS_CREDENTIALS)

    def fail_json_aws(self, exception: Exception, **_more: Any) -> NoReturn:
        """Called by amazon.aws with an exception of botocore."""
        raise exception


def _made(session: Any, service: str, given: Mapping[str, Any]) -> Any:
    """Return a client of the session, with the options that amazon.aws knows."""
    import botocore.config

    options = {name: one for name, one in given.items() if name not in ("profile_name", CONFIG)}
    named = botocore.config.Config(user_agent=USER_AGENT)
    wanted = given.get(CONFIG)
    return session.client(service, config=named.merge(wanted) if wanted else named, **options)


class RotatorModule(AnsibleAWSModule):  # type: ignore[misc]
    """amazon.aws's module, except for clients that cannot be made, and for warnings."""

    @functools.cached_property
    def connector(self) -> Connector:
        """Return what makes the clients of this module."""
        return Connector(self)

    def renew(self) -> None:
        """Take the credentials anew for the clients that are made from now on."""
        self.__dict__.pop("connector", None)

    def client(self, service: str, retry_decorator: Any = None, **extra_params: Any) -> Any:
        """Return a boto3 client, see Connector.client."""
        return self.connector.client(service, **extra_params)

    def warn(self, *args: Any, **more: Any) -> None:
        """Warn once.

        amazon.aws hands the warnings over a second time at the end, which Ansible calls deprecated.
        """
        self._module.warn(*args, **more)


class RawAws:
    """Implements core.transport.AwsCall with amazon.aws's clients.

    It is safe for several threads.
    """

    def __init__(self, module: AnsibleAWSModule, retries: Mapping[str, Any] = RETRIES) -> None:
        self._module = module
        self._retries = dict(retries)
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def __call__(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if (service, operation) not in STEADY:
            return self._asked(service, operation, params)
        key, known = (service, operation, repr(sorted(params.items()))), self._module.connector
        began, answer = known.answers.get(key, (-math.inf, {}))
        if clock() - began > STEADY_FOR:
            began, answer = clock(), self._asked(service, operation, params)
            known.answers[key] = (began, answer)
        return copy.deepcopy(answer)

    def _asked(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        answer = getattr(self.client(service), snake(operation))(**params)
        answer.pop("ResponseMetadata", None)
        return dict(answer)

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service, made once."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._module.client(service, aws_config=self._config())
            return self._clients[service]

    def _config(self) -> Any:
        import botocore.config  # only here: amazon.aws has checked by now that it is installed

        ours = botocore.config.Config(
            retries=self._retries,
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            max_pool_connections=16,
        )
        wanted = self._module.params.get("aws_config")
        return ours.merge(botocore.config.Config(**wanted)) if wanted else ours
