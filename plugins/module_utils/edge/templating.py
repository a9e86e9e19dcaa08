# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of reports and notifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, duration

if TYPE_CHECKING:
    import jinja2


def environment(
    folders: Sequence[str],
    filters: Mapping[str, Callable[..., Any]],
    escapes: Callable[[str | None], bool],
) -> jinja2.Environment:
    """Return a Jinja environment with the words that all of our templates have.

    `folders`: where the templates are; the first that has one wins. `filters`: those of this kind
    of template, beside `duration`. `escapes`: whether a template of this name makes HTML. A name
    that a template does not know is an error, as is a missing value. Raises ImportError without
    Jinja2.
    """
    import jinja2

    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=escapes,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters.update(duration=duration, **filters)
    found.globals.update(counted=counted)
    return found
