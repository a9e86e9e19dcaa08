# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand in for the Python interpreter of a module: let a warm process run it.

    thin.py SOCKET FILE [ARGUMENT ...]

What is no module is left to the real interpreter. Imports little, since it starts for each task.
"""

from __future__ import annotations

import json
import os
import socket
import sys

MODULE = "AnsiballZ_"
"""How Ansible names the file of a packed module."""


def main(where: str, *argv: str) -> int:
    """Hand the file over to the warm process; return its exit status.

    It gets the arguments, files and environment of this one.
    """
    if not argv or not os.path.basename(argv[0]).startswith(MODULE):
        os.execv(sys.executable, [sys.executable, *argv])
    with socket.socket(socket.AF_UNIX) as warm:
        warm.connect(where)
        told = {"argv": argv, "cwd": os.getcwd(), "env": dict(os.environ)}
        socket.send_fds(warm, [json.dumps(told).encode() + b"\n"], [0, 1, 2])
        status = warm.recv(1)
    return status[0] if status else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
