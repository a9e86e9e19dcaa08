# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let processes that are forked from this one make clients of AWS at once.

The fork server imports this last (warm.py). botocore reads a description of each service, which for
EC2 alone takes longer than all that a module does otherwise, above all since the garbage collector
looks through what was imported again and again meanwhile.
"""

from __future__ import annotations

import functools
import gc
from typing import Any

import botocore.session
from botocore.loaders import JSONFileLoader

SERVICES = ("autoscaling", "ec2", "eks", "s3", "ssm", "sts")
"""Services that the modules ask."""
_read = functools.cache(JSONFileLoader().load_file)


def _load_file(_loader: Any, path: str) -> Any:
    """Return the content of a file that does not change; read it once."""
    return _read(path)


JSONFileLoader.load_file = _load_file
for _name in SERVICES:
    botocore.session.Session().create_client(
        _name, "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
gc.collect()
gc.freeze()
