# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image lookup joined to the module's connections."""

from __future__ import annotations

import datetime
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.request import Search
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import connect
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami.lookup import Lookup


def look_up(module: AnsibleAWSModule, search: Search) -> dict[str, Any]:
    """The result; its `warnings` are sentences for people. Kubernetes is connected to only if it is
    asked."""
    now = datetime.datetime.now(datetime.UTC)
    return Lookup(Aws(RawAws(module)), search, now, lambda: connect(module)).run()
