# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site has every guide, in an order for people who begin."""

from __future__ import annotations

import re

from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT
from ansible_collections.nodeops.rotator.tests.unit.floors.test_permissions import tool

GUIDES = tool("guides")
PAGES = [page for chapter in GUIDES.CHAPTERS.values() for page in chapter]


def test_every_guide_is_in_the_site_once() -> None:
    there = {str(path.relative_to(ROOT).with_suffix("")) for path in ROOT.glob("docs/*.md")}
    assert there <= set(PAGES)
    assert len(PAGES) == len(set(PAGES))
    assert all((ROOT / f"{page}.md").exists() for page in [*PAGES, *GUIDES.ROLES])


def test_the_guides_come_before_the_plugins_and_the_start_comes_first() -> None:
    captions = re.findall(r":caption: (.*)", GUIDES.contents())
    assert captions[0] == "Start"
    assert captions[-2:] == ["Roles", "Plugins"]


def test_every_link_of_a_guide_leads_to_a_file_of_the_checkout() -> None:
    for page in [*PAGES, *GUIDES.ROLES]:
        path = ROOT / f"{page}.md"
        links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        lost = [link for link in links if not (path.parent / link).exists()]
        assert lost == [], page


def test_the_readme_of_the_archive_names_no_target_of_make() -> None:
    whole = (ROOT / "README.md").read_text(encoding="utf-8")
    text = tool("collection").readme_of_archive(whole)
    assert "make demo" in whole
    assert not re.search(r"\bmake [a-z]+\b", text), "the archive has no Makefile"
    assert "checkout" not in text
    assert "\n\n## Point it at a real cluster\n" in text
    assert "\n\n## Reading on\n" in text
