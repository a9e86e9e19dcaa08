# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pointing a group at another version: what moves, what stays, who cannot."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    read_group,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    OPTIONS,
    LaunchOverride,
    NamedSource,
    Source,
    Use,
    check_overrides,
    repoint,
    use_of,
)

SEEDS = range(15)
LEAST: dict[str, Any] = {
    "AutoScalingGroupName": "blue",
    "MinSize": 0,
    "MaxSize": 1,
    "DesiredCapacity": 1,
}


def a_spec(dice: random.Random) -> dict[str, str]:
    template = dice.choice(("lt-1", "lt-2"))
    version = dice.choice(("1", "2", "$Latest", "$Default", ""))
    return {
        "LaunchTemplateId": template,
        "LaunchTemplateName": f"name of {template}",
        **({"Version": version} if version else {}),
    }


def a_group(seed: int) -> dict[str, Any]:
    """A described group with a mixed instances policy."""
    dice = random.Random(seed)
    overrides = []
    for number in range(dice.randint(0, 4)):
        own = {"LaunchTemplateSpecification": a_spec(dice)} if dice.random() < 0.5 else {}
        overrides.append({"InstanceType": f"m{number}.large", **own})
    part = {"LaunchTemplateSpecification": a_spec(dice), "Overrides": overrides}
    policy = {"LaunchTemplate": part, "InstancesDistribution": {"SpotMaxPrice": ""}}
    return {**LEAST, "MixedInstancesPolicy": policy}


def specs(policy: dict[str, Any]) -> list[dict[str, str]]:
    """The specifications of a policy, the main one first."""
    part = policy["LaunchTemplate"]
    own = (one.get("LaunchTemplateSpecification") for one in part.get("Overrides", ()))
    return [part["LaunchTemplateSpecification"], *filter(None, own)]


@pytest.mark.parametrize("seed", SEEDS)
def test_each_use_that_moves_gets_its_version_and_no_other(seed: int) -> None:
    shown = a_group(seed)
    source = read_group(copy.deepcopy(shown)).source
    keys = [use.key for use in source.uses]
    dice = random.Random(-seed)
    moves = dict.fromkeys(dice.sample(keys, dice.randint(0, len(keys))), "9")
    sent = repoint(source, moves)["MixedInstancesPolicy"]
    before = [use_of(spec) for spec in specs(shown["MixedInstancesPolicy"])]
    after = [use_of(spec) for spec in specs(sent)]
    assert [use.template_id for use in after] == [use.template_id for use in before]
    assert [use.version for use in after] == [moves.get(one.key, one.version) for one in before]


@pytest.mark.parametrize("seed", SEEDS)
def test_all_else_of_a_policy_is_sent_as_it_was_described(seed: int) -> None:
    """What is left out of a part that is given would become its default."""
    shown = a_group(seed)
    source = read_group(shown).source
    before = copy.deepcopy(shown)
    sent = repoint(source, {})["MixedInstancesPolicy"]
    assert shown == before
    for policy in (sent, before["MixedInstancesPolicy"]):
        for spec in specs(policy):
            spec.clear()
    assert sent == before["MixedInstancesPolicy"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_specification_is_sent_by_id_alone(seed: int) -> None:
    sent = repoint(read_group(a_group(seed)).source, {})["MixedInstancesPolicy"]
    assert all(set(spec) == {"LaunchTemplateId", "Version"} for spec in specs(sent))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_uses_of_a_group_are_its_specifications_each_once(seed: int) -> None:
    shown = a_group(seed)
    source = read_group(shown).source
    keys = [use_of(spec).key for spec in specs(shown["MixedInstancesPolicy"])]
    assert [use.key for use in source.uses] == list(dict.fromkeys(keys))
    assert source.pointer == keys[0]
    named = [name for use in source.uses for name in use.types]
    assert sorted(named) == [one.type for one in source.overrides]


@pytest.mark.parametrize("version", ["1", "$Latest", "$Default"])
@pytest.mark.parametrize("moves", [{}, {("lt-1", "1"): "9"}, {("lt-2", "1"): "9"}])
def test_a_template_by_itself_moves_only_by_its_own_key(
    version: str, moves: dict[tuple[str, str], str]
) -> None:
    source = Source("blue", (Use("lt-1", version),))
    sent = repoint(source, moves)["LaunchTemplate"]
    moved = version == "1" and ("lt-1", "1") in moves
    assert sent == {"LaunchTemplateId": "lt-1", "Version": "9" if moved else version}


IMAGES = ("", "ami-1", "ami-2")


@pytest.mark.parametrize("wanted", ["", "ami-2"])
@pytest.mark.parametrize("first", IMAGES)
@pytest.mark.parametrize("second", IMAGES)
def test_a_group_follows_its_templates_unless_an_override_has_another_image(
    first: str, second: str, wanted: str
) -> None:
    overrides = (LaunchOverride("m5.large", image_id=first), LaunchOverride(image_id=second))
    source = Source("blue", overrides=overrides)
    kept = [image for image in (first, second) if image and image != wanted]
    if not kept:
        check_overrides(source, wanted)
        return
    with pytest.raises(RefusedError) as caught:
        check_overrides(source, wanted)
    assert all(f"({image})" in caught.value.message for image in kept)
    assert ("update" in caught.value.message) is bool(wanted)
    assert ("set it to ami-2" in caught.value.hint) is bool(wanted)


@pytest.mark.parametrize("field", OPTIONS)
def test_a_source_is_named_by_one_option(field: str) -> None:
    named = NamedSource.from_params({OPTIONS[field]: "x"})
    expected = dict.fromkeys(OPTIONS, "") | {field: "x"}
    assert {name: getattr(named, name) for name in OPTIONS} == expected


@pytest.mark.parametrize("value", [None, ""])
def test_an_option_that_is_not_given_names_nothing(value: str | None) -> None:
    named = NamedSource.from_params(dict.fromkeys(OPTIONS.values(), value))
    assert set(vars(named).values()) == {""}


def test_a_source_knows_its_instances_and_their_types() -> None:
    instances = (Instance("i-1", "a", type="m5.large"), Instance("i-2", "a", type=""))
    source = Source("blue", instances=instances, overrides=(LaunchOverride("c5.large"),))
    assert source.instance_ids == ("i-1", "i-2")
    assert source.types == ("c5.large", "m5.large")
    assert Source().pointer == ("", "")
    assert Source(configuration="red").pointer == ("red", "")
