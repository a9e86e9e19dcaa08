# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Ctrl-C that Python has dropped is pressed again."""

from __future__ import annotations

import subprocess
import sys

import pytest

PRESSED_WHILE_IT_FORKS = """
import logging, os, signal, sys, threading
from ansible_collections.nodeops.rotator.plugins.plugin_utils.interrupts import keep_interrupts

def ansibles(number, frame):
    signal.signal(number, signal.SIG_DFL)
    raise KeyboardInterrupt

def press():
    if os.getpid() == main:
        os.kill(main, signal.SIGINT)

main, again = os.getpid(), sys.argv[1] == "kept"
signal.signal(signal.SIGINT, ansibles)
os.register_at_fork(after_in_parent=press)
if again:
    keep_interrupts()
    keep_interrupts()
try:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    threading.Event().wait(20 if again else 0.2)
    print("went on")
except KeyboardInterrupt:
    print("ended", signal.getsignal(signal.SIGINT) is signal.SIG_DFL)
"""


@pytest.mark.parametrize(("way", "told"), [("kept", "ended True"), ("dropped", "went on")])
def test_a_ctrl_c_while_ansible_forks_ends_it(way: str, told: str) -> None:
    """Without us Python drops it: that is why we are there."""
    done = subprocess.run(
        [sys.executable, "-c", PRESSED_WHILE_IT_FORKS, way],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == told, done.stderr


def test_another_exception_that_python_drops_is_shown_as_ever() -> None:
    code = PRESSED_WHILE_IT_FORKS.replace("os.kill(main, signal.SIGINT)", "raise ValueError(7)")
    done = subprocess.run(
        [sys.executable, "-c", code.replace("20 if again", "0 if again"), "kept"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "went on" and "ValueError: 7" in done.stderr
