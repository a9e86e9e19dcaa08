# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let a warm process run a command of Ansible.

    thin.py SOCKET FILE [ARGUMENT ...]

Everything else is left to the real interpreter. Imports little, since it starts for each command.
"""

from __future__ import annotations

import json
import os
import socket
import sys

KNOWN = ("ansible", "program.py")
"""How the files are named that a warm process runs: commands of Ansible, and what stands in for
kops."""


def main(where: str, *argv: str) -> int:
    """Hand the file over to the warm process; return its exit status.

    It gets the arguments, files and environment of this one.
    """
    name = os.path.basename(argv[0]) if argv else ""
    if not name.startswith(KNOWN):
        os.execv(sys.executable, [sys.executable, *argv])
    with socket.socket(socket.AF_UNIX) as warm:
        warm.connect(where)
        told = {"argv": argv, "cwd": os.getcwd(), "env": dict(os.environ)}
        socket.send_fds(warm, [json.dumps(told).encode() + b"\n"], [0, 1, 2])
        status = warm.recv(1)
    return status[0] if status else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
