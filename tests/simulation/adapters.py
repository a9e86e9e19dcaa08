# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reach the account through core.transport.AwsCall, without a wire.

So the real clients run on it. What boto3 does before a request leaves is done here too: the
parameters are held against botocore's model of the operation. So a request that the service would
not understand fails in every test that runs on the World.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.exceptions import ClientError, ConnectionClosedError, ParamValidationError
from botocore.model import OperationModel
from botocore.validate import ParamValidator

from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import AwsCall
from ansible_collections.nodeops.rotator.tests.simulation import used
from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import NO_ANSWER, AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.policies import action_of

_VALIDATOR = ParamValidator()


def aws_call(account: Account, actor: str = "") -> AwsCall:
    """Return the account as `actor` reaches it.

    It validates parameters and raises exceptions as boto3 does.
    """

    def call(service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        params = prepared(service, operation, params)
        check_request(service, operation, params)
        used.note_action(action_of(service, operation))
        try:
            return decoded(service, operation, account.call(service, operation, params, actor))
        except AwsError as error:
            raise boto_error(error, operation) from error

    return call


def prepared(service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what botocore's handlers make of a request's parameters.

    It encodes the user data of some operations, for one.
    """
    made = copy.deepcopy(dict(params))
    model = _model(service, operation)
    name = f"before-parameter-build.{model.service_model.service_id.hyphenize()}.{operation}"
    _handlers().emit(name, params=made, model=model, context={})
    return made


def decoded(service: str, operation: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Return what botocore's handlers make of an answer. They decode some fields."""
    model = _model(service, operation)
    name = f"after-call.{model.service_model.service_id.hyphenize()}.{operation}"
    made = {**answer}
    _handlers().emit(name, parsed=made, model=model, http_response=None, context={})
    return made


@functools.cache
def _handlers() -> Any:
    return botocore.session.get_session().get_component("event_emitter")


def check_request(service: str, operation: str, params: Mapping[str, Any]) -> None:
    """Hold a request against the service model.

    Raises botocore's ParamValidationError, as boto3 does.
    """
    shape = _model(service, operation).input_shape
    report = _VALIDATOR.validate(dict(params), shape) if shape is not None else None
    if report is not None and report.has_errors():
        raise ParamValidationError(report=report.generate_report())


@functools.cache
def _model(service: str, operation: str) -> OperationModel:
    return _service(service).operation_model(operation)


@functools.cache
def _service(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def boto_error(error: AwsError, operation: str) -> Exception:
    """Return what boto3 raises where the account refuses, or does not answer."""
    details = {
        "Error": {"Code": error.code, "Message": error.message},
        "ResponseMetadata": {"HTTPStatusCode": error.status},
    }
    made: Exception = ClientError(details, operation)
    if error.status == NO_ANSWER:
        made = ConnectionClosedError(endpoint_url="https://account.simulated")
    return made
