# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at a page as a browser shows it."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMES = ("light", "dark")
CONTRASTS = """() => {
  const channels = text => text.match(/[\\d.]+/g).map(Number);
  const bright = color => channels(color).slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = element => {
    for (let one = element; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor;
      if (channels(color)[3] !== 0) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    if (element.localName === 'title' || !element.checkVisibility()) continue;
    const own = [...element.childNodes].filter(n => n.nodeType === 3 && n.data.trim());
    if (!own.length) continue;
    const style = getComputedStyle(element);
    const ink = element.closest('svg') ? style.fill : style.color;
    const [low, high] = [bright(ink), bright(behind(element))].sort((a, b) => a - b);
    found.push([own[0].data.trim(), (high + 0.05) / (low + 0.05)]);
  }
  return found;
}"""
"""The contrast of each text with what is behind it, as WCAG 2.2 defines it."""
ORDER = "[...document.querySelectorAll('a, summary, [tabindex]')].indexOf(document.activeElement)"


@dataclasses.dataclass(frozen=True)
class Sight:
    """A page that is open.

    `requests`: what it has asked for. `said`: what it has told the console.
    """

    page: Any
    requests: list[str]
    said: list[str]


@contextlib.contextmanager
def sight_of(browser: Any, path: Path, width: int, scheme: str) -> Iterator[Sight]:
    """Open a file; `width`: of the window in pixels, `scheme`: one of SCHEMES."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True
    )
    seen = Sight(context.new_page(), [], [])
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    seen.page.on("console", lambda message: seen.said.append(message.text))
    seen.page.on("pageerror", lambda error: seen.said.append(str(error)))
    try:
        seen.page.goto(path.as_uri())
        yield seen
    finally:
        context.close()


def contrasts(page: Any) -> list[tuple[str, float]]:
    """Return each text of a page that is shown, with its contrast."""
    found: list[tuple[str, float]] = page.evaluate(CONTRASTS)
    return found


def stops(page: Any) -> list[int]:
    """Return where the tab key leads, as places in the order of the page."""
    found: list[int] = []
    while True:
        page.keyboard.press("Tab")
        place = page.evaluate(ORDER)
        if place in found or place < 0:
            return found
        found.append(place)


def names(page: Any, role: str) -> list[str]:
    """Return the accessible names of all parts with this role."""
    snapshot = page.locator("body").aria_snapshot()
    lines = (line.strip().removeprefix("- ") for line in snapshot.splitlines())
    return [
        line.removeprefix(role).strip().strip(":").strip('"')
        for line in lines
        if line.split(" ")[0].strip(":") == role
    ]
