# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show the progress of a running module: the base of the action plugins that do.

Nothing leaves a module before it ends. So the module appends JSON lines to a private file, and a
thread here shows them as they come. The module behaves the same with or without that file.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.utils.display import Display
from ansible.utils.vars import merge_hash

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.news import news
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.progress import PROGRESS_FILE
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.report import TEMPLATES
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.threads import (
    signals_for_main,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.forked import ForkedModule
from ansible_collections.nodeops.rotator.plugins.plugin_utils.interrupts import keep_interrupts
from ansible_collections.nodeops.rotator.plugins.plugin_utils.narrator import (
    COLORS,
    Narrator,
    may_show,
    screen,
    wants_json,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.notify import Watch
from ansible_collections.nodeops.rotator.plugins.plugin_utils.notify_options import (
    reader,
    settings,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.reports import (
    TEMPLATE_FOLDER,
    whole_path,
)

keep_interrupts()  # Ansible imports an action plugin in its main process, before any worker
PAUSE = 0.2
"""Seconds between two reads of the file: the most that a line may lag behind."""
GROUP_OPTION = "autoscaling_group_name"
LOOKING = threading.Lock()
"""Held by the thread that follows the file while it reads, shows or tells something."""


class Tail(threading.Thread):
    """Follows the file until it is stopped, then shows the rest. A daemon thread.

    It runs in a worker process of Ansible. The worker survives when Ansible itself is killed (as
    ansible-runner does it) or its terminal is closed, but nobody reads its output any more. The
    thread then removes the file and ends the worker with its module.
    """

    def __init__(
        self, path: str, narrator: Narrator, aloud: bool, watch: Watch | None = None
    ) -> None:
        """`aloud`: show what is written there. `watch`: tells others of what is held up.

        Without both it only sees whether Ansible lives.
        """
        super().__init__(name="nodeops-rotator-progress", daemon=True)
        self._path, self._aloud, self._watch = path, aloud, watch
        self._narrator = narrator
        self._ended = threading.Event()
        self._display = Display()
        self._ansible = _ansible()

    def run(self) -> None:
        """Show what is appended until the thread is stopped or Ansible has gone."""
        with open(self._path, "rb") as file:
            while not self._ended.wait(PAUSE):
                if os.getppid() != self._ansible:
                    Path(self._path).unlink(missing_ok=True)
                    _hang_up()
                    return
                with LOOKING:
                    self._look(file)
            self._take(file.read())

    def _look(self, file: BinaryIO) -> None:
        self._take(file.read())
        if self._aloud:
            self._remind()
        if self._watch is not None:
            self._watch.look(time.time())

    def stop(self) -> None:
        """Show what is left and end the thread."""
        self._ended.set()
        self.join(timeout=5)

    def _remind(self) -> None:
        if text := self._narrator.remind(time.monotonic(), time.time()):
            self._display.display(text)

    def _take(self, data: bytes) -> None:
        for text, event in self._narrator.take(data, time.monotonic()):
            if self._aloud:
                self._display.display(text, color=COLORS.get(event.get("phase", "")))
            if self._watch is not None:
                self._watch.heed(event)


def _ansible() -> int:
    """Return the ID of the process that forked this one, running or not."""
    parent = multiprocessing.parent_process()
    return (parent and parent.pid) or os.getppid()


def _hang_up() -> None:
    """Tell the module in this worker to end, as a closed terminal would."""
    if os.getpgrp() == os.getpid():  # a worker of Ansible leads its own group
        os.killpg(os.getpgrp(), signal.SIGHUP)


@contextlib.contextmanager
def _outliving_hang_up() -> Iterator[None]:
    """Keep this process alive on SIGHUP, so that it clears up after its module.

    A handler that does nothing: the module would inherit that the signal is ignored.
    """
    before = signal.signal(signal.SIGHUP, lambda *_given: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


@contextlib.contextmanager
def followed(narrator: Narrator, aloud: bool = True, watch: Watch | None = None) -> Iterator[str]:
    """Yield the path of a progress file, and show it while the block runs if `aloud`.

    `watch` hears of its events. The mode of the file is 0600. It is removed afterwards, and as soon
    as Ansible has gone.
    """
    # Ansible empties its temporary folder when it exits, so a signal leaves no file behind either.
    prefix = "progress-" if aloud else "quiet-"  # afterword.py shows the former
    handle, path = tempfile.mkstemp(prefix=prefix, suffix=".jsonl", dir=C.DEFAULT_LOCAL_TMP)
    os.close(handle)
    tail = Tail(path, narrator, aloud, watch)
    with _outliving_hang_up():
        with signals_for_main():
            tail.start()
        try:
            yield path
        finally:
            tail.stop()
            if watch is not None:
                watch.finish()
            Path(path).unlink(missing_ok=True)


class LiveAction(ForkedModule):
    """Runs the module of the same name and shows its progress.

    A module on another machine, as another user or in the background just runs. Of any other the
    worker sees to it that it ends when Ansible is killed, also if no progress may be shown. A
    module with `report_dir` gets to know where the templates of its reports are.
    """

    _supports_check_mode = True
    _supports_async = True
    calm = LOOKING

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """See ActionBase."""
        result = super().run(tmp, task_vars)
        self._give_reports()
        if self._may_follow():
            aloud = not self._task.no_log and may_show(task_vars or {})
            watch = self._watch(task_vars or {})
            with followed(self._narrator(task_vars or {}), aloud, watch) as path:
                self._set_environment(PROGRESS_FILE, path)
                outcome = self._execute_module(task_vars=task_vars)
        else:
            in_background = bool(self._task.async_val) and not self._connection.has_native_async
            outcome = self._execute_module(task_vars=task_vars, wrap_async=in_background)
        if not self._task.async_val:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        merged: dict[str, Any] = merge_hash(result, outcome)
        return merged

    def _give_reports(self) -> None:
        """Make the directory of reports absolute, and name the templates."""
        if directory := self._task.args.get("report_dir"):
            self._task.args["report_dir"] = whole_path(str(directory))
            self._set_environment(TEMPLATES, TEMPLATE_FOLDER)

    def _set_environment(self, name: str, value: str) -> None:
        """Add a variable to the environment of the task, which its module gets."""
        present = self._task.environment or []
        before = present if isinstance(present, list) else [present]
        self._task.environment = [*before, {name: value}]

    def _may_follow(self) -> bool:
        local = self._connection.transport == "local" and self._connection.become is None
        return bool(local and not self._task.async_val)

    def _watch(self, task_vars: dict[str, Any]) -> Watch | None:
        """Return what tells of what is held up, None if nobody wants to hear of it."""
        plans = self._task.check_mode or task_vars.get("rotation_plan")
        if plans or self._task.no_log or not task_vars.get("rotation_notify"):
            return None
        try:
            found = settings(reader(self._templar, task_vars))
            host = task_vars["inventory_hostname"]
            told = news("blocked", host, task_vars["hostvars"][host], time.time())
        except (AnsibleError, LookupError, TypeError, ValueError) as error:
            why = type(error).__name__  # its words may have a secret in them
            Display().warning(f"Nobody is told of what is held up: {why} in the variables")
            return None
        return Watch(found, told) if found.receivers else None

    def _narrator(self, task_vars: dict[str, Any]) -> Narrator:
        """Return what tells the progress of the node group.

        Its name is the inventory's, in a column as wide as the longest one of the play. On
        localhost it is the Auto Scaling group that the module's arguments name.
        """
        host = str(task_vars.get("inventory_hostname", ""))
        names = task_vars.get("ansible_play_hosts_all", ())
        if host in C.LOCALHOST:
            host = str(self._task.args.get(GROUP_OPTION) or "")
            names = ()
        longest = max((len(name) for name in (host, *names)), default=0)
        found = Narrator(host, time.monotonic(), screen(longest), wants_json(task_vars))
        arguments = (self._task.args.get(name) for name in ("eks_nodegroup", GROUP_OPTION))
        found.alias = str(next(filter(None, arguments), ""))
        return found
