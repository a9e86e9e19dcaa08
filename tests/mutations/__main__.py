# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply each mutation to a copy of the tree and run the test that must fail.

`make mutations` runs it. Words on the command line narrow the mutations to those whose sentence has
one of them. The last line is "mutations: N killed, S survived"; the exit status is 0 if none has
survived.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from ansible_collections.nodeops.rotator.tests.mutations.catalogue import MUTATIONS
from ansible_collections.nodeops.rotator.tests.mutations.mutation import Mutation

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLACE = pathlib.Path("ansible_collections/nodeops/rotator")
FAILED = 1
"""Exit status of pytest when tests have failed; any other but 0 is an error of the run."""


@dataclasses.dataclass(frozen=True)
class Tree:
    """A copy of the tracked files; `path`: where Python finds the collection."""

    path: pathlib.Path

    @property
    def top(self) -> pathlib.Path:
        """Return the folder of the collection."""
        return self.path / PLACE

    def pytest(self, *tests: str) -> int:
        """Run tests of the copy; return pytest's exit status."""
        options = ("-q", "-x", "-p", "no:cacheprovider", "--no-header")
        return subprocess.run(
            [sys.executable, "-m", "pytest", *options, *tests],
            cwd=self.top,
            env={**os.environ, "PYTHONPATH": str(self.path), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        ).returncode

    @contextlib.contextmanager
    def mutated(self, mutation: Mutation) -> Iterator[None]:
        """Have the mutation in the copy for a while."""
        path = self.top / mutation.file
        text = path.read_text()
        path.write_text(text.replace(mutation.old, mutation.new))
        try:
            yield
        finally:
            path.write_text(text)


@contextlib.contextmanager
def copied() -> Iterator[Tree]:
    """Yield a copy of the tracked files, which is deleted afterwards."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    with tempfile.TemporaryDirectory(prefix="nodeops-rotator-") as folder:
        tree = Tree(pathlib.Path(folder).resolve())
        for name in filter(None, listing.split("\0")):
            if (ROOT / name).is_file():
                (tree.top / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, tree.top / name)
        yield tree


def outcome(tree: Tree, mutation: Mutation) -> str:
    """Return "killed", or what else has become of the mutation."""
    if (tree.top / mutation.file).read_text().count(mutation.old) != 1:
        return "survived: its text is not there, or not once"
    with tree.mutated(mutation):
        status = tree.pytest(mutation.test)
    if status == FAILED:
        return "killed"
    return "survived" if status == 0 else f"survived: pytest ended with status {status}"


def main(words: list[str]) -> int:
    """Try the mutations; return the exit status."""
    chosen = [one for one in MUTATIONS if not words or any(word in one.name for word in words)]
    killed = 0
    with copied() as tree:
        if tree.pytest(*sorted({one.test for one in chosen})) != 0:
            print("The tests fail, or are not there, without any mutation", file=sys.stderr)
            return 2
        for mutation in chosen:
            told = outcome(tree, mutation)
            killed += told == "killed"
            print(f"{told}: {mutation.name} ({mutation.test})", flush=True)
    print(f"mutations: {killed} killed, {len(chosen) - killed} survived")
    return int(killed < len(chosen) or not chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
