# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module ends: values, warnings, a diff, or one line of failure."""

from __future__ import annotations

import signal
from typing import Any, NoReturn

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    LockedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import (
    Result,
    finish,
    run_module,
    run_pass,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine import access


class Ended(Exception):
    """The module has ended."""


class Module:
    """A module that remembers how it ended."""

    def __init__(self) -> None:
        self.warned: list[str] = []
        self.answer: dict[str, Any] = {}
        self.renewed = 0

    def renew(self) -> None:
        self.renewed += 1

    def warn(self, text: str) -> None:
        self.warned.append(text)

    def exit_json(self, **answer: Any) -> NoReturn:
        self.answer = {"failed": False, **answer}
        raise Ended

    def fail_json(self, **answer: Any) -> NoReturn:
        self.answer = {"failed": True, **answer}
        raise Ended


def ended(result: Result) -> Module:
    module: Any = Module()
    with pytest.raises(Ended):
        finish(module, result)
    return module  # type: ignore[no-any-return]


def test_a_module_ends_with_its_values_and_whether_it_changed_anything() -> None:
    assert ended(Result({"status": "complete"}, True)).answer == {
        "failed": False,
        "status": "complete",
        "changed": True,
    }


@pytest.mark.parametrize(("diff", "shown"), [(None, False), ([], True), ([{"before": ""}], True)])
def test_a_diff_is_shown_where_the_module_has_one(diff: Any, shown: bool) -> None:
    assert ("diff" in ended(Result({}, diff=diff)).answer) is shown


def test_warnings_are_given_one_by_one() -> None:
    assert ended(Result({}, warnings=("a", "b"))).warned == ["a", "b"]


def test_a_failure_returns_all_the_rest_as_well() -> None:
    error = LockedError("It is held", "Wait", "Code")
    module = ended(Result({"status": "failed"}, True, [], ("a",), error))
    assert module.answer == {
        "failed": True,
        "msg": "It is held. Wait",
        "error_type": "LockedError",
        "error_code": "Code",
        "status": "failed",
        "changed": True,
        "diff": [],
    }
    assert module.warned == ["a"]


def run(work: Any) -> dict[str, Any]:
    module: Any = Module()
    with pytest.raises(Ended):
        run_module(module, work)
    return dict(module.answer)


def test_the_work_gets_the_module_and_its_result_ends_it() -> None:
    assert run(lambda module: Result({"warned": module.warned}))["warned"] == []


def test_an_error_of_ours_is_one_line() -> None:
    def work(_module: Any) -> Result:
        raise RotatorError("It broke", "Mend it")

    answer = run(work)
    assert (answer["failed"], answer["changed"]) == (True, False)
    assert answer["msg"] == "It broke. Mend it"
    assert answer["error_type"] == "RotatorError"


class TestWorkOfOnePass:
    @pytest.fixture(autouse=True)
    def _no_time_passes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(access, "ASK_AGAIN", 0.0)

    DENIED = ForbiddenError("no", "", "AccessDenied")

    def test_that_was_denied_is_done_again_with_credentials_that_are_taken_anew(self) -> None:
        module: Any = Module()
        answers = [Result({}, error=self.DENIED), Result({"status": "complete"}, True)]
        with pytest.raises(Ended):
            run_pass(module, lambda _module: answers.pop(0))
        assert module.answer == {"failed": False, "status": "complete", "changed": True}
        assert module.renewed == 2

    def test_that_raises_that_it_was_denied_is_done_again(self) -> None:
        module: Any = Module()

        def work(_module: Any) -> Result:
            if module.renewed < 2:
                raise self.DENIED
            return Result({})

        with pytest.raises(Ended):
            run_pass(module, work)
        assert module.answer["failed"] is False

    def test_that_has_changed_something_is_not_done_again(self) -> None:
        module: Any = Module()
        with pytest.raises(Ended):
            run_pass(module, lambda _module: Result({"status": "failed"}, True, error=self.DENIED))
        assert (module.answer["failed"], module.answer["changed"]) == (True, True)
        assert module.renewed == 1


def test_any_other_exception_is_not_hidden() -> None:
    module: Any = Module()

    def work(_module: Any) -> Result:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_module(module, work)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_work_in_a_way_that_clears_up(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    cleared = []

    def work(module: Any) -> Result:
        try:
            signal.raise_signal(number)
        finally:
            cleared.append("a file")
        return Result({})

    with pytest.raises(SystemExit) as ended:
        run_module(Module(), work)  # type: ignore[arg-type]
    assert (ended.value.code, cleared) == (128 + number, ["a file"])
    assert signal.getsignal(number) is before
