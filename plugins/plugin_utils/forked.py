# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module in a fork of Ansible's worker, where that changes nothing.

Ansible packs a module with all that it imports and starts an interpreter, which compiles and
imports it anew: for ours ten times the processor time of their work. On the control node, with
the interpreter of Ansible itself, that gains nothing. So the main process imports the module
once, with the action plugin, and each task runs it in a fork.

A task with anything out of the ordinary is left to Ansible, and so are all of a host for which
FORK_VARIABLE is false. Elsewhere than on Linux all are: a fork that uses the network is not safe
there.
"""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import gc
import importlib
import json
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, NoReturn

from ansible import constants as C
from ansible.module_utils import _internal, basic
from ansible.module_utils.common.json import Direction, get_module_encoder
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible.vars.clean import remove_internal_keys

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.sessions import (
    read_descriptions,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.interrupts import keep_interrupts

keep_interrupts()  # Ansible imports an action plugin in its main process, before any worker
FORK_VARIABLE = "rotation_fork"
PROFILE = "legacy"
"""How options and results are written between Ansible and a module that does not say."""
MODULES = "ansible_collections.nodeops.rotator.plugins.modules"
LIBRARIES = (
    "boto3",
    "kubernetes.client",
    "kubernetes.config",
    "ansible_collections.kubernetes.core.plugins.module_utils.k8s.client",
)
"""What our modules import when they need it."""
OUR_PREFIX = "NODEOPS_ROTATOR_"
"""How the variables begin by which our action plugins tell our modules something. Nothing reads
them as it is imported."""
Main = Callable[[], None]
"""The function of a module that does its work, prints its result and exits."""


def main_of(name: str) -> Main | None:
    """Import a module of ours; return its `main`, None where it has to be packed."""
    if sys.platform != "linux":
        return None
    try:
        module = importlib.import_module(f"{MODULES}.{name}")
        for library in LIBRARIES:
            importlib.import_module(library)
        read_descriptions()
        gc.freeze()  # or else the garbage collector looks through all of it in each worker
    except (ImportError, SystemExit):  # told when the module runs in the usual way
        return None
    found: Main = module.main
    return found


class ForkedModule(ActionBase):
    """Runs `main` in place of the packed module.

    To be inherited before Ansible's own classes.
    """

    main: Main | None = None
    """What main_of has found."""
    calm: AbstractContextManager[Any] = contextlib.nullcontext()
    """Entered for the moment of the fork: no thread of the worker holds a lock meanwhile."""

    def _execute_module(
        self, *given: Any, task_vars: dict[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        """See ActionBase."""
        main = type(self).main
        if main is None or given or any(more.values()) or not self._may_fork(task_vars or {}):
            usual: dict[str, Any] = super()._execute_module(*given, task_vars=task_vars, **more)
            return usual
        file = main.__code__.co_filename
        Display().vvv(f"Using module file {file} in a fork; {FORK_VARIABLE}: false has it packed")
        with tempfile.TemporaryDirectory(dir=C.DEFAULT_LOCAL_TMP) as folder:
            options = self._options(folder, task_vars or {})
            start = Start(main, options, self._environment(), self._loader.get_basedir())
            answer = run_forked(start, self.calm)
        result: dict[str, Any] = self._parse_returned_data(answer, PROFILE)
        remove_internal_keys(result)
        return result

    def _options(self, folder: str, task_vars: dict[str, Any]) -> bytes:
        """Return the module's options, with Ansible's own, as a packed module has them.

        `folder`: for its temporary files.
        """
        options = dict(self._task.args)
        self._update_module_args(self._task.action, options, task_vars)
        options["_ansible_tmpdir"] = folder
        encoder = get_module_encoder(PROFILE, Direction.CONTROLLER_TO_MODULE)
        return json.dumps({"ANSIBLE_MODULE_ARGS": options}, cls=encoder).encode()

    def _may_fork(self, task_vars: dict[str, Any]) -> bool:
        """Return whether the module would run in this very environment anyway."""
        task, connection = self._task, self._connection
        unusual = (
            task.async_val
            or task.delegate_to
            or connection.transport != "local"
            or connection.become is not None
            or C.DEFAULT_KEEP_REMOTE_FILES
            or any(not name.startswith(OUR_PREFIX) for name in self._environment())
        )
        usual = self._interpreter(task_vars) == sys.executable
        return usual and not unusual and self._is_on(task_vars)

    def _environment(self) -> dict[str, str]:
        """Return the variables that the task sets."""
        found: dict[str, Any] = {}
        self._compute_environment_string(found)
        return {name: str(value) for name, value in found.items()}

    def _is_on(self, task_vars: dict[str, Any]) -> bool:
        return bool(
            boolean(self._templar.template(task_vars.get(FORK_VARIABLE, True)), strict=False)
        )

    def _interpreter(self, task_vars: dict[str, Any]) -> str:
        setting = C.config.get_config_value("INTERPRETER_PYTHON", variables=task_vars)
        return str(self._templar.template(setting))


@dataclasses.dataclass(frozen=True)
class Start:
    """How a module starts.

    `options`: as a packed module has them. `environment`: what is added to the present one.
    `folder`: where it runs.
    """

    main: Main
    options: bytes
    environment: Mapping[str, str]
    folder: str


def run_forked(
    start: Start, calm: AbstractContextManager[Any] = ForkedModule.calm
) -> dict[str, Any]:
    """Run a module in a fork; return its status, output and errors.

    If the caller is interrupted, the process is ended. `calm`: see ForkedModule.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        with calm:
            child = os.fork()
            if child == 0:
                _become_module(start, (output.fileno(), errors.fileno()))
        status = _status_of(child)
        output.seek(0)
        errors.seek(0)
        told = [file.read().decode(errors="replace") for file in (output, errors)]
    return {"rc": status, "stdout": told[0], "stderr": told[1]}


def _status_of(child: int) -> int:
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except BaseException:  # such as the end of the task's timeout
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        raise


def _become_module(start: Start, files: tuple[int, int]) -> NoReturn:
    """Be as a process that was started for the module, and end as one."""
    status = 1
    try:
        _leave_worker(files)
        os.environ.update(start.environment)
        os.chdir(start.folder)
        basic._ANSIBLE_ARGS, basic._ANSIBLE_PROFILE = start.options, PROFILE
        status = _status_of_main(start.main)
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _leave_worker(files: tuple[int, int]) -> None:
    """Give up what the process has from the worker.

    That is files, signal handlers, what it does at its end and how it warns.
    """
    atexit._clear()
    gc.freeze()  # what is there already is nothing that it could free
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    for standard, file in enumerate((os.open(os.devnull, os.O_RDONLY), *files)):
        os.dup2(file, standard)
    sys.stdin = os.fdopen(0, encoding="utf-8")
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8") for number in (1, 2))
    _internal.is_controller = False  # warnings go into the result


def _status_of_main(main: Main) -> int:
    """Run the function; an exception becomes a failure that names it."""
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception as error:
        failure = {"msg": f"Module failed: {error}", "exception": traceback.format_exc()}
        print(json.dumps({"failed": True, **failure}))
        return 1
    return 0
