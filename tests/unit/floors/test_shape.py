# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the shape of every file; unit tests neither sleep nor use the network."""

from __future__ import annotations

import ast

import pytest

from ansible_collections.nodeops.rotator.tests.unit.floors import rules, shape

HEAD = "\n".join(shape.HEADER) + '\n"""What it is."""\n\nfrom __future__ import annotations\n'
OUTSIDE = rules.WIRE - {"subprocess"} | {"requests", "urllib3", "boto3"}


def test_every_python_file_is_in_shape() -> None:
    found = [
        line
        for path in shape.files(".py")
        for line in shape.breaches(path, (shape.ROOT / path).read_text())
    ]
    assert not found, "\n".join(found)


def test_no_file_names_a_path_of_one_machine_or_a_registry() -> None:
    found = []
    for path in shape.files():
        try:
            found += shape.foreign(path, (shape.ROOT / path).read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue  # a picture or an archive
    assert not found, "\n".join(found)


def test_every_link_between_pages_exists() -> None:
    found = [
        line
        for path in shape.files(".md")
        for line in shape.dead_links(path, (shape.ROOT / path).read_text())
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("target", ["nowhere.md", "README.md#no-such-heading", "#no-such-heading"])
def test_a_dead_link_is_found(target: str) -> None:
    assert shape.dead_links("CONTRIBUTING.md", f"See [there]({target}).")


def test_unit_tests_neither_sleep_nor_reach_out() -> None:
    found = []
    for path in (path for path in shape.files(".py") if path.startswith("tests/unit/")):
        tree = ast.parse((shape.ROOT / path).read_text())
        found += [
            f"{path}:{line} sleeps" for line, name in rules.calls(tree) if name in rules.SLEEP
        ]
        found += [
            f"{path}:{line} imports {name}"
            for line, name in rules.imports(tree)
            if name.split(".")[0] in OUTSIDE
        ]
    assert not found, "\n".join(found)


def test_a_short_documented_file_passes() -> None:
    assert (
        shape.breaches(
            "plugins/module_utils/core/x.py", HEAD + 'def f() -> None:\n    """Do it."""\n'
        )
        == []
    )
    assert shape.breaches("plugins/module_utils/core/__init__.py", "") == []


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ('"""No header."""\nfrom __future__ import annotations\n', "licence header"),
        ("\n".join(shape.HEADER) + '\n"""x"""\n', "__future__"),
        (HEAD.replace('"""What it is."""', ""), "has no docstring"),
        (HEAD + "def f() -> None:\n    pass\n", "f has no docstring"),
        (HEAD + "class C:\n    pass\n", "C has no docstring"),
        (HEAD + "x = 1\n" * 300, "306 lines"),
        (HEAD + "x = '" + "y" * 160 + "'\n", "166 characters"),
        (HEAD + 'def f() -> None:\n    """Do it."""\n' + "    x = 1\n" * 39, "f has 41 lines"),
        (HEAD + 'DOCUMENTATION = r"""\n' + "x\n" * 600 + '"""\n', "a manual of 602 lines"),
    ],
)
def test_every_fault_of_shape_is_found(source: str, complaint: str) -> None:
    assert any(
        complaint in line for line in shape.breaches("plugins/module_utils/core/x.py", source)
    )


def test_a_long_manual_is_not_counted_as_code() -> None:
    source = HEAD + 'DOCUMENTATION = r"""\n' + "x\n" * 400 + '"""\n'
    assert shape.breaches("plugins/modules/x.py", source) == []


@pytest.mark.parametrize(
    "text",
    [
        "see /wo" + "rk/main",
        "cd /ro" + "ot/x",
        '"/wo' + 'rk/x"',
        "https://py" + "pi.org/simple",
        "qu" + "ay.io/x",
    ],
)
def test_machine_paths_and_registries_are_found(text: str) -> None:
    assert shape.foreign("README.md", text)


@pytest.mark.parametrize(
    "text", ["/home/rooted/", "a framework/x", "tests/workers/", "$HOME/work/x"]
)
def test_similar_text_passes(text: str) -> None:
    assert shape.foreign("README.md", text) == []
