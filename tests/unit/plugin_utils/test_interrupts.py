# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Ctrl-C that Python has dropped is pressed again."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

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

HUNG_AFTER_IT = """
import os, signal, sys, threading
from ansible.executor.task_queue_manager import TaskQueueManager
from ansible_collections.nodeops.rotator.plugins.plugin_utils import interrupts

manager = TaskQueueManager.__new__(TaskQueueManager)
manager._workers = []
signal.signal(signal.SIGINT, manager._signal_handler)
interrupts.HANGS_AFTER = float(sys.argv[1])
interrupts.keep_interrupts()
interrupts.keep_interrupts()
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    print("heard", flush=True)
    if sys.argv[2]:
        interrupts.take_time()
    threading.Event().wait(float(sys.argv[3]))
    print("ended by itself")
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


def test_a_ctrl_c_that_is_pressed_again_too_early_ends_it_all_the_same() -> None:
    """A thread takes its time to start, and the hook still waits for that."""
    late = "main, again = "
    slowly = (
        "import time\n"
        "bootstrap = threading.Thread._bootstrap_inner\n"
        "def slow(thread):\n"
        "    os.kill(os.getpid(), signal.SIGINT) if not early else None\n"
        "    early.append(1)\n"
        "    time.sleep(0.3)  # of a process of its own: a thread that is slow to start\n"
        "    bootstrap(thread)\n"
        "early = []\n"
        "threading.Thread._bootstrap_inner = slow\n"
    )
    assert PRESSED_WHILE_IT_FORKS.count(late) == 1
    done = subprocess.run(
        [sys.executable, "-c", PRESSED_WHILE_IT_FORKS.replace(late, slowly + late), "kept"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "ended True", done.stderr


def test_another_exception_that_python_drops_is_shown_as_ever() -> None:
    code = PRESSED_WHILE_IT_FORKS.replace("os.kill(main, signal.SIGINT)", "raise ValueError(7)")
    done = subprocess.run(
        [sys.executable, "-c", code.replace("20 if again", "0 if again"), "kept"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "went on"
    assert "ValueError: 7" in done.stderr


@pytest.mark.parametrize(
    ("patience", "asks", "wait", "code", "told"),
    [
        ("0.1", "", "60", -signal.SIGINT, ["heard"]),
        ("60", "", "0", 0, ["heard", "ended by itself"]),
        ("0.1", "for time", "0.5", 0, ["heard", "ended by itself"]),
    ],
    ids=["hangs", "ends", "asks for time"],
)
def test_ansible_that_hangs_after_ctrl_c_is_ended(
    patience: str, asks: str, wait: str, code: int, told: list[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HUNG_AFTER_IT, patience, asks, wait],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()) == (code, told), done.stderr


TOLD_TO_END = """
import os, pathlib, signal, sys, threading
from ansible import constants
from ansible.executor.task_queue_manager import TaskQueueManager
from ansible_collections.nodeops.rotator.plugins.plugin_utils import interrupts

constants.DEFAULT_LOCAL_TMP = sys.argv[1]
manager = TaskQueueManager.__new__(TaskQueueManager)
manager._workers = []
signal.signal(signal.SIGTERM, manager._signal_handler)
interrupts.keep_interrupts()
interrupts.keep_interrupts()
os.kill(os.getpid(), signal.SIGTERM)
threading.Event().wait(20)
print("went on")
"""


def test_sigterm_ends_ansible_and_leaves_no_file_of_the_progress(tmp_path: Path) -> None:
    (tmp_path / "progress-x.jsonl").touch()
    (tmp_path / "other").touch()
    command = [sys.executable, "-c", TOLD_TO_END, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (-signal.SIGTERM, ""), ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["other"]
