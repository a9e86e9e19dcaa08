# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site of guides and plugins in a real browser, as `make docs` has built it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.browser.browsing import sight_of
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

SITE = ROOT / "build" / "docs" / "build" / "html"
PAGES = sorted(str(path.relative_to(SITE)) for path in SITE.rglob("*.html"))
PRIVATE = re.compile(r"\b_(prepare|rotate|verify|check|plan|rotation)_\w+")
NARROW, WIDE = 390, 1280

pytestmark = pytest.mark.skipif(not PAGES, reason="no site: make docs")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_from_elsewhere_and_is_no_wider_than_the_window(
    browser: Any, name: str
) -> None:
    for width in (NARROW, WIDE):
        with sight_of(browser, SITE / name, width, "light") as seen:
            assert [one for one in seen.requests if not one.startswith(SITE.as_uri())] == []
            assert seen.said == []
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_page_leads_to_the_guides_and_then_to_the_plugins(browser: Any) -> None:
    with sight_of(browser, SITE / "index.html", WIDE, "light") as seen:
        links = seen.page.locator("div.body a").all_inner_texts()
    places = [links.index(name) for name in ("The plan", "kops clusters", "AWX", "Permissions")]
    assert places == sorted(places)
    assert links[-1] == "Modules and plugins"


def test_no_private_variable_is_told_of_a_role() -> None:
    for path in SITE.glob("*_role.html"):
        assert PRIVATE.findall(path.read_text(encoding="utf-8")) == []
