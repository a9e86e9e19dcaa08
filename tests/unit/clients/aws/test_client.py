# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call of AWS: parameters, pages, deadlines, and errors as ours."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.deadline import Deadline
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    ForbiddenError,
    LateError,
    RefusedError,
    ThrottledError,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import Recorded, refusal


class TestACall:
    def test_is_made_with_what_is_given(self) -> None:
        raw = Recorded(DescribeThings={"Things": [1]})
        answer = Aws(raw).call("look", "ec2", "DescribeThings", Name="a", Other=None, Zero=0, No=[])
        assert answer == {"Things": [1]}
        assert raw.calls == [("ec2:DescribeThings", {"Name": "a", "Zero": 0, "No": []})]

    @pytest.mark.parametrize(
        ("code", "kind"), [("Throttling", ThrottledError), ("ValidationError", RefusedError)]
    )
    def test_that_fails_says_what_was_tried(self, code: str, kind: Any) -> None:
        raw = Recorded(DescribeThings=refusal(code, "too   much\nof it"))
        with pytest.raises(kind) as caught:
            Aws(raw).call("look at blue", "ec2", "DescribeThings")
        assert str(caught.value).startswith(f"Cannot look at blue: too much of it ({code})")
        assert caught.value.code == code

    @pytest.mark.parametrize(("now", "sent"), [(9.0, 1), (10.0, 1), (10.1, 0)])
    def test_is_not_sent_after_its_last_moment(self, now: float, sent: int) -> None:
        raw = Recorded()
        aws = Aws(raw, Deadline(lambda: now)).until(10.0)
        if sent:
            aws.call("look", "ec2", "DescribeThings")
        else:
            with pytest.raises(LateError, match="Did not look"):
                aws.call("look", "ec2", "DescribeThings")
        assert len(raw.calls) == sent

    def test_a_limit_is_that_of_the_limited_one_only(self) -> None:
        raw = Recorded()
        aws = Aws(raw, Deadline(lambda: 99.0))
        aws.until(10.0)
        aws.call("look", "ec2", "DescribeThings")
        assert len(raw.calls) == 1


class TestACallThatIsDenied:
    def test_is_made_once_if_nobody_says_otherwise(self) -> None:
        raw = Recorded(CreateThing=refusal("AccessDenied", "no"))
        with pytest.raises(ForbiddenError):
            Aws(raw).call("make", "ec2", "CreateThing")
        assert len(raw.calls) == 1

    def test_is_made_again_as_long_as_that_is_wanted(self) -> None:
        raw, asked = Recorded(CreateThing=refusal("AccessDenied", "no")), []

        def again(operation: str, params: Any, error: AccessError) -> bool:
            asked.append((operation, dict(params), error.code))
            return len(asked) < 3

        with pytest.raises(ForbiddenError):
            Aws(raw, again=again).call("make", "ec2", "CreateThing", Name="a")
        assert asked == [("CreateThing", {"Name": "a"}, "AccessDenied")] * 3
        assert len(raw.calls) == 3

    def test_is_not_made_again_after_its_last_moment(self) -> None:
        raw, now = Recorded(CreateThing=refusal("AccessDenied", "no")), [9.0]

        def again(operation: str, params: Any, error: AccessError) -> bool:
            now[0] += 5
            return True

        aws = Aws(raw, Deadline(lambda: now[0]), again).until(10.0)
        with pytest.raises(LateError):
            aws.call("make", "ec2", "CreateThing")
        assert len(raw.calls) == 1


class TestPages:
    @pytest.mark.parametrize(
        ("answers", "tokens"),
        [
            pytest.param([{"Things": [1, 2, 3]}], [{}], id="one page"),
            pytest.param(
                [{"Things": [1], "NextToken": "t1"}, {"Things": [2, 3]}],
                [{}, {"NextToken": "t1"}],
                id="NextToken",
            ),
            pytest.param(
                [{"Things": [1, 2], "nextToken": "t1"}, {"Things": [3]}],
                [{}, {"nextToken": "t1"}],
                id="nextToken",
            ),
            pytest.param(
                [{"Things": [1], "NextMarker": "m"}, {"Things": [2, 3]}],
                [{}, {"Marker": "m"}],
                id="Marker",
            ),
            pytest.param(
                [{"Things": [], "NextToken": "t1"}, {"NextToken": "t2"}, {"Things": [1, 2, 3]}],
                [{}, {"NextToken": "t1"}, {"NextToken": "t2"}],
                id="empty pages on the way",
            ),
            pytest.param([{"Things": [1, 2, 3], "NextToken": ""}], [{}], id="an empty token"),
        ],
    )
    def test_are_read_to_the_last(
        self, answers: list[dict[str, Any]], tokens: list[dict[str, str]]
    ) -> None:
        raw = Recorded(DescribeThings=answers)
        found = list(Aws(raw).pages("look", "ec2", "DescribeThings", "Things", Name="a"))
        assert found == [1, 2, 3]
        assert raw.asked("DescribeThings") == [{"Name": "a", **token} for token in tokens]

    def test_are_read_as_they_are_needed(self) -> None:
        raw = Recorded(DescribeThings=[{"Things": [1], "NextToken": "t"}, {"Things": [2]}])
        pages = Aws(raw).pages("look", "ec2", "DescribeThings", "Things")
        assert next(pages) == 1
        assert len(raw.calls) == 1

    def test_that_break_off_raise(self) -> None:
        answers = [{"Things": [1], "NextToken": "t"}, refusal("Throttling")]
        pages = Aws(Recorded(DescribeThings=answers)).pages(
            "look", "ec2", "DescribeThings", "Things"
        )
        assert next(pages) == 1
        with pytest.raises(ThrottledError):
            next(pages)
