# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of botocore that share what describes the services.

botocore reads these descriptions from files for each session, and that of EC2 alone takes longer
than all that a short module does otherwise. amazon.aws makes a session for each client.
"""

from __future__ import annotations

import functools
from typing import Any

USUAL_SERVICES = ("autoscaling", "ec2", "eks", "service-quotas", "ssm", "sts")
"""Services that the modules ask for nearly every node group."""


def new_session(profile: str | None = None) -> Any:
    """Return a session of botocore.

    Raises botocore's exceptions, such as ProfileNotFound.
    """
    import botocore.session

    session = botocore.session.Session(profile=profile)
    loader = _shared_loader(session.get_config_variable("data_path"))
    session.register_component("data_loader", loader)
    return session


@functools.cache
def read_descriptions() -> None:
    """Read what describes USUAL_SERVICES, once for all forks of this process."""
    from botocore.exceptions import BotoCoreError

    try:
        session = new_session()
        for service in USUAL_SERVICES:
            session.create_client(
                service, "us-east-1", aws_access_key_id="none", aws_secret_access_key="none"
            )
    except BotoCoreError:  # told by whoever uses a session
        return


@functools.cache
def _shared_loader(path: str | None) -> Any:
    from botocore.loaders import create_loader

    return create_loader(path)
