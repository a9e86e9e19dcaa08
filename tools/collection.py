# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy the tracked files to where Ansible's tools expect a collection."""

from __future__ import annotations

import contextlib
import pathlib
import re
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator

from steps import ROOT


def tracked() -> list[str]:
    """Return the tracked files that exist, relative to the checkout."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [name for name in listing.split("\0") if name and (ROOT / name).is_file()]


CHECKOUT_ONLY = re.compile(r"<!-- checkout: .*? -->\n.*?<!-- end -->\n\n?", re.S)
"""Parts of the README about what the archive leaves out, such as the Makefile."""


def readme_of_archive(text: str) -> str:
    """Return the README without what is only in a checkout."""
    return CHECKOUT_ONLY.sub("", text)


@contextlib.contextmanager
def copied() -> Iterator[pathlib.Path]:
    """Yield a copy of the collection at .../ansible_collections/nodeops/rotator.

    The collections that it depends on are beside it. The copy is deleted afterwards. It is needed
    because some tools of Ansible do not follow a symbolic link to the collection itself.
    """
    with tempfile.TemporaryDirectory(prefix="nodeops-rotator-") as folder:
        tree = pathlib.Path(folder).resolve() / "ansible_collections"
        place = tree / "nodeops" / "rotator"
        for name in tracked():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place / name)
        installed = pathlib.Path(sysconfig.get_path("purelib")) / "ansible_collections"
        for dependency in ("amazon/aws", "kubernetes/core"):
            (tree / dependency).parent.mkdir(exist_ok=True)
            (tree / dependency).symlink_to(installed / dependency)
        yield place
