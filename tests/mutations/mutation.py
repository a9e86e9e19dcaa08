# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fault that is planted in the product, and the test that finds it."""

from __future__ import annotations

import dataclasses

ENGINE = "plugins/module_utils/engine/rotation/"
RULES = "plugins/module_utils/core/rotation/"
UNIT = "tests/unit/engine/rotation/"


@dataclasses.dataclass(frozen=True)
class Mutation:
    """A planted fault: in `file`, `old` becomes `new`, and the test fails.

    `old` stands once in `file`. `tests`: the file of the test `found_by`.
    """

    name: str
    file: str
    old: str
    new: str
    tests: str
    found_by: str

    @property
    def test(self) -> str:
        """Return the test as pytest names it."""
        return f"{self.tests}::{self.found_by}"
