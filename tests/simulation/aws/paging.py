# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pagination, filters and tags as EC2 and Auto Scaling share them."""

from __future__ import annotations

import base64
import bisect
import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

Values = Callable[[Any], Iterable[str]]
"""A function that returns the values of an element that a filter compares."""


def page(
    items: Mapping[str, Any], token: str | None, size: int, bad_token: str = "InvalidNextToken"
) -> tuple[list[Any], str | None]:
    """Return one page of `items`, and the token of the next page, if any.

    The page begins at `token` and has at most `size` elements, in the order of their keys. The
    token holds the key at which the next page begins, so elements that appear or disappear between
    two pages shift nothing.
    """
    keys = sorted(items)
    start = bisect.bisect_left(keys, _key(token, bad_token)) if token else 0
    chosen = keys[start : start + size]
    following = keys[start + size : start + size + 1]
    return [items[key] for key in chosen], (_token(following[0]) if following else None)


def _token(key: str) -> str:
    return base64.urlsafe_b64encode(f"from:{key}".encode()).decode()


def _key(token: str, bad_token: str) -> str:
    try:
        text = base64.urlsafe_b64decode(token.encode()).decode()
    except ValueError:
        text = ""
    if not text.startswith("from:"):
        raise AwsError(bad_token, "The token is not valid.")
    return text[len("from:") :]


def matches(
    element: Any, filters: Sequence[Mapping[str, Any]], known: Mapping[str, Values], tags: Values
) -> bool:
    """Return True if `element` passes every filter.

    One of its values must equal one of the filter's, in which * and ? stand for any text and any
    character. `known` gives the values by filter name, `tags` those of tag:KEY as KEY=VALUE. Raises
    AwsError for a filter that the operation does not have.
    """
    return all(_passes(element, one, known, tags) for one in filters)


def _passes(
    element: Any, one: Mapping[str, Any], known: Mapping[str, Values], tags: Values
) -> bool:
    name, wanted = one.get("Name", ""), one.get("Values", [])
    if name.startswith("tag:"):
        prefix = name[len("tag:") :] + "="
        have = [pair[len(prefix) :] for pair in tags(element) if pair.startswith(prefix)]
    elif name == "tag-key":
        have = [pair.partition("=")[0] for pair in tags(element)]
    elif name == "tag-value":
        have = [pair.partition("=")[2] for pair in tags(element)]
    elif name in known:
        have = list(known[name](element))
    else:
        raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return any(_like(value, pattern) for value in have for pattern in wanted)


def _like(value: str, pattern: str) -> bool:
    if "*" not in pattern and "?" not in pattern:
        return value == pattern
    # EC2 knows no character classes, so a bracket is a bracket.
    return fnmatch.fnmatchcase(value, re.sub(r"\[", "[[]", pattern))


def tag_pairs(tags: Mapping[str, str]) -> list[str]:
    """Return tags as `matches` takes them."""
    return [f"{key}={value}" for key, value in tags.items()]


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags as EC2 shows them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_map(given: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return tags as a dictionary, from the list that EC2 is given."""
    return {tag["Key"]: tag.get("Value", "") for tag in given}


def paged(
    account: Account, params: Mapping[str, Any], name: str, views: Mapping[str, Any], most: int
) -> dict[str, Any]:
    """Return one page of `views` as EC2 answers it, under `name`.

    NextToken is there only if more follow.
    """
    shown, token = page(
        views, params.get("NextToken"), account.page_size(params.get("MaxResults"), most)
    )
    return {name: shown, "NextToken": token} if token else {name: shown}
