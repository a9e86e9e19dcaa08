# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source tells each AMI once, and that releases cannot be read."""

from __future__ import annotations

import datetime
import importlib.util
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

FILE = ROOT / "extensions" / "eda" / "plugins" / "event_source" / "ami_release.py"
spec = importlib.util.spec_from_file_location("ami_release", FILE)
assert spec is not None and spec.loader is not None
source: Any = importlib.util.module_from_spec(spec)
spec.loader.exec_module(source)
asyncio: Any = source.asyncio

OLD, NEW = "ami-0000000000000000a", "ami-0000000000000000b"
RELEASED = datetime.datetime(2026, 11, 29, tzinfo=datetime.UTC)
GIVEN = {"parameters": ["/images/web"]}
DOWN = source.BotoCoreError()


class Parameters:
    """A client of SSM with parameters that may change.

    `error` is raised if there is one.
    """

    def __init__(self, **values: str) -> None:
        self.values = {f"/images/{name}": value for name, value in values.items()}
        self.meta = SimpleNamespace(region_name="eu-west-1")
        self.error: Exception | None = None
        self.asked: list[int] = []

    def get_parameters(self, Names: list[str]) -> dict[str, Any]:
        self.asked.append(len(Names))
        if self.error is not None:
            raise self.error
        known = [
            {"Name": name, "Value": self.values[name], "LastModifiedDate": RELEASED}
            for name in Names
            if name in self.values
        ]
        return {"Parameters": known, "InvalidParameters": sorted(set(Names) - set(self.values))}


class Messages:
    """A client of SQS. `waiting`: handles of messages."""

    def __init__(self, *waiting: str) -> None:
        self.waiting, self.deleted = list(waiting), list[str]()

    def receive_message(self, **given: Any) -> dict[str, Any]:
        assert 0 <= given["WaitTimeSeconds"] <= 20
        return {"Messages": [{"ReceiptHandle": one} for one in self.waiting]}

    def delete_message(self, QueueUrl: str, ReceiptHandle: str) -> None:
        self.deleted.append(ReceiptHandle)


def watch(ssm: Parameters, options: dict[str, Any], told: list[Any], inbox: Any = None) -> Any:
    async def put(event: dict[str, Any]) -> None:
        told.append(event)

    return source.Watch(put, source.Releases(ssm, options), inbox, options)


@pytest.mark.parametrize(
    ("value", "image"),
    [
        (OLD, OLD),
        (f'{{"schema_version":"2","image_id":"{NEW}"}}', NEW),
        ("{}", ""),
        ("{broken", ""),
        ("1.33.5-20261120", ""),
    ],
)
def test_a_parameter_names_an_ami_or_none(value: str, image: str) -> None:
    assert source.image_of(value) == image


def test_each_ami_is_told_once() -> None:
    ssm, told = Parameters(web=OLD), list[Any]()
    looking = watch(ssm, GIVEN, told)
    for _time in range(2):
        asyncio.run(looking.look())
    ssm.values["/images/web"] = NEW
    for _time in range(2):
        asyncio.run(looking.look())
    common = {"parameter": "/images/web", "region": "eu-west-1", "released": RELEASED.isoformat()}
    assert told == [
        {"image_id": OLD, "previous": "", **common},
        {"image_id": NEW, "previous": OLD, **common},
    ]


def test_the_current_one_is_not_told_where_that_is_not_wanted() -> None:
    ssm, told = Parameters(web=OLD), list[Any]()
    looking = watch(ssm, {**GIVEN, "announce_current": False}, told)
    asyncio.run(looking.look())
    assert told == []
    ssm.values["/images/web"] = NEW
    asyncio.run(looking.look())
    assert [(one["image_id"], one["previous"]) for one in told] == [(NEW, OLD)]


def test_a_restart_remembers_by_the_file_what_was_told(tmp_path: Path) -> None:
    options = {**GIVEN, "state_file": str(tmp_path / "state.json")}
    ssm, told = Parameters(web=OLD), list[Any]()
    for _start in range(2):
        asyncio.run(watch(ssm, options, told).look())
    assert len(told) == 1
    assert [stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()] == [0o600]


def test_what_was_not_taken_is_told_again(tmp_path: Path) -> None:
    options = {**GIVEN, "state_file": str(tmp_path / "state.json")}

    async def gone(event: dict[str, Any]) -> None:
        raise asyncio.CancelledError

    ssm, told = Parameters(web=OLD), list[Any]()
    ended = source.Watch(gone, source.Releases(ssm, options), None, options)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(ended.look())
    asyncio.run(watch(ssm, options, told).look())
    assert [one["image_id"] for one in told] == [OLD]


@pytest.mark.parametrize("problem", ["down", "missing", "no AMI"])
def test_what_cannot_be_read_is_told_once_and_tried_again(problem: str) -> None:
    ssm, told = Parameters(web=OLD), list[Any]()
    looking = watch(ssm, GIVEN, told)
    ssm.error = DOWN if problem == "down" else None
    ssm.values = {"down": ssm.values, "missing": {}, "no AMI": {"/images/web": "none"}}[problem]
    for _time in range(5):
        asyncio.run(looking.look())
    assert [one["times"] for one in told] == [3]
    assert told[0]["unread"]
    assert "image_id" not in told[0]
    ssm.error, ssm.values = None, {"/images/web": NEW}
    asyncio.run(looking.look())
    assert told[-1]["image_id"] == NEW


def test_parameters_are_read_ten_at_a_time() -> None:
    names = [f"p{number}" for number in range(12)]
    ssm = Parameters(**dict.fromkeys(names, OLD))
    options = {"parameters": [f"/images/{name}" for name in names]}
    assert len(source.Releases(ssm, options).look()) == 12
    assert ssm.asked == [10, 2]


def test_a_message_asks_for_a_look_and_is_deleted_once_that_has_told() -> None:
    sqs, ssm, told = Messages("one"), Parameters(web=OLD), list[Any]()
    inbox = source.Inbox(sqs, "https://sqs/queue")
    looking = watch(ssm, {**GIVEN, "interval": 3600}, told, inbox)
    asyncio.run(looking.pause())
    ssm.error = DOWN
    asyncio.run(looking.look())
    assert sqs.deleted == [], "it has not been answered"
    ssm.error = None
    asyncio.run(looking.look())
    assert (len(told), sqs.deleted) == (1, ["one"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "parameters has to be a list"),
        ({"parameters": "/images/web"}, "parameters has to be a list"),
        ({"parameters": []}, "parameters has to be a list"),
        ({**GIVEN, "intervall": 5}, "unknown option intervall"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        source.Releases(Parameters(), options)


def test_a_state_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("x")
    with pytest.raises(ValueError, match="is no state of this plugin"):
        source.Releases(Parameters(), {**GIVEN, "state_file": str(tmp_path / "state")})


def test_every_option_is_documented_and_the_rulebooks_give_no_other() -> None:
    documented = set(yaml.safe_load(source.DOCUMENTATION)["options"])
    assert documented == source.KNOWN
    for path in (ROOT / "extensions" / "eda" / "rulebooks").glob("*.yml"):
        (ruleset,) = yaml.safe_load(path.read_text())
        (given,) = ruleset["sources"]
        assert set(given["nodeops.rotator.ami_release"]) <= documented, path
