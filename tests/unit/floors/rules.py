# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floors (docs/architecture.md) as data: what each room may import and call.

A room is a folder. Whatever is not allowed here is a breach. So is a plugin file outside any room.
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
        "contextlib",
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
"""The part of the standard library that reads no clock and uses no files, network or processes."""
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
"""The part that uses the network or starts processes. Below the edge, only ports do that."""
ANY = frozenset(sys.stdlib_module_names)

CLOCK = frozenset(("now", "utcnow", "today", "monotonic", "perf_counter", "process_time"))
SLEEP = frozenset(("sleep",))
WAIT = frozenset(("sleep", "wait", "wait_for"))
REACH = frozenset(("open", "print", "input", "exec", "eval", "__import__", "import_module"))
"""Names of functions that read a clock, sleep, wait, or use files and code from outside."""


@dataclasses.dataclass(frozen=True)
class Room:
    """The rules of one folder or file.

    `imports`: patterns of what it may import besides `stdlib`. `calls`: names that it must not
    call. `outside`: it may import everything except the product.
    """

    folder: str
    stdlib: frozenset[str]
    imports: tuple[str, ...] = ()
    calls: frozenset[str] = frozenset()
    outside: bool = False

    def admits(self, module: str) -> bool:
        """Return True if the room may import `module`, given by its full name."""
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
    # The only wait of the collection is here.
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
            "jinja2",
            "kubernetes",
            "urllib3",
        ),
        SLEEP,
    ),
    Room("plugins/modules", ANY - WIRE, _below(CORE, EDGE, "ansible.module_utils"), WAIT),
    # An action plugin follows the progress file of its module, and so pauses between two reads.
    Room("plugins/action", ANY - WIRE, _below(CORE, EDGE, PLUGIN, "ansible")),
    # It has threads of its own, and asks who its parent is.
    Room(
        "plugins/plugin_utils",
        (ANY - WIRE) | {"multiprocessing"},
        (
            *_below(CORE, EDGE, PLUGIN, "ansible", "yaml", f"{ENGINE}.threads"),
            f"{AMAZON}.plugins.plugin_utils.inventory",
        ),
    ),
    Room("plugins/inventory", ANY - WIRE, _below(CORE, EDGE, PLUGIN, "ansible"), WAIT),
    Room("plugins/filter", PURE, _below(CORE, "ansible"), CLOCK | WAIT | REACH),
    Room("plugins/callback", ANY - WIRE, _below(CORE, EDGE, PLUGIN, "ansible"), WAIT),
    Room("plugins/doc_fragments", frozenset(("__future__", "re"))),
    # A simulation made of the product could not judge it, so it imports only the seams. Two
    # files join the simulation to the engine: one provides its time, the other runs a rotation.
    Room("tests/simulation/virtual.py", ANY, _below(CORE, ENGINE, CLIENTS), outside=True),
    Room("tests/simulation/runs.py", ANY, _below(CORE, ENGINE, CLIENTS), outside=True),
    Room("tests/simulation", ANY, _below(f"{CORE}.transport"), outside=True),
)


def room_of(path: str) -> Room | None:
    """Return the room of a file, None if it is in no room."""
    return next(
        (room for room in ROOMS if path == room.folder or path.startswith(room.folder + "/")), None
    )


def breaches(path: str, source: str) -> list[str]:
    """Return one line for each breach in the file.

    `path`: relative to the collection.
    """
    if path.endswith("/__init__.py"):
        return [f"{path}: has to be empty"] if source.strip() else []
    room = room_of(path)
    if room is None:
        return [f"{path}: is in no room"] if path.startswith("plugins/") else []
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
    """Yield line and full name of every import, wherever in the file.

    A relative import yields ".", which no room admits. `from package import name` yields
    "package.name" if the package is a parent of our rooms, since the name may then be a module.
    """
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
    """Yield line and bare name of every function that is called.

    It is called by name or as an attribute.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.lineno, node.func.id
            elif isinstance(node.func, ast.Attribute):
                yield node.lineno, node.func.attr
