# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way back names what was taken away, and the exact commands."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.way_back import (
    Exit,
    way_back,
)

EXIT = Exit(
    cluster="shop.example.com",
    group="main.masters.shop.example.com",
    instance="i-0old",
    volumes=("vol-events", "vol-main"),
    template="lt-1",
    old="7",
    new="8",
    again="ansible-playbook nodeops.rotator.rotate_kops",
)


@pytest.mark.parametrize(
    "line",
    [
        "The only control plane node of kops cluster shop.example.com is being replaced.",
        "Instance that ends: i-0old",
        "Volumes of etcd:    vol-events vol-main",
        "Launch template:    lt-1, version 8",
        "Version before:     7",
        "  aws ec2 describe-volumes --volume-ids vol-events vol-main",
        "  aws ec2 create-launch-template-version --launch-template-id lt-1 \\",
        "    --source-version 7 --launch-template-data '{}'",
        "  aws autoscaling terminate-instance-in-auto-scaling-group \\",
        "    --no-should-decrement-desired-capacity --instance-id <new instance>",
        "  ansible-playbook nodeops.rotator.rotate_kops",
    ],
)
def test_each_line_is_there(line: str) -> None:
    assert line in way_back(EXIT).splitlines()


def test_what_is_not_known_is_said_to_be_so_and_no_command_is_made_of_it() -> None:
    text = way_back(dataclasses.replace(EXIT, old="", again=""))
    assert "Version before:     unknown" in text
    assert "create-launch-template-version" not in text
    assert text.endswith("  the command of the run\n")


def test_lines_fit_on_a_screen_and_the_text_ends_with_one() -> None:
    text = way_back(EXIT)
    assert max(map(len, text.splitlines())) <= 110
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cluster", "other.example.com"),
        ("group", "other"),
        ("instance", "i-1"),
        ("volumes", ("vol-9",)),
        ("template", "lt-9"),
        ("old", "41"),
        ("new", "42"),
        ("again", "make it so"),
    ],
)
def test_every_fact_is_told(field: str, value: str | tuple[str, ...]) -> None:
    text = way_back(dataclasses.replace(EXIT, **{field: value}))
    assert (value if isinstance(value, str) else value[0]) in text
