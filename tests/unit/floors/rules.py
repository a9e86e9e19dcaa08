# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floors of the house (docs/architecture.md) as data: each room, what it may import and what it
may do.

A room is a folder. What is not allowed here is a breach; a plugin file in no room is one too.
"""

from __future__ import annotations

import ast
import dataclasses
import fnmatch
import sys
from collections.abc import Iterator

COLLECTION = "ansible_collections.nodeops.rotator"
UTILS = f"{COLLECTION}.plugins.module_utils"
AMAZON, KUBERNETES = "ansible_collections.amazon.aws", "ansible_collections.kubernetes.core"

PURE = frozenset(
    (
        "__future__",
        "abc",
        "base64",
        "binascii",
        "bisect",
        "collections",
        "copy",
        "dataclasses",
        "datetime",
        "email",
    )
    + (
        "enum",
        "fnmatch",
        "functools",
        "graphlib",
        "gzip",
        "hashlib",
        "heapq",
        "itertools",
        "json",
        "math",
        "operator",
    )
    + ("re", "statistics", "string", "textwrap", "tomllib", "types", "typing", "zlib")
)
"""The part of the standard library that neither asks the clock nor speaks to anything outside."""
WIRE = frozenset(
    (
        "asyncio",
        "ftplib",
        "http",
        "multiprocessing",
        "smtplib",
        "socket",
        "socketserver",
        "ssl",
        "subprocess",
        "urllib",
    )
)
"""The part that speaks to the outside; below the module room that goes through the ports."""
ANY = frozenset(sys.stdlib_module_names)

CLOCK = frozenset(("now", "utcnow", "today", "monotonic", "perf_counter", "process_time"))
SLEEP = frozenset(("sleep",))
WAIT = frozenset(("sleep", "wait", "wait_for"))
REACH = frozenset(("open", "print", "input", "exec", "eval", "__import__", "import_module"))
"""Names of functions that are called: reading a clock, stopping for a while, waiting for something,
reaching outside."""


@dataclasses.dataclass(frozen=True)
class Room:
    """One folder's (or file's) rules. `imports`: patterns of what it may import besides `stdlib`;
    `calls`: names it may not call; `outside`: it may import all that is not the product's."""

    folder: str
    stdlib: frozenset[str]
    imports: tuple[str, ...] = ()
    calls: frozenset[str] = frozenset()
    outside: bool = False

    def admits(self, module: str) -> bool:
        """Whether the room may import `module`, given by its full name."""
        if module.split(".")[0] in self.stdlib:
            return True
        if self.outside and not module.startswith((".", f"{COLLECTION}.plugins")):
            return True
        return any(fnmatch.fnmatchcase(module, pattern) for pattern in self.imports)


def _below(*packages: str) -> tuple[str, ...]:
    return tuple(pattern for package in packages for pattern in (package, f"{package}.*"))


CORE, ENGINE, CLIENTS, OPERATIONS, EDGE = (
    f"{UTILS}.{name}" for name in ("core", "engine", "clients", "operations", "edge")
)
PLUGIN = f"{COLLECTION}.plugins.plugin_utils"
EXCEPTIONS = ("botocore.exceptions", "urllib3.exceptions", "kubernetes.client.exceptions")

ROOMS = (
    Room("plugins/module_utils/core", PURE, _below(CORE), CLOCK | WAIT | REACH),
    # The one wait of the collection is here.
    Room("plugins/module_utils/engine", ANY - WIRE, _below(CORE, ENGINE), REACH),
    Room(
        "plugins/module_utils/clients",
        ANY - WIRE,
        (*_below(CORE, CLIENTS), *EXCEPTIONS),
        WAIT | REACH,
    ),
    Room(
        "plugins/module_utils/operations",
        ANY - WIRE,
        _below(CORE, CLIENTS, OPERATIONS),
        WAIT | REACH,
    ),
    Room(
        "plugins/module_utils/edge",
        ANY,
        _below(
            CORE,
            ENGINE,
            CLIENTS,
            OPERATIONS,
            EDGE,
            "ansible",
            AMAZON,
            KUBERNETES,
            "boto3",
            "botocore",
            "kubernetes",
            "urllib3",
        ),
        SLEEP,
    ),
    Room("plugins/modules", ANY - WIRE, _below(CORE, EDGE, "ansible.module_utils"), WAIT),
    # An action plugin follows the progress file of its module, and so pauses between two looks.
    Room("plugins/action", ANY - WIRE, _below(CORE, EDGE, PLUGIN, "ansible")),
    Room("plugins/plugin_utils", ANY - WIRE, _below(CORE, EDGE, PLUGIN, "ansible")),
    Room("plugins/inventory", ANY - WIRE, _below(CORE, EDGE, PLUGIN, "ansible", AMAZON), WAIT),
    Room("plugins/filter", PURE, _below(CORE, "ansible"), CLOCK | WAIT | REACH),
    Room("plugins/callback", ANY - WIRE, _below(CORE, EDGE, PLUGIN, "ansible"), WAIT),
    Room("plugins/doc_fragments", frozenset(("__future__", "re"))),
    # The simulation is no judge of the product if it is made of the product: it knows the two
    # seams, nothing else. Two files join the two: one puts the simulation's time under the engine's
    # wait, the other runs a rotation there.
    Room("tests/simulation/virtual.py", ANY, _below(CORE, ENGINE, CLIENTS), outside=True),
    Room("tests/simulation/runs.py", ANY, _below(CORE, ENGINE, CLIENTS), outside=True),
    Room("tests/simulation", ANY, _below(f"{CORE}.transport"), outside=True),
)


def room_of(path: str) -> Room | None:
    """The room in which a file lies; None for one outside of the house."""
    return next(
        (room for room in ROOMS if path == room.folder or path.startswith(room.folder + "/")), None
    )


def breaches(path: str, source: str) -> list[str]:
    """What in the file at `path` (relative to the collection) breaks the rules, one line each."""
    if path.endswith("/__init__.py"):
        return [f"{path}: has to be empty"] if source.strip() else []
    room = room_of(path)
    if room is None:
        return [f"{path}: lies in no room"] if path.startswith("plugins/") else []
    tree = ast.parse(source)
    found = [
        f"{path}:{line} imports {name}" for line, name in imports(tree) if not room.admits(name)
    ]
    found += [f"{path}:{line} calls {name}()" for line, name in calls(tree) if name in room.calls]
    found += [
        f"{path}:{node.lineno} asserts"
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert) and path.startswith("plugins/")
    ]
    return found


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of every module that is imported, wherever in the file. A relative import
    counts as ".": no room admits that. `from package import name` gives "package.name" where
    package is one of our rooms' parents, since the name may then be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield node.lineno, "."
            elif UTILS.startswith(node.module or ""):
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, node.module or ""


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and bare name of every function that is called by name or as an attribute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.lineno, node.func.id
            elif isinstance(node.func, ast.Attribute):
                yield node.lineno, node.func.attr
