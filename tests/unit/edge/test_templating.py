# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all templates have in common."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.templating import environment


def rendered(folder: Path, text: str, name: str = "a.txt", **values: object) -> str:
    (folder / name).write_text(text)
    found = environment([str(folder)], {"loud": str.upper}, lambda name: name == "a.html")
    return found.get_template(name).render(**values)


def test_all_have_the_same_words(tmp_path: Path) -> None:
    text = "{{ counted(2, 'node') }} in {{ 90 | duration }}, {{ 'done' | loud }}"
    assert rendered(tmp_path, text) == "2 nodes in 1 min 30 s, DONE"


def test_only_what_makes_html_is_escaped(tmp_path: Path) -> None:
    assert rendered(tmp_path, "{{ said }}", said="<b>") == "<b>"
    assert rendered(tmp_path, "{{ said }}", "a.html", said="<b>") == "&lt;b&gt;"


def test_a_missing_value_is_an_error_not_an_empty_word(tmp_path: Path) -> None:
    with pytest.raises(jinja2.UndefinedError):
        rendered(tmp_path, "{{ absent }}")


def test_blocks_leave_no_empty_lines_and_the_last_line_ends(tmp_path: Path) -> None:
    text = "{% for one in [1, 2] %}\n  {{ one }}\n{% endfor %}\n"
    assert rendered(tmp_path, text) == "  1\n  2\n"


def test_the_first_folder_that_has_a_template_wins(tmp_path: Path) -> None:
    for name in ("own", "ours"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(name)
    (tmp_path / "ours" / "b.txt").write_text("ours")
    folders = [str(tmp_path / "own"), str(tmp_path / "ours")]
    found = environment(folders, {}, lambda name: False)
    assert [found.get_template(name).render() for name in ("a.txt", "b.txt")] == ["own", "ours"]
