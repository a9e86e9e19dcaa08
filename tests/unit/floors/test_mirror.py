# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit tests mirror the packages: each file of module_utils has its own tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.nodeops.rotator.tests.unit.floors import shape

UTILS = "plugins/module_utils"
ROOMS = ("core", "engine", "clients", "operations", "edge")
LEAST = 1.5
"""Lines of unit tests of `core` and `engine` for each line of their code."""
DEFINITIONS = frozenset(("core/events.py", "core/names.py", "core/transport.py"))
"""Files that only define names or types: there is nothing that a test could find wrong."""


def sources() -> Iterator[Path]:
    """Yield the files that need tests, relative to module_utils."""
    for path in shape.files(".py"):
        if path.startswith(tuple(f"{UTILS}/{room}/" for room in ROOMS)):
            found = Path(path).relative_to(UTILS)
            if found.name != "__init__.py" and found.as_posix() not in DEFINITIONS:
                yield found


def mirrored(source: Path) -> list[Path]:
    """Return the test files whose names begin as the source's."""
    folder = shape.ROOT / "tests" / "unit" / source.parent
    return sorted(folder.glob(f"test_{source.stem}*.py"))


def with_helpers(path: Path) -> list[str]:
    """Return the text of a test file and of the helpers that it imports.

    They stand beside or above it.
    """
    text = path.read_text()
    near = (*path.parent.glob("*.py"), *path.parent.parent.glob("*.py"))
    helpers = (one for one in near if not one.name.startswith("test_"))
    return [text, *(one.read_text() for one in helpers if f"{dotted(one)} import" in text)]


def dotted(path: Path) -> str:
    """Return the name under which a file of the collection is imported.

    It begins at the root of the collection.
    """
    return ".".join(path.relative_to(shape.ROOT).with_suffix("").parts)


def imports(text: str, source: Path) -> bool:
    """Return whether a test file imports the source, as a module or something of it."""
    package = ".".join(("module_utils", *source.parent.parts))
    whole = rf"{re.escape(package)}\.{source.stem}\b"
    part = (
        rf"from \S*{re.escape(package)} import (\([^)]*\b{source.stem}\b|[^(\n]*\b{source.stem}\b)"
    )
    return bool(re.search(f"{whole}|{part}", text))


@pytest.mark.parametrize("source", [pytest.param(one, id=one.as_posix()) for one in sources()])
def test_a_file_is_imported_by_tests_of_its_own_name(source: Path) -> None:
    tests = mirrored(source)
    assert len(tests) > 0, f"there is no tests/unit/{source.parent}/test_{source.stem}*.py"
    assert any(imports(text, source) for path in tests for text in with_helpers(path))


def lines(folder: str) -> int:
    """Return how many lines the Python files below a folder have."""
    paths = (path for path in shape.files(".py") if path.startswith(folder))
    return sum(len((shape.ROOT / path).read_text().splitlines()) for path in paths)


@pytest.mark.parametrize("room", ["core", "engine"])
def test_what_is_decided_is_tested_by_half_as_much_again(room: str) -> None:
    assert lines(f"tests/unit/{room}/") >= LEAST * lines(f"{UTILS}/{room}/")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from a.module_utils.core.drain.policy import DrainPolicy", True),
        ("from a.module_utils.core.drain import policy", True),
        ("from a.module_utils.core.drain import (\n    filters,\n    policy,\n)", True),
        ("from a.module_utils.core.drain import filters", False),
        ("from a.module_utils.core.drain.policy_other import x", False),
        ("from a.module_utils.core.rotation.policy import x", False),
        ("", False),
    ],
)
def test_an_import_is_told_from_one_of_another_file(text: str, found: bool) -> None:
    assert imports(text, Path("core/drain/policy.py")) is found
