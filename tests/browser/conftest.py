# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open the browser that CHROMIUM names (`make browser`)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

CHROMIUM = "CHROMIUM"
"""Environment variable with the path of the browser."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return a headless browser; skip where there is none."""
    program = os.environ.get(CHROMIUM)
    if not program:
        pytest.skip("no browser: make browser")
    library = pytest.importorskip("playwright.sync_api")
    # A container has no namespaces for the browser's sandbox, and all pages are our own.
    with library.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()
