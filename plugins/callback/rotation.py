# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show a rotation to the person who runs it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rotation
type: stdout
short_description: Output of Ansible for people who rotate node groups
version_added: 0.1.0
description:
  - Shows the lines of running rotations, a line for each task that changed something, the messages
    of failed tasks, what P(ansible.builtin.debug#module) says, and the closing table. Tasks
    that have nothing to say are left out, and so is the recap if there is a closing table.
  - With C(-v) the output is that of P(ansible.builtin.default#callback). Only there
    O(display_ok_hosts), O(display_skipped_hosts), O(show_per_host_start) and O(check_mode_markers)
    act; without C(-v) the headings always tell check mode.
  - The recap is shown beside a closing table if O(show_custom_stats) is set and there are such
    statistics.
  - After Ctrl-C it also waits, for at most O(nodeops.rotator.asg_node_replace#module:stop_timeout),
    until the interrupted rotation has stopped, and shows how far it came and what to type to resume
    it. Without this callback, and after every other end, the next run shows that first.
author: nodeops.rotator contributors (@nodeops)
extends_documentation_fragment:
  - default_callback
  - result_format_callback
requirements:
  - set as C(stdout_callback) in the configuration of Ansible
"""

import time
from pathlib import Path
from typing import Any

from ansible import constants as C
from ansible.plugins.callback.default import CallbackModule as Default

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.lines import line
from ansible_collections.nodeops.rotator.plugins.plugin_utils.afterword import show_at_exit
from ansible_collections.nodeops.rotator.plugins.plugin_utils.narrator import screen

SPEAKING = frozenset(
    f"nodeops.rotator.{name}"
    for name in (
        *("asg_node_replace", "eks_nodegroup_replace", "karpenter_wait", "node_drain"),
        *("rotation_plan", "rotation_summary"),
    )
)
"""Modules that show lines of their own."""
TABLES = frozenset(("nodeops.rotator.rotation_plan", "nodeops.rotator.rotation_summary"))
"""Modules whose lines are the last word of a run."""
FAILING = frozenset(("fail", "ansible.builtin.fail", "ansible.legacy.fail"))
OUR_PLAYBOOKS = Path(__file__).resolve().parents[2] / "playbooks"
"""Those of this collection, whose plays are each for one kind of host."""
SAYING = frozenset(("debug", "ansible.builtin.debug", "ansible.legacy.debug"))


class CallbackModule(Default):  # type: ignore[misc]
    """Ansible's default output with -v; without it only what tells something."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "nodeops.rotator.rotation"

    def __init__(self) -> None:
        """Arrange for the closing words."""
        super().__init__()
        show_at_exit()
        self._longest = 0
        self._play_name = self._heading = ""
        self._table_shown = False

    @property
    def _brief(self) -> bool:
        return bool(self._display.verbosity == 0)

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Keep the name of the play.

        It is shown once, above the first line of its batches.
        """
        if not self._brief:
            super().v2_playbook_on_play_start(play)
            return
        self._play = play
        hosts = play.get_variable_manager()._inventory.get_hosts(play.hosts)
        self._longest = max((len(host.name) for host in hosts), default=0)
        name = play.get_name().strip()
        if name != self._play_name and hosts:
            checked = " (check mode)" if play.check_mode else ""
            self._heading = f"\n{name}{checked}"
        self._play_name = name

    def v2_playbook_on_no_hosts_matched(self) -> None:
        """Show nothing of a play of this collection: there is no host of its kind."""
        path = Path(self._play.get_path().rpartition(":")[0]) if self._brief else Path()
        if OUR_PLAYBOOKS not in path.resolve().parents:
            super().v2_playbook_on_no_hosts_matched()

    def v2_playbook_on_include(self, included_file: Any) -> None:
        """Show nothing."""
        if not self._brief:
            super().v2_playbook_on_include(included_file)

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Show the name of the play above the lines of a module, and nothing else."""
        if not self._brief:
            super().v2_playbook_on_task_start(task, is_conditional)
        elif task.resolved_action in SPEAKING:
            self._head()

    def v2_runner_on_ok(self, result: Any) -> None:
        """Show what a task has changed or says."""
        self._table_shown |= result.task.resolved_action in TABLES
        if not self._brief:
            super().v2_runner_on_ok(result)
            return
        self._handle_warnings_and_exception(result)
        if result.task.resolved_action in SAYING:
            self._say(result)
        elif result.result.get("changed") and result.task.resolved_action not in SPEAKING:
            self._show(result, "changed", _title(result.task), C.COLOR_CHANGED)

    def v2_runner_on_skipped(self, result: Any) -> None:
        """Show nothing."""
        if not self._brief:
            super().v2_runner_on_skipped(result)

    def v2_runner_item_on_skipped(self, result: Any) -> None:
        """Show nothing."""
        if not self._brief:
            super().v2_runner_item_on_skipped(result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        """Show nothing: the task as a whole is shown."""
        if not self._brief:
            super().v2_runner_item_on_ok(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Show the message alone; the whole result with -v."""
        message = result.result.get("msg")
        if self._brief and result.result.get("fails"):
            return  # a plan was judged, and is shown next
        crashed = "module_stderr" in result.result or "module_stdout" in result.result
        if not self._brief or not isinstance(message, str) or crashed:
            super().v2_runner_on_failed(result, ignore_errors)
            return
        result.result.pop("exception", None)  # it says the same with the file and line of the task
        self._handle_warnings_and_exception(result)
        ignored = " (ignored)" if ignore_errors else ""
        # A task that only fails has nothing to say but its message.
        alone = result.task.resolved_action in FAILING and not ignored
        text = message if alone else f"{_title(result.task)}{ignored}: {message}"
        if self.get_option("show_task_path_on_failure"):
            self._print_task_path(result.task)
        self._show(result, "failed", text, C.COLOR_SKIP if ignore_errors else C.COLOR_ERROR)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Show the recap, unless the closing table was the last word."""
        more = self.get_option("show_custom_stats") and stats.custom
        if not self._brief or not self._table_shown or more:
            super().v2_playbook_on_stats(stats)

    def _head(self) -> None:
        if self._heading:
            self._display.display(self._heading, color=C.COLOR_HIGHLIGHT)
        self._heading = ""

    def _show(self, result: Any, phase: str, text: str, color: str) -> None:
        self._head()
        event = {"at": time.time(), "phase": phase, "text": text}
        name = result.host.get_name()
        stderr = phase == "failed" and bool(self.get_option("display_failed_stderr"))
        shown = line(name, event, screen(self._longest))
        self._display.display(shown, color=color, stderr=stderr)

    def _say(self, result: Any) -> None:
        """Show what a debug task says.

        Lines are shown as they are, other values as Ansible shows them.
        """
        said = result.result.get("msg")
        if isinstance(said, list):
            self._head()
            self._display.display("\n".join(["", *map(str, said), ""]))
        elif isinstance(said, str):
            self._show(result, "says", said, C.COLOR_DEBUG)
        else:
            super().v2_runner_on_ok(result)


def _title(task: Any) -> str:
    """Return the name of a task without that of its role."""
    return str(task.get_name()).rpartition(" : ")[2].strip()
