# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads leave the signals that end a process to its main thread."""

from __future__ import annotations

import signal
import threading

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.threads import (
    ENDS,
    signals_for_main,
)


def blocked() -> set[int]:
    """The signals that this thread does not take."""
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, ()))


def test_a_thread_that_is_started_in_the_block_takes_none_of_them() -> None:
    masks: list[set[int]] = []
    with signals_for_main():
        thread = threading.Thread(target=lambda: masks.append(blocked()))
        thread.start()
    thread.join()
    assert masks[0] >= ENDS


def test_the_main_thread_takes_them_again_afterwards() -> None:
    before = blocked()
    with signals_for_main():
        assert blocked() >= ENDS
    assert blocked() == before


def test_also_when_the_block_fails() -> None:
    before = blocked()
    with pytest.raises(ValueError, match="broke"), signals_for_main():
        raise ValueError("broke")
    assert blocked() == before


def test_a_signal_that_was_blocked_before_stays_blocked() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
    try:
        with signals_for_main():
            pass
        assert signal.SIGHUP in blocked()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
