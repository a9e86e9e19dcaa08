# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give commands of Ansible an interpreter that has the libraries imported.

The interpreter is a thin client (thin.py) of a process that is forked for each command. It finds
the libraries imported, but imports Ansible and all collections anew, since these read the
environment as they are imported. A module that is packed is so by the first command that runs it,
which takes up to a second, and the others find it packed.
"""

from __future__ import annotations

import atexit
import functools
import importlib
import json
import multiprocessing
import os
import runpy
import select
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.tests.integration import thin, warm

TOLD = 1 << 20
"""The most bytes that a client tells: arguments and environment."""
PURE = tuple(
    f"{warm.COLLECTION}.plugins.module_utils.{room}"
    for room in ("core", "engine", "clients", "operations")
)
"""What knows neither Ansible nor the environment, so that a command need not import it anew."""
PACKED = "ansiballz_cache"
"""Where Ansible keeps the modules that it has packed, in its folder for temporary files."""


@functools.cache
def interpreter() -> str:
    """Return the path of the interpreter. Its process ends with this one."""
    where = _server()
    program = where.with_name("python")
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -IS {thin.__file__} {where} "$@"\n')
    program.chmod(0o755)
    return str(program)


@functools.cache
def _server() -> Path:
    """Return the socket of the process that does the work."""
    folder = Path(tempfile.mkdtemp(prefix="warm-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    where = folder / "socket"
    server = warm.start(_serve, str(where), env=os.environ, output=folder / "log")
    limit = time.monotonic() + warm.HANGS
    while not where.exists():
        assert server.is_alive() and time.monotonic() < limit, "no warm interpreter"
        time.sleep(0.02)
    return where


def _serve(where: str) -> None:
    """Serve clients, each by a process of its own, for ever."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{where}.new")
        server.listen(16)
        os.rename(f"{where}.new", where)
        while True:
            client, _address = server.accept()
            if os.fork() == 0:
                server.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _attend(client, Path(where).with_name(PACKED))
            client.close()


def _attend(client: socket.socket, packed: Path) -> None:
    """Run what the client hands over and tell it the exit status. Does not return.

    If the client ends before, the module is told so as if its terminal had been closed.
    """
    data, files, _flags, _address = socket.recv_fds(client, TOLD, 3)
    while not data.endswith(b"\n"):
        data += client.recv(TOLD)
    child = os.fork()
    if child == 0:
        client.close()
        _become(json.loads(data), files, packed)
    for file in files:
        os.close(file)
    ended = os.pidfd_open(child)
    if ended not in select.select([client, ended], [], [])[0]:
        os.kill(child, signal.SIGHUP)
        os._exit(1)
    _pid, status = os.waitpid(child, 0)
    client.sendall(bytes([os.waitstatus_to_exitcode(status) & 255]))
    os._exit(0)


def _become(told: dict[str, Any], files: list[int], packed: Path) -> None:
    """Run the file as the interpreter would; does not return."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.setsid()
    warm.take_on(told["env"])
    os.chdir(told["cwd"])
    sys.argv = told["argv"]
    with warm.standard_files():
        if Path(sys.argv[0]).name.startswith("ansible"):
            _forget_ansible(packed)
        status = _status_of(sys.argv[0])
    os._exit(status)


def _forget_ansible(packed: Path) -> None:
    """Let this process be as if it had never imported Ansible or a collection.

    `packed`: the folder of packed modules that all commands share.
    """
    for name in list(sys.modules):
        ours = name.startswith(("ansible.", "ansible_collections."))
        if (ours or name in ("ansible", "ansible_collections")) and not name.startswith(PURE):
            del sys.modules[name]
    # A daemon of multiprocessing may have no children; Ansible forks one for each task.
    multiprocessing.current_process()._config.pop("daemon", None)  # type: ignore[attr-defined]
    constants = importlib.import_module("ansible.constants")
    packed.mkdir(exist_ok=True)
    os.symlink(packed, Path(constants.DEFAULT_LOCAL_TMP, PACKED))


def _status_of(path: str) -> int:
    """Run a file to the end of its threads; return its exit status."""
    status: Any = 0
    try:
        runpy.run_path(path, run_name="__main__")
    except SystemExit as end:
        status = end.code
    except Exception:
        traceback.print_exc()
        status = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    return int(status or 0)
