# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run modules and worlds in processes that need not import everything anew.

A fork server has imported the libraries and read botocore's descriptions of the services (ready.py)
and does nothing else. Each process is forked from it, so that it knows nothing of the tests, nor of
what ran before. That saves some two seconds of processor time each.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
import tempfile
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from ansible.module_utils.testing import patch_module_args
from botocore import credentials, tokens
from kubernetes import config
from kubernetes.config import kube_config

from ansible_collections.nodeops.rotator.tests.simulation import serve

COLLECTION = "ansible_collections.nodeops.rotator"
EDGES = ("carriers", "images", "kops_images", "managed", "pause", "rotation", "status", "templates")
"""What the modules import, with all that these import."""
WARM = multiprocessing.get_context("forkserver")
WARM.set_forkserver_preload(
    [
        "ansible_collections.amazon.aws.plugins.module_utils.modules",
        "ansible_collections.kubernetes.core.plugins.module_utils.k8s.client",
        "boto3",
        *(f"{COLLECTION}.plugins.module_utils.edge.{name}" for name in EDGES),
        f"{COLLECTION}.tests.simulation.kops.program",
        f"{COLLECTION}.tests.integration.warm",
        f"{COLLECTION}.tests.integration.ready",  # last
    ]
)
NONE: Mapping[str, float] = types.MappingProxyType({})
HANGS = 600.0
"""Seconds after which a module surely hangs, however busy the machine is."""
Environment = Mapping[str, str]


def start(act: Callable[..., None], *given: Any, env: Environment, output: Path) -> BaseProcess:
    """Start `act` in a process of its own, with this environment.

    What it prints goes into the file `output`, and its errors into a second one, `<output>.err`.
    """
    process = WARM.Process(target=_become, args=(dict(env), str(output), act, given), daemon=True)
    process.start()
    return process


def printed_by_module(
    name: str,
    options: Mapping[str, Any],
    env: Environment,
    constants: Mapping[str, float] = NONE,
) -> str:
    """Run a module by its full name, as Ansible starts it; return what it prints.

    `constants`: limits in seconds of the product, by name, that are shorter this time.
    """
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "output"
        given = (name, dict(options), dict(constants))
        process = start(_module, *given, env=env, output=output)
        process.join(HANGS)
        if process.is_alive():
            process.kill()
            raise AssertionError(f"{name} hangs")
        text, errors = output.read_text(), Path(f"{output}.err").read_text()
    assert text.strip().startswith("{"), text + errors
    return text


def _become(
    env: dict[str, str], output: str, act: Callable[..., None], given: tuple[Any, ...]
) -> None:
    take_on(env)
    for number, name in ((1, output), (2, f"{output}.err")):
        with open(name, "wb") as file:
            os.dup2(file.fileno(), number)
    with standard_files():
        act(*given)


@contextmanager
def standard_files() -> Iterator[None]:
    """Let the standard streams of Python be what the files 0, 1 and 2 are now."""
    with (
        open(0, encoding="utf-8", closefd=False) as sys.stdin,
        open(1, "w", encoding="utf-8", closefd=False) as sys.stdout,
        open(2, "w", encoding="utf-8", closefd=False) as sys.stderr,
    ):
        yield


def take_on(env: Mapping[str, str]) -> None:
    """Give this process another environment.

    What the libraries took from the old one on their import is corrected.
    """
    os.environ.clear()
    os.environ.update(env)
    where = os.environ.get("KUBECONFIG", "~/.kube/config")
    config.KUBE_CONFIG_DEFAULT_LOCATION = kube_config.KUBE_CONFIG_DEFAULT_LOCATION = where
    sso = os.path.expanduser("~/.aws/sso/cache")
    credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = sso
    tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR = sso
    tempfile.tempdir = None


def _module(name: str, options: dict[str, Any], constants: dict[str, float]) -> None:
    collection, _dot, short = name.rpartition(".")
    module = importlib.import_module(f"ansible_collections.{collection}.plugins.modules.{short}")
    for loaded in [one for path, one in sys.modules.items() if path.startswith(COLLECTION)]:
        for constant, value in constants.items():
            if hasattr(loaded, constant):
                setattr(loaded, constant, value)
    with patch_module_args(options):
        module.main()


def world(*options: str) -> None:
    """Serve a world, with options of simulation.serve."""
    sys.argv = ["serve", *options]
    serve.main()
