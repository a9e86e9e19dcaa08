# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record is read as it is written; what is unclear is not guessed."""

from __future__ import annotations

import dataclasses
import json
import random
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.forms import types_of
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
    load,
    salvage,
    store_sentence,
)
from ansible_collections.nodeops.rotator.tests.unit.core.rotation.by_form import by_form

FIELDS = [field.name for field in dataclasses.fields(Journal) if field.name != "unknown"]


def word(dice: random.Random) -> str:
    """Some text, of all kinds that a name may have."""
    return "".join(dice.choice('ab/:-"\\é{}, ') for _n in range(dice.randint(0, 12)))


def any_journal(dice: random.Random) -> Journal:
    """A journal with every field by chance."""
    kinds = types_of(Journal)
    fields = {name: by_form(kind, dice, word) for name, kind in kinds.items() if name in FIELDS}
    later = tuple((f"later{n}", f"[{n}]") for n in range(dice.randint(0, 2)))
    return Journal(**fields, unknown=later)


@pytest.mark.parametrize("seed", range(200))
def test_what_is_written_is_what_is_read(seed: int) -> None:
    journal = any_journal(random.Random(seed))
    text = dump(journal)
    assert load(text) == journal
    assert dump(load(text)) == text
    assert "\n" not in text


def test_an_empty_record_is_short_and_an_absent_one_is_empty() -> None:
    assert dump(Journal()) == '{"reader":1,"version":1}'
    assert load("") == load(dump(Journal())) == Journal()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "5",
        "null",
        '"x"',
        "{}",
        '{"version":2}',
        '{"version":2,"reader":2}',
        '{"version":true}',
        '{"version":"1"}',
    ]
    + [
        '{"version":1,"base":"two"}',
        '{"version":1,"base":true}',
        '{"version":1,"fenced":1}',
        '{"version":1,"protected":"i-1"}',
    ]
    + [
        '{"version":1,"max_size":4}',
        '{"version":1,"run":null}',
        '{"version":1,"base":1.5}',
        '{"version":1,"deregistered_targets":{}}',
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(RefusedError) as caught:
        load(text)
    assert "cannot be read" in caught.value.message
    assert "delete the Lease" in caught.value.hint
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "field, value",
    [
        ("expected", 1),
        ("raise_from", 0),
        ("decrements", ("i-1",)),
        ("max_size", (4, 5)),
        ("suspended", ("AZRebalance",)),
        ("fenced", True),
        ("tainted", True),
        ("shielded", ("i-1",)),
        ("replacing", (("i-1", False, True),)),
        ("deregistered_targets", (("t", "i", 1),)),
    ],
)
def test_a_record_that_names_something_to_put_back_is_not_clean(field: str, value: Any) -> None:
    assert not Journal(**{field: value}).clean


def test_verdicts_and_names_alone_leave_a_record_clean() -> None:
    kept = Journal(
        run="r",
        group="g",
        target=("a", "b", "c"),
        base=4,
        expected=4,
        canary="passed",
        canaries=1,
        failures=("x",),
        expected_taints=("k",),
        spread=2,
    )
    assert kept.clean
    assert Journal().clean


def test_a_later_release_is_read_if_it_says_that_it_can_be_and_its_fields_are_kept() -> None:
    text = '{"version":2,"reader":1,"base":4,"expected":4,"gates":{"closed":[1]}}'
    journal = load(text)
    assert (journal.base, journal.unknown) == (4, (("gates", '{"closed": [1]}'),))
    assert json.loads(dump(journal))["gates"] == {"closed": [1]}


V1 = (
    '{"base":4,"boots":[90],"broken":["kube-system/agent"],"canaries":1,"canary":"passed",'
    '"closing":["Run r0 was stopped"],"decrements":["i-1"],'
    '"deregistered_targets":[["tg-1","i-1",80]],"drains":[60,61],'
    '"expected":5,"expected_taints":["gpu"],'
    '"failures":["x"],"fenced":true,"follows":["web"],"group":"blue",'
    '"handover":"r0","kept":["i-1"],'
    '"max_size":[4,5],'
    '"offers":["nvidia.com/gpu"],"origin":["kops","nodes-a","o/old"],'
    '"pointer_owed":true,"previous":["lt-1","1"],"previous_others":[["lt-9","3"]],'
    '"protected":["i-2"],"protects_new":true,"raise_from":4,"reader":1,'
    '"replacing":[["i-5",true,false]],'
    '"reused":true,"run":"r1",'
    '"served":["web"],"shielded":["i-4"],'
    '"short":[["Deployment shop/web",4]],"spread":1,"store_owed":true,'
    '"suspended":["AZRebalance"],"tainted":true,"target":["lt-1","2","ami-1"],'
    '"target_others":[["lt-9","4","ami-4"]],'
    '"unprotected":["i-3"],"version":1}'
)
"""An example of version 1 as it was written, with every field. It stays as it is."""


def test_the_record_of_version_1_stays_readable() -> None:
    journal = load(V1)
    assert journal.account == Account(4, 5, 4, ("i-1",))
    assert dump(journal) == V1
    assert (journal.max_size, journal.suspended, journal.fenced) == ((4, 5), ("AZRebalance",), True)
    assert journal.deregistered_targets == (("tg-1", "i-1", 80),)
    assert journal.unknown == ()


def test_every_field_is_in_a_recorded_example() -> None:
    names = {field.name for field in dataclasses.fields(Journal)} - {"unknown"}
    assert names == json.loads(V1).keys() - {"version", "reader"}


def test_of_a_record_that_cannot_be_read_all_is_kept_and_what_is_understood_told() -> None:
    text = (
        '{"fenced":true,"max_size":"4 then 5","reader":2,"run":"r9","suspended":["AZRebalance"],'
        '"version":2,"waves":[1,2]}'
    )
    journal, error = salvage(text)
    assert error is not None
    assert "version 2" in str(error)
    assert "state: restored" in error.hint
    assert (journal.run, journal.fenced, journal.suspended) == ("r9", True, ("AZRebalance",))
    assert journal.max_size is None
    assert dump(journal) == text
    emptied = json.loads(dump(journal.emptied))
    assert emptied == {"max_size": "4 then 5", "reader": 2, "version": 2, "waves": [1, 2]}


def test_an_account_is_understood_as_a_whole_or_not_at_all() -> None:
    journal, error = salvage('{"version":1,"base":{"min":4},"expected":5,"fenced":true}')
    assert error is not None
    assert journal.unaccounted
    assert journal.fenced
    assert journal.account == Account(0, 0)
    assert '"expected":5' in dump(journal)
    assert not load(V1).unaccounted


def test_nothing_is_salvaged_from_what_is_no_record() -> None:
    for text in ("{", "[]", "5"):
        with pytest.raises(RefusedError):
            salvage(text)


def test_a_debt_of_a_state_store_outlives_the_rotation_and_is_told() -> None:
    owed = Journal(run="r1", store_owed=True, origin=("kops", "nodes-a", "o/old"), fenced=True)
    assert owed.emptied == Journal(store_owed=True, origin=("kops", "nodes-a", "o/old"))
    assert owed.emptied.clean, "another run may begin"
    (said,) = store_sentence(owed.emptied)
    assert said.startswith(
        "The state store of kops still names the failed image for instance group nodes-a, which was"
        " o/old before"
    )
    assert store_sentence(Journal(origin=("kops", "nodes-a", "o/old"))) == ()
