# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Systems Manager: parameters; public ones are read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import page
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import Parameter

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


def _view(account: Account, parameter: Parameter) -> dict[str, Any]:
    public = parameter.name.startswith("/aws/service/")
    owner = "" if public else account.id
    return {
        "Name": parameter.name,
        "Type": parameter.type,
        "Value": parameter.value,
        "Version": parameter.version,
        "LastModifiedDate": account.kernel.second(parameter.modified),
        "DataType": "text",
        "ARN": f"arn:aws:ssm:{account.region}:{owner}:parameter{parameter.name}",
    }


def _find(account: Account, name: str) -> Parameter | None:
    return account.parameters.get(
        name.partition("parameter")[2] if name.startswith("arn:") else name
    )


@operation("ssm", "GetParameter", "Name", "WithDecryption")
def get_parameter(account: Account, params: Params) -> dict[str, Any]:
    """Return one parameter."""
    parameter = _find(account, params["Name"])
    if parameter is None:
        raise AwsError("ParameterNotFound", "")
    return {"Parameter": _view(account, parameter)}


@operation("ssm", "GetParameters", "Names", "WithDecryption")
def get_parameters(account: Account, params: Params) -> dict[str, Any]:
    """Return up to ten parameters, and the names that do not exist."""
    if len(params["Names"]) > 10:
        raise AwsError(
            "ValidationException",
            "1 validation error detected: Value at 'names' failed to satisfy constraint: "
            "Member must have length less than or equal to 10",
        )
    found = {name: _find(account, name) for name in params["Names"]}
    return {
        "Parameters": [_view(account, parameter) for parameter in found.values() if parameter],
        "InvalidParameters": [name for name, parameter in found.items() if not parameter],
    }


@operation(
    "ssm", "GetParametersByPath", "Path", "Recursive", "WithDecryption", "MaxResults", "NextToken"
)
def get_by_path(account: Account, params: Params) -> dict[str, Any]:
    """Return the parameters below a path, ten to a page.

    Without Recursive, return only those directly below it.
    """
    path = params["Path"].rstrip("/") + "/"
    if not path.startswith("/"):
        raise AwsError(
            "ValidationException", f"The parameter path {params['Path']} must begin with a slash."
        )
    found = {
        name: parameter
        for name, parameter in account.parameters.items()
        if name.startswith(path) and (params.get("Recursive") or "/" not in name[len(path) :])
    }
    shown, token = page(
        found, params.get("NextToken"), account.page_size(params.get("MaxResults"), 10)
    )
    answer: dict[str, Any] = {"Parameters": [_view(account, parameter) for parameter in shown]}
    return {**answer, "NextToken": token} if token else answer


@operation("ssm", "PutParameter", "Name", "Value", "Type", "Overwrite", "Description")
def put_parameter(account: Account, params: Params) -> dict[str, Any]:
    """Set a parameter of the account's own."""
    name, old = params["Name"], account.parameters.get(params["Name"])
    if name.startswith("/aws"):
        raise AwsError("AccessDeniedException", f"No access to reserved parameter name: {name}.")
    if old is not None and not params.get("Overwrite"):
        raise AwsError(
            "ParameterAlreadyExists",
            "The parameter already exists. To overwrite this value, set the "
            "overwrite option in the request to true.",
        )
    version = old.version + 1 if old else 1
    kind = params.get("Type") or (old.type if old else "String")
    account.parameters[name] = Parameter(name, params["Value"], version, account.kernel.now, kind)
    return {"Version": version, "Tier": "Standard"}
