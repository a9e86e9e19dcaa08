# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Docstrings begin with one short line, and a name has one meaning."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.unit.floors import shape, words


def sources(folder: str) -> dict[str, str]:
    """Return the Python files below a folder by path."""
    paths = (path for path in shape.files(".py") if path.startswith(folder))
    return {path: (shape.ROOT / path).read_text() for path in paths}


def test_every_docstring_begins_with_one_short_line_of_what_is_done() -> None:
    found = [line for path, text in sources("").items() for line in words.unclear(path, text)]
    assert not found, "\n".join(found)


def test_every_class_and_constant_has_one_meaning() -> None:
    found = words.homonyms(sources("plugins/"))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "first",
    [
        "The nodes of the group.",
        "Whether it is ready.",
        "Itself. Raises InputError.",
        "A node.",
        "What the group launches.",
        "Return" + " more" * 16,
        "Return it\n    in two lines.",
    ],
)
def test_a_long_or_unclear_first_line_is_found(first: str) -> None:
    source = f'def f() -> None:\n    """{first}\n\n    More.\n    """\n'
    assert words.unclear("plugins/module_utils/core/x.py", source)
    long = first.startswith("Return")
    assert bool(words.unclear("tests/unit/x.py", source)) is (long or first.startswith("Whether"))
    assert bool(words.unclear("tests/rotation/x.py", source)) is long


@pytest.mark.parametrize("folder", ["plugins", "tests/unit", "tests/rotation", "tools"])
def test_a_long_first_line_of_a_module_is_found(folder: str) -> None:
    assert words.unclear(f"{folder}/x.py", f'"""{"A" * 80}"""\n')
    assert words.unclear(f"{folder}/x.py", '"""A record\nof nodes."""\n')
    assert not words.unclear(f"{folder}/x.py", f'"""{"A" * 79}\n\nMore.\n"""\n')


@pytest.mark.parametrize(
    "source",
    [
        '"""A record of nodes."""\n',
        'class Node:\n    """A Node."""\n',
        'def f() -> None:\n    """Return it.\n\n    More.' + "." * 80,
    ],
)
def test_a_short_first_line_passes(source: str) -> None:
    closed = source if source.endswith('"""\n') else source + '\n    """\n'
    assert not words.unclear("plugins/module_utils/core/x.py", closed)


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("class A:\n    pass\n", "class A:\n    pass\n", True),
        ("LIMIT = 1\n", "LIMIT: int = 2\n", True),
        ("A, B = 1, 2\n", "B = 3\n", True),
        ("LIMIT = 1\n", "LIMIT = 1\n", False),
        ("_LIMIT = 1\n", "_LIMIT = 2\n", False),
        ("limit = 1\n", "limit = 2\n", False),
        ("SPEC = {}\n", "SPEC = {1: 2}\n", False),
        ("class A:\n    pass\n", "class B:\n    pass\n", False),
    ],
)
def test_two_meanings_of_a_name_are_found(one: str, other: str, found: bool) -> None:
    assert bool(words.homonyms({"plugins/a.py": one, "plugins/b.py": other})) is found
