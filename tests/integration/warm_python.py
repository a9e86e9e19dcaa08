# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give Ansible an interpreter that has imported the libraries already.

A module of ours needs some two seconds of processor time for imports alone, and a playbook runs
five for each node group. The interpreter is a thin client (thin.py) of a process that is forked for
each module. The packed file of the module is run as it is, only that what it imports is there.
"""

from __future__ import annotations

import atexit
import functools
import json
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
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.tests.integration import thin, warm

TOLD = 1 << 20
"""The most bytes that a client tells: arguments and environment."""


@functools.cache
def interpreter() -> str:
    """Return the path of the interpreter. Its process ends with this one."""
    folder = Path(tempfile.mkdtemp(prefix="warm-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    where, program = folder / "socket", folder / "python"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -IS {thin.__file__} {where} "$@"\n')
    program.chmod(0o755)
    server = warm.start(_serve, str(where), env=os.environ, output=folder / "log")
    limit = time.monotonic() + warm.HANGS
    while not where.exists():
        assert server.is_alive() and time.monotonic() < limit, "no warm interpreter"
        time.sleep(0.02)
    return str(program)


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
                _attend(client)
            client.close()


def _attend(client: socket.socket) -> None:
    """Run what the client hands over and tell it the exit status. Does not return.

    If the client ends before, the module is told so as if its terminal had been closed.
    """
    data, files, _flags, _address = socket.recv_fds(client, TOLD, 3)
    while not data.endswith(b"\n"):
        data += client.recv(TOLD)
    child = os.fork()
    if child == 0:
        client.close()
        _become(json.loads(data), files)
    for file in files:
        os.close(file)
    ended = os.pidfd_open(child)
    if ended not in select.select([client, ended], [], [])[0]:
        os.kill(child, signal.SIGHUP)
        os._exit(1)
    _pid, status = os.waitpid(child, 0)
    client.sendall(bytes([os.waitstatus_to_exitcode(status) & 255]))
    os._exit(0)


def _become(told: dict[str, Any], files: list[int]) -> None:
    """Run the file as the interpreter would; does not return."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.setsid()
    warm.take_on(told["env"])
    os.chdir(told["cwd"])
    sys.argv = told["argv"]
    with warm.standard_files():
        status = _status_of(sys.argv[0])
    os._exit(status)


def _status_of(path: str) -> int:
    """Run a file to the end of its threads; return its exit status."""
    status: Any = 0
    try:
        runpy.run_path(path, run_name="__main__")
    except SystemExit as end:
        status = end.code
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    return int(status or 0)
