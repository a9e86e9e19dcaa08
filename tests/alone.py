# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pytest plugin that bars the import of Ansible and client libraries.

`pytest -p ansible_collections.nodeops.rotator.tests.alone` shows that the tests need neither: they
may be installed, but cannot be imported. pytest itself and this collection can.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType

FORBIDDEN = (
    "ansible",
    "ansible_collections.amazon",
    "ansible_collections.kubernetes",
    "boto3",
    "botocore",
    "kubernetes",
    "moto",
    "urllib3",
    "werkzeug",
    "yaml",
)


def is_forbidden(name: str) -> bool:
    """Return True if the module `name` is forbidden or inside a forbidden package."""
    return any(name == root or name.startswith(root + ".") for root in FORBIDDEN)


class Refuse(importlib.abc.MetaPathFinder):
    """The import hook. It has to be the first one."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if is_forbidden(fullname):
            raise ImportError(
                f"{fullname} is out of reach here: core and engine must not need it",
                name=fullname,
            )
        return None


def pytest_configure() -> None:
    """Install the import hook.

    Raises RuntimeError if something forbidden is already imported.
    """
    early = sorted(filter(is_forbidden, sys.modules))
    if early:
        raise RuntimeError(
            "Imported before the tests began, so that nothing would be shown:"
            f" {', '.join(early[:5])}"
        )
    sys.meta_path.insert(0, Refuse())
