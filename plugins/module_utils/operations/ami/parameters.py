# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read parameters of Systems Manager."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import NotFoundError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import ALIAS


def values(aws: Aws, names: list[str]) -> dict[str, str]:
    """Return the values of at most ten parameters by name.

    A parameter that does not exist is left out.
    """
    answer = aws.call(f"read parameter {names[0]}", "ssm", "GetParameters", Names=names)
    return {parameter["Name"]: parameter["Value"] for parameter in answer.get("Parameters", ())}


def resolve_image(aws: Aws, image_id: str) -> str:
    """Return an image ID as it is, or what resolve:ssm:<name> means now.

    The name may end in a version or label. Raises NotFoundError.
    """
    if not image_id.startswith(ALIAS):
        return image_id
    name = image_id.removeprefix(ALIAS)
    doing = f"resolve {image_id}"
    try:
        return str(aws.call(doing, "ssm", "GetParameter", Name=name)["Parameter"]["Value"])
    except NotFoundError as error:
        raise NotFoundError(
            f"Cannot {doing}: there is no parameter {name}", "Check its name", error.code
        ) from error
