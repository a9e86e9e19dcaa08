# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check every file against its room's rules, and the rules by planted breaches."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.unit.floors import rules, shape

OURS = "ansible_collections.nodeops.rotator.plugins.module_utils"
UTILS = "plugins/module_utils"


def test_no_file_breaks_the_rules_of_its_room() -> None:
    found = [
        line
        for path in shape.files(".py")
        for line in rules.breaches(path, (shape.ROOT / path).read_text())
    ]
    assert not found, "\n".join(found)


def test_every_room_of_the_rules_has_files() -> None:
    folders = {room.folder for room in map(rules.room_of, shape.files(".py")) if room}
    assert {
        f"{UTILS}/core",
        f"{UTILS}/engine",
        f"{UTILS}/clients",
        f"{UTILS}/edge",
        f"{UTILS}/operations",
        "tests/simulation",
    } <= folders


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (f"{UTILS}/core/x.py", "import time"),
        (f"{UTILS}/core/x.py", "import os.path"),
        (f"{UTILS}/core/x.py", "from ansible.module_utils.basic import AnsibleModule"),
        (f"{UTILS}/core/x.py", "import yaml"),
        (f"{UTILS}/core/x.py", f"from {OURS}.engine import loop"),
        (f"{UTILS}/core/x.py", f"from {OURS} import engine"),
        (f"{UTILS}/core/x.py", f"import {OURS}.clients.aws"),
        (f"{UTILS}/core/x.py", "from . import errors"),
        (f"{UTILS}/core/x.py", "from ..engine import loop"),
        (f"{UTILS}/core/x.py", "def f():\n    import socket"),
        (f"{UTILS}/core/x.py", "import datetime\nx = datetime.datetime.now()"),
        (f"{UTILS}/core/x.py", "x = open('y')"),
        (f"{UTILS}/core/x.py", "x = __import__('time')"),
        (f"{UTILS}/core/x.py", "if typing.TYPE_CHECKING:\n    import botocore"),
        (f"{UTILS}/core/x.py", "assert True"),
        (f"{UTILS}/core/__init__.py", "x = 1"),
        (f"{UTILS}/engine/x.py", f"from {OURS}.clients.aws.client import Aws"),
        (f"{UTILS}/engine/x.py", f"from {OURS}.edge.aws import RawAws"),
        (f"{UTILS}/engine/x.py", "import botocore.exceptions"),
        (f"{UTILS}/engine/x.py", "import urllib.request"),
        (f"{UTILS}/engine/x.py", "import subprocess"),
        (f"{UTILS}/clients/x.py", "import botocore"),
        (f"{UTILS}/clients/x.py", "from botocore.session import Session"),
        (f"{UTILS}/clients/x.py", "from kubernetes import client"),
        (f"{UTILS}/clients/x.py", "from kubernetes.client import CoreV1Api"),
        (f"{UTILS}/clients/x.py", f"from {OURS}.engine.loop import run"),
        (f"{UTILS}/clients/x.py", f"from {OURS}.edge.kube import connect"),
        (f"{UTILS}/clients/x.py", "import time\ntime.sleep(1)"),
        (f"{UTILS}/clients/x.py", "done.wait(5)"),
        (f"{UTILS}/operations/x.py", f"from {OURS}.engine.loop import run"),
        (f"{UTILS}/operations/x.py", f"from {OURS}.edge.aws import RawAws"),
        (f"{UTILS}/operations/x.py", "import botocore.exceptions"),
        (f"{UTILS}/operations/x.py", "import urllib.request"),
        (f"{UTILS}/operations/x.py", "import time\ntime.sleep(1)"),
        (f"{UTILS}/operations/x.py", "done.wait(5)"),
        (f"{UTILS}/clients/x.py", f"from {OURS}.operations.ami.lookup import look_up"),
        (f"{UTILS}/core/x.py", f"from {OURS}.operations.ami.lookup import look_up"),
        (f"{UTILS}/engine/x.py", f"from {OURS}.operations.ami.lookup import look_up"),
        (f"{UTILS}/edge/x.py", "import time\ntime.sleep(1)"),
        (f"{UTILS}/edge/x.py", "import requests"),
        (f"{UTILS}/x.py", ""),
        ("plugins/modules/x.py", f"from {OURS}.engine.loop import run"),
        ("plugins/modules/x.py", f"from {OURS}.clients.aws.client import Aws"),
        ("plugins/modules/x.py", "import boto3"),
        (
            "plugins/modules/x.py",
            "from ansible_collections.amazon.aws.plugins.module_utils.modules import"
            " AnsibleAWSModule",
        ),
        ("plugins/modules/x.py", "from ansible.plugins.action import ActionBase"),
        ("plugins/action/x.py", f"from {OURS}.engine.loop import run"),
        ("plugins/callback/x.py", "import botocore"),
        ("plugins/lookup/x.py", ""),
        ("tests/simulation/aws/x.py", f"from {OURS}.core.commands import Cordon"),
        ("tests/simulation/aws/x.py", f"from {OURS}.clients.aws.client import Aws"),
        ("tests/simulation/aws/x.py", "from ....plugins.module_utils.core import commands"),
    ],
)
def test_a_planted_breach_is_found(path: str, source: str) -> None:
    assert rules.breaches(path, source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (
            f"{UTILS}/core/x.py",
            f"import dataclasses\nfrom {OURS}.core.errors import InputError\nfrom {OURS}.core"
            " import errors",
        ),
        (
            f"{UTILS}/engine/x.py",
            f"import time\nfrom {OURS}.core.errors import InputError\ninbox.wait(5)",
        ),
        (
            f"{UTILS}/clients/x.py",
            "from botocore.exceptions import ClientError\nfrom urllib3.exceptions import HTTPError",
        ),
        (f"{UTILS}/clients/x.py", "from kubernetes.client.exceptions import ApiException"),
        (
            f"{UTILS}/operations/x.py",
            f"from {OURS}.core.errors import InputError\nfrom {OURS}.clients.aws.client import Aws",
        ),
        (f"{UTILS}/edge/x.py", f"import botocore.config\nfrom {OURS}.engine.loop import run"),
        (
            "plugins/modules/x.py",
            f"from {OURS}.edge.aws import RawAws\nfrom {OURS}.core.errors import InputError",
        ),
        (
            "plugins/action/x.py",
            "import time\nfrom ansible.plugins.action import ActionBase\ntime.sleep(0.2)",
        ),
        ("tests/simulation/aws/x.py", f"import botocore\nfrom {OURS}.core.transport import Reply"),
        ("tests/integration/x.py", "import time\ntime.sleep(1)"),
    ],
)
def test_allowed_imports_and_calls_pass(path: str, source: str) -> None:
    assert rules.breaches(path, source) == []
