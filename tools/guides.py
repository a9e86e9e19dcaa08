# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the guides before the reference of the plugins, in one site for Sphinx.

The pages are copied to where they are in the checkout, so that their links lead to each other.
"""

from __future__ import annotations

import pathlib
import shutil
from collections.abc import Iterable

from steps import ROOT

START = ("README", "docs/getting_started", "docs/credentials", "docs/inventory", "docs/plan")
KINDS = ("docs/playbooks", "docs/kops", "docs/control_plane", "docs/managed", "docs/fleet")
AROUND = ("docs/awx", "docs/gitlab", "docs/github", "docs/events", "docs/including", "docs/gates")
TELLING = ("docs/notifications", "docs/report")
OPERATING = ("docs/operating", "docs/permissions", "docs/support", "SECURITY")
PARTS = ("docs/amis", "docs/launch_templates", "docs/drain")
BEHIND = ("docs/verified", "docs/peers", "docs/simulation", "docs/architecture", "docs/glossary")
CHAPTERS = {
    "Start": START,
    "Kinds of clusters": KINDS,
    "What surrounds it": (*AROUND, *TELLING),
    "Operating": OPERATING,
    "What it does in detail": PARTS,
    "What it stands on": (*BEHIND, "CONTRIBUTING", "CHANGELOG"),
}
"""The guides in the order of the site."""
ROLES = tuple(f"roles/{path.name}/README" for path in sorted((ROOT / "roles").iterdir()))
SETTINGS = """
extensions += ['myst_parser']
myst_heading_anchors = 4
# Links to files that are no pages lead nowhere in the site.
suppress_warnings = ['myst.xref_missing', 'myst.header', 'misc.highlighting_failure']
html_static_path = ['_static']
html_css_files = ['wide.css']
project = html_title = html_short_title = 'nodeops.rotator'
"""
STYLE = """\
/* A wide table scrolls by itself, and so does the code of an example. */
div.document { width: auto; max-width: 1280px; }
div.body { max-width: none; overflow-wrap: break-word; }
div.body h1 { font-size: 180%; }
div.body h2 { font-size: 150%; }
div.body h1, div.body h2, div.body h3, div.body code { overflow-wrap: anywhere; }
code span.pre, .sig-name span.pre { white-space: normal; overflow-wrap: anywhere; }
div.sphinxsidebar h1.logo { font-size: 130%; }
table.docutils, table { display: block; max-width: 100%; overflow-x: auto; }
table.docutils th, table.docutils td { padding: .25em .6em; }
table.docutils p { margin: 0; }
div.highlight, pre { overflow-x: auto; max-width: 100%; }
@media screen and (max-width: 600px) { div.document, div.body { width: 100%; min-width: 0; } }
"""


def add_guides(site: pathlib.Path) -> None:
    """Copy the guides into the source of a site that antsibull-docs has made."""
    pages = [page for chapter in CHAPTERS.values() for page in chapter] + [*ROLES]
    for page in pages:
        target = site / "rst" / f"{page}.md"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / f"{page}.md", target)
    index = site / "rst" / "index.rst"
    index.replace(index.with_name("plugins.rst"))
    index.write_text(contents(), encoding="utf-8")
    (site / "_static").mkdir(exist_ok=True)
    (site / "_static" / "wide.css").write_text(STYLE, encoding="utf-8")
    with (site / "conf.py").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS)


def contents() -> str:
    """Return the first page: the guides by chapter, and then the plugins."""
    chapters = {**CHAPTERS, "Roles": ROLES, "Plugins": ("Modules and plugins <plugins>",)}
    title = "nodeops.rotator"
    trees = "\n".join(_tree(caption, pages) for caption, pages in chapters.items())
    return f"{title}\n{'=' * len(title)}\n\n{trees}"


def _tree(caption: str, pages: Iterable[str]) -> str:
    lines = "".join(f"   {page}\n" for page in pages)
    return f".. toctree::\n   :maxdepth: 1\n   :caption: {caption}\n\n{lines}"
