# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""report.html in a real browser: light, dark, narrow, printed, and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.browser.browsing import (
    SCHEMES,
    Sight,
    contrasts,
    names,
    sight_of,
    stops,
)
from ansible_collections.nodeops.rotator.tests.browser.pages import KINDS, page

READABLE = 4.5
"""The contrast that WCAG 2.2 asks of text (success criterion 1.4.3, level AA)."""
NARROW, WIDE = 390, 1280


@pytest.fixture(scope="module", params=KINDS)
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of the page of each kind of rotation."""
    return page(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture
def sight(browser: Any, path: Path) -> Iterator[Sight]:
    """Return the page on a wide screen in light colors."""
    with sight_of(browser, path, WIDE, "light") as seen:
        yield seen


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_a_page_asks_for_nothing_says_nothing_to_the_console_and_fits(
    browser: Any, path: Path, width: int, scheme: str
) -> None:
    with sight_of(browser, path, width, scheme) as seen:
        assert seen.requests == [path.as_uri()]
        assert seen.said == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_is_readable(browser: Any, path: Path, scheme: str) -> None:
    with sight_of(browser, path, WIDE, scheme) as seen:
        found = contrasts(seen.page)
    assert len(found) > 10
    assert [(text, ratio) for text, ratio in found if ratio < READABLE] == []


def test_printed_on_paper_it_is_dark_on_white_and_nothing_is_folded(
    browser: Any, path: Path
) -> None:
    with sight_of(browser, path, WIDE, "dark") as seen:
        seen.page.emulate_media(media="print")
        found = contrasts(seen.page)
        assert [(text, ratio) for text, ratio in found if ratio < READABLE] == []
        assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(255, 255, 255)"
        )
        for table in seen.page.locator("table").all():
            assert table.is_visible()


def test_the_keyboard_reaches_every_part_in_the_order_of_the_page(sight: Sight) -> None:
    sight.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    reached = stops(sight.page)
    assert reached == sorted(reached)
    parts = sight.page.locator("a, summary, [tabindex]").count()
    assert len(reached) == parts > 2


def test_a_folded_part_opens_by_the_keyboard(sight: Sight) -> None:
    folded = sight.page.locator("details:not([open]) > summary").first
    inside = sight.page.locator(
        "details:not([open]) li, details:not([open]) td"
    ).first.element_handle()
    folded.focus()
    assert not inside.is_visible()
    sight.page.keyboard.press("Enter")
    assert inside.is_visible()


def test_every_region_picture_and_list_has_a_name_of_its_own(sight: Sight) -> None:
    for role in ("region", "img"):
        found = names(sight.page, role)
        assert all(found), found
        assert len(set(found)) == len(found)
    assert sight.page.locator("html[lang=en]").count() == 1
    assert [sight.page.locator(f"{tag}:visible").count() for tag in ("main", "h1")] == [1, 1]


def test_every_column_and_row_says_what_it_is_of(sight: Sight) -> None:
    for table in sight.page.locator("table").all():
        columns = table.locator("thead th[scope=col]").count()
        for row in table.locator("tbody tr").all():
            assert row.locator("th[scope=row]").count() == 1
            assert row.locator("th, td").count() == columns
