# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record outlives runs and releases: it is read back, or refused."""

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
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    label_value,
    lease_name,
)
from ansible_collections.nodeops.rotator.tests.unit.core.rotation.by_form import by_form

TEXTS = ("", "r1", "ümlaut", 'quote"', "a,b", "line\nbreak")
FULL = Journal(
    run="r1",
    group="blue",
    target=("lt-1", "2", "ami-new"),
    base=4,
    expected=6,
    raise_from=4,
    decrements=("i-1",),
    max_size=(4, 6),
    suspended=("AZRebalance",),
    fenced=True,
    protected=("i-2",),
    protects_new=True,
    unprotected=("i-3",),
    spread=1,
    tainted=True,
    shielded=("i-4",),
    replacing=(("i-5", True, False),),
    canary="passed",
    canaries=1,
    failures=("why",),
    deregistered_targets=(("tg", "i-1", 80),),
    expected_taints=("dedicated",),
    broken=("kube-system/lame",),
    offers=("resource gpu",),
    short=(("Deployment shop/web", 4),),
    previous=("lt-1", "1"),
    target_others=(("lt-9", "4", "ami-arm"),),
    previous_others=(("lt-9", "3"),),
    pointer_owed=True,
    kept=("i-1",),
    closing=("Run r1 was stopped",),
    reused=True,
    served=("web",),
    follows=("web",),
    handover="r1",
    origin=("kops", "nodes-a", "o/old"),
    store_owed=True,
    boots=(90, 101),
    drains=(60, 61),
)
"""A record in which nothing has its default."""
FIELDS = [field.name for field in dataclasses.fields(Journal) if field.name != "unknown"]


@pytest.mark.parametrize("seed", range(60))
def test_what_is_written_is_read_back(seed: int) -> None:
    chance = random.Random(seed)
    fields = {
        name: by_form(kind, chance, lambda dice: dice.choice(TEXTS))
        for name, kind in types_of(Journal).items()
        if name != "unknown" and chance.random() < 0.5
    }
    journal = Journal(**fields)
    assert load(dump(journal)) == journal


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_written(field: str) -> None:
    default = getattr(Journal(), field)
    changed = dataclasses.replace(FULL, **{field: default})
    assert dump(changed) != dump(FULL)
    assert load(dump(changed)) == changed


@pytest.mark.parametrize(
    "later",
    [{"new_thing": 7}, {"new_thing": ["a"]}, {"x": {"y": None}, "a": "b"}, {"new_thing": None}],
    ids=str,
)
def test_what_a_later_release_wrote_is_kept(later: dict[str, Any]) -> None:
    text = json.dumps({**json.loads(dump(FULL)), **later})
    assert load(text) != FULL
    written = json.loads(dump(load(text)))
    assert {name: written[name] for name in later} == later


@pytest.mark.parametrize(
    ("changes", "read"),
    [
        pytest.param({"version": 9, "reader": 1}, True, id="later, and readable"),
        pytest.param({"version": 9, "reader": 9}, False, id="later, and not readable"),
        pytest.param({"version": 9, "reader": None}, False, id="a reader that is none"),
        pytest.param({"version": True}, False, id="no version"),
        pytest.param({"version": "1"}, False, id="a version as text"),
        pytest.param({"base": "4"}, False, id="a number as text"),
        pytest.param({"base": True}, False, id="a truth value for a number"),
        pytest.param({"fenced": 1}, False, id="a number for a truth value"),
        pytest.param({"suspended": "AZRebalance"}, False, id="a text for a list"),
        pytest.param({"run": None}, False, id="nothing for a text"),
        pytest.param({"suspended": ["AZRebalance", 5]}, False, id="a number among texts"),
        pytest.param({"replacing": [["i-1"]]}, False, id="too short a tuple"),
        pytest.param({"max_size": [4, "6"]}, False, id="a text among numbers"),
        pytest.param({"canary": "perhaps"}, False, id="a verdict that there is not"),
    ],
)
def test_a_record_of_another_form_is_refused_and_not_guessed_at(
    changes: dict[str, Any], read: bool
) -> None:
    text = json.dumps({**json.loads(dump(FULL)), **changes})
    if read:
        assert load(text) == FULL
        return
    with pytest.raises(RefusedError, match="cannot be read"):
        load(text)


@pytest.mark.parametrize("text", ["{", "[]", "null", '"x"', "7", "{}", "nonsense"])
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(RefusedError):
        load(text)


class TestCleanness:
    DIRTY = (
        "max_size",
        "suspended",
        "fenced",
        "tainted",
        "shielded",
        "replacing",
        "reused",
        "deregistered_targets",
        "pointer_owed",
        "decrements",
    )

    @pytest.mark.parametrize("field", sorted({*FIELDS} - {"base", "expected", "raise_from"}))
    def test_only_what_has_to_be_restored_is_dirt(self, field: str) -> None:
        one = dataclasses.replace(Journal(), **{field: getattr(FULL, field)})
        assert one.clean is (field not in self.DIRTY)

    @pytest.mark.parametrize(
        ("account", "clean"),
        [
            (Account(4, 4), True),
            (Account(4, 5), False),
            (Account(4, 3), False),
            (Account(4, 4, 4), False),
            (Account(4, 4, None, ("i-1",)), False),
        ],
    )
    def test_a_desired_that_differs_from_the_base_is_dirt(
        self, account: Account, clean: bool
    ) -> None:
        assert Journal().accounted(account).clean is clean

    @pytest.mark.parametrize("account", [Account(4, 6, 4, ("i-1",)), Account(0, 0)])
    def test_an_account_comes_back_as_it_was(self, account: Account) -> None:
        assert FULL.accounted(account).account == account


class TestNames:
    ARN = "arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:uuid:autoScalingGroupName/"

    @pytest.mark.parametrize(
        "group", ["blue", "Shop_Blue.1", "x" * 200, "ünïcode", "--", "a/b", "nodes.k8s.example.com"]
    )
    def test_a_lease_has_a_name_that_kubernetes_takes(self, group: str) -> None:
        name = lease_name(self.ARN + group)
        assert len(name) <= 63
        assert name == name.lower()
        assert all(letter.isascii() and (letter.isalnum() or letter == "-") for letter in name)
        assert (name[0].isalnum(), name[-1].isalnum()) == (True, True)

    def test_groups_of_one_name_have_leases_of_their_own(self) -> None:
        arns = [self.ARN.replace("eu-west-1", region) + "blue" for region in ("a", "b")]
        assert lease_name(arns[0]) != lease_name(arns[1])
        assert lease_name(arns[0]) == lease_name(arns[0])

    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("", True),
            ("blue", True),
            ("a.b_c-d", True),
            ("x" * 63, True),
            ("x" * 64, False),
            ("-a", False),
            ("a-", False),
            ("a b", False),
            ("ü", False),
            ("a/b", False),
        ],
    )
    def test_a_label_value_is_kept_where_it_can_be(self, text: str, kept: bool) -> None:
        found = label_value(text)
        assert (found == text) is kept
        assert len(found) <= 63

    def test_values_that_are_cut_stay_apart(self) -> None:
        assert label_value("x" * 64) != label_value("x" * 65)
