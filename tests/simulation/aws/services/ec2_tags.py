# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2: tags of all resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import matches, page, tag_map
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.ec2_instances import (
    no_such_instance,
    value_at,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.views import instance_view

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


def _taggable(account: Account) -> list[tuple[str, str, dict[str, str]]]:
    """Return every resource with tags in EC2: ID, type and tags."""
    kinds: tuple[tuple[str, Mapping[str, Any]], ...] = (
        ("instance", account.instances),
        ("image", account.images),
        ("subnet", account.subnets),
        ("launch-template", account.templates),
    )
    return [(name, kind, thing.tags) for kind, things in kinds for name, thing in things.items()]


def _find_taggable(account: Account, name: str) -> Any:
    for things in (account.instances, account.images, account.subnets, account.templates):
        if name in things:
            return things[name]
    if name.startswith("i-"):
        raise no_such_instance([name])
    raise AwsError("InvalidID", f"The ID '{name}' is not valid")


@operation("ec2", "CreateTags", "Resources", "Tags")
def create_tags(account: Account, params: Params) -> dict[str, Any]:
    """Set tags; the prefix aws: is reserved."""
    if any(tag["Key"].startswith("aws:") for tag in params["Tags"]):
        raise AwsError(
            "InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use"
        )
    for thing in [_find_taggable(account, name) for name in params["Resources"]]:
        _note(account, thing)
        thing.tags.update(tag_map(params["Tags"]))
    return {}


@operation("ec2", "DeleteTags", "Resources", "Tags")
def delete_tags(account: Account, params: Params) -> dict[str, Any]:
    """Remove tags; a tag given with a value only if it has that value."""
    for thing in [_find_taggable(account, name) for name in params["Resources"]]:
        _note(account, thing)
        for tag in params.get("Tags", ()):
            if "Value" not in tag or thing.tags.get(tag["Key"]) == tag["Value"]:
                thing.tags.pop(tag["Key"], None)
    return {}


def _note(account: Account, thing: Any) -> None:
    if isinstance(thing, Instance):
        account.history.note("instance", thing.id, lambda: instance_view(account, thing))


@operation("ec2", "DescribeTags", "Filters", "MaxResults", "NextToken")
def describe_tags(account: Account, params: Params) -> dict[str, Any]:
    """Return tags by resource, type, key or value."""
    known = {
        "resource-id": value_at("ResourceId"),
        "resource-type": value_at("ResourceType"),
        "key": value_at("Key"),
        "value": value_at("Value"),
    }
    views = {
        f"{name}/{key}": {"ResourceId": name, "ResourceType": kind, "Key": key, "Value": value}
        for name, kind, tags in _taggable(account)
        for key, value in tags.items()
    }
    views = {
        key: view
        for key, view in views.items()
        if matches(
            view, params.get("Filters", ()), known, lambda tag: [f"{tag['Key']}={tag['Value']}"]
        )
    }
    chosen, token = page(
        views, params.get("NextToken"), account.page_size(params.get("MaxResults"), 1000)
    )
    return {"Tags": chosen, "NextToken": token} if token else {"Tags": chosen}
