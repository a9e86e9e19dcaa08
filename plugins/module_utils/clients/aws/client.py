# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Call AWS and translate its errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.errors import (
    RAISED,
    translate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.deadline import Deadline
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import AccessError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import AwsCall

T = TypeVar("T")
Again = Callable[[str, Mapping[str, Any], AccessError], bool]
"""Says whether to make a call again that was denied: its operation, parameters and error."""


def never(operation: str, params: Mapping[str, Any], error: AccessError) -> bool:
    """Answer that a call that was denied is not made again."""
    return False


class Aws:
    """An AwsCall that pages and raises core.errors.

    `again`: which calls are made again when they are denied.
    """

    def __init__(self, raw: AwsCall, deadline: Deadline = Deadline(), again: Again = never) -> None:
        self._raw, self._deadline, self._again = raw, deadline, again

    def until(self, moment: float) -> Aws:
        """Return the same, which sends nothing after this moment but raises LateError."""
        return Aws(self._raw, self._deadline.until(moment), self._again)

    def call(self, doing: str, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Make one call and return the answer. Parameters that are None are left out.

        Raises what `translate` returns.
        """
        given = {name: value for name, value in params.items() if value is not None}
        while True:
            self._deadline.check(doing)
            try:
                return self.attempt(doing, lambda: self._raw(service, operation, given))
            except AccessError as error:
                if not self._again(operation, given, error):
                    raise

    def pages(
        self, doing: str, service: str, operation: str, items: str, **params: Any
    ) -> Iterator[Any]:
        """Yield the elements of list `items` from all pages of a call.

        Understands paging by NextToken, nextToken and (ELBv2) Marker.
        """
        token: Mapping[str, Any] = {}
        while True:
            answer = self.call(doing, service, operation, **params, **token)
            yield from answer.get(items, [])
            if answer.get("NextToken") or answer.get("nextToken"):
                name = "NextToken" if answer.get("NextToken") else "nextToken"
                token = {name: answer[name]}
            elif answer.get("NextMarker"):
                token = {"Marker": answer["NextMarker"]}
            else:
                return

    @staticmethod
    def attempt(doing: str, act: Callable[[], T]) -> T:
        """Run `act` and raise botocore's exceptions as ours."""
        try:
            return act()
        except RAISED as error:  # pylint: disable=catching-non-exception
            raise translate(error, doing) from error
