# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell when an AMI is released. A single file: ansible-rulebook loads it by itself."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

DOCUMENTATION = r"""
---
short_description: Tell when an AMI is released
description:
  - Reads SSM parameters that name an AMI, and emits an event for each one whose AMI is another than
    the last that was told. An AMI is told once, also after a restart if O(state_file) is given.
  - With O(queue_url) it looks as soon as a message arrives there. The parameters are still read at
    each O(interval), since EventBridge delivers such events on a best effort basis.
  - While the parameters cannot be read it goes on trying, and says so in the log and, after
    O(unread_after) times in a row, by one event.
  - Credentials are those of the environment or of O(profile). It needs C(ssm:GetParameters), and
    with O(queue_url) C(sqs:ReceiveMessage) and C(sqs:DeleteMessage).
options:
  parameters:
    description:
      - Names of SSM parameters, public ones of AWS or your own. Their value is the ID of an AMI, or
        JSON with C(image_id).
    type: list
    elements: str
    required: true
  region:
    description: AWS region. By default that of the environment or of O(profile).
    type: str
  interval:
    description: Seconds between two looks.
    type: int
    default: 300
  queue_url:
    description:
      - SQS queue that gets C(Parameter Store Change) from EventBridge. Messages are deleted once
        the parameters have been read and told.
    type: str
  state_file:
    description: File that remembers what was told, with mode 0600. Without it memory does.
    type: str
  announce_current:
    description:
      - Whether the AMI that is current at the first look is told too. A rotation to an AMI that all
        nodes run does nothing, so that this is safe, and no release is missed.
    type: bool
    default: true
  unread_after:
    description: After how many looks in a row that failed this is told by an event.
    type: int
    default: 3
  profile:
    description: Profile of the AWS configuration.
    type: str
  endpoint_url:
    description: URL to use instead of those of AWS.
    type: str
"""

EXAMPLES = r"""
- name: Rotate when an AMI is released
  hosts: all
  sources:
    - nodeops.rotator.ami_release:
        region: eu-west-1
        parameters:
          - /aws/service/bottlerocket/aws-k8s-1.34/x86_64/latest/image_id
        state_file: /var/lib/rulebook/ami-release.json
  rules:
    - name: Start the rotation
      condition: event.image_id is defined
      action:
        run_playbook:
          name: nodeops.rotator.rotate_fleet
"""

LOG = logging.getLogger(__name__)
BATCH = 10
"""Parameters that GetParameters takes at most."""
WAIT = 20
"""Seconds that one ReceiveMessage waits at most (SQS, long polling)."""
KNOWN = frozenset(
    (
        *("parameters", "region", "interval", "queue_url", "state_file", "announce_current"),
        *("unread_after", "profile", "endpoint_url"),
    )
)
Event = dict[str, Any]


class Releases:
    """What was told of each parameter, and how it is read."""

    def __init__(self, ssm: Any, options: Mapping[str, Any]) -> None:
        """Read by the client `ssm`. Raises ValueError for options that are wrong."""
        names = options.get("parameters")
        if (
            not isinstance(names, list)
            or not names
            or not all(isinstance(one, str) for one in names)
        ):
            raise ValueError("parameters has to be a list of names of SSM parameters")
        if unknown := sorted(set(options) - KNOWN):
            raise ValueError(f"unknown option {unknown[0]}; there are {', '.join(sorted(KNOWN))}")
        self._ssm, self._names = ssm, list(dict.fromkeys(names))
        self._region = str(ssm.meta.region_name)
        self._path = Path(options["state_file"]) if options.get("state_file") else None
        self._current = bool(options.get("announce_current", True))
        self.told: dict[str, str] = _read(self._path)

    def look(self) -> list[Event]:
        """Return an event for each AMI that has not been told. Raises the errors of boto3."""
        found = []
        for first in range(0, len(self._names), BATCH):
            answer = self._ssm.get_parameters(Names=self._names[first : first + BATCH])
            if invalid := answer.get("InvalidParameters"):
                raise ValueError(f"There is no SSM parameter {invalid[0]} in {self._region}")
            found += [event for one in answer["Parameters"] if (event := self._event(one))]
        return found

    def _event(self, parameter: Mapping[str, Any]) -> Event | None:
        name, image = parameter["Name"], image_of(parameter["Value"])
        if not image:
            raise ValueError(f"The SSM parameter {name} names no AMI: {parameter['Value'][:40]!r}")
        before = self.told.get(self._key(name))
        if before is None and not self._current:
            self.remember(name, image)
            return None
        if before == image:
            return None
        changed = parameter.get("LastModifiedDate")
        return {
            "image_id": image,
            "previous": before or "",
            "parameter": name,
            "region": self._region,
            "released": changed.isoformat() if changed else "",
        }

    def _key(self, name: str) -> str:
        return f"{self._region}:{name}"

    def remember(self, name: str, image: str) -> None:
        """Note that this AMI was told, in the file too."""
        self.told[self._key(name)] = image
        if self._path is not None:
            _write(self._path, self.told)


def image_of(value: str) -> str:
    """Return the ID of the AMI that a parameter names, "" if it names none."""
    if value.startswith("{"):
        try:
            value = str(json.loads(value).get("image_id", ""))
        except ValueError:
            return ""
    return value if value.startswith("ami-") else ""


def _read(path: Path | None) -> dict[str, str]:
    if path is None or not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no state of this plugin. Remove it to begin anew") from error
    return {str(key): str(value) for key, value in found.items()}


def _write(path: Path, told: Mapping[str, str]) -> None:
    """Replace the file at once, so that a crash leaves the old or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(told, file)
    os.replace(name, path)


class Inbox:
    """The queue of EventBridge's messages, which ask for a look."""

    def __init__(self, sqs: Any, url: str) -> None:
        self._sqs, self._url = sqs, url
        self._open: list[str] = []

    def wait(self, seconds: float) -> bool:
        """Wait for messages, for so long at most; return whether there are any."""
        wait = max(0, min(WAIT, int(seconds)))
        answer = self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=wait
        )
        self._open += [one["ReceiptHandle"] for one in answer.get("Messages", [])]
        return bool(self._open)

    def settle(self) -> None:
        """Delete what was answered."""
        while self._open:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=self._open.pop())


class Watch:
    """Looks again and again, and puts what it sees into the queue of ansible-rulebook."""

    def __init__(
        self,
        put: Callable[[Event], Any],
        releases: Releases,
        inbox: Inbox | None,
        options: Mapping[str, Any],
    ) -> None:
        self._put, self._releases, self._inbox = put, releases, inbox
        self._interval = float(options.get("interval", 300))
        self._unread_after = int(options.get("unread_after", 3))
        self._failed = 0

    async def look(self) -> None:
        """Look once; tell what is new, or that it cannot be read."""
        try:
            events = await asyncio.to_thread(self._releases.look)
        except (BotoCoreError, ClientError, ValueError) as error:
            await self._unread(error)
            return
        self._failed = 0
        for event in events:
            await self._put(event)
            self._releases.remember(event["parameter"], event["image_id"])
        if self._inbox is not None:
            await asyncio.to_thread(self._inbox.settle)

    async def _unread(self, error: Exception) -> None:
        self._failed += 1
        LOG.error("The AMI releases cannot be read: %s", error)
        if self._failed == self._unread_after:
            await self._put({"unread": str(error), "times": self._failed})

    async def pause(self) -> None:
        """Wait until the next look is due, or somebody asks for it."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._interval
        while (left := until - loop.time()) > 0:
            if self._inbox is None:
                await asyncio.sleep(left)
                continue
            try:
                if await asyncio.to_thread(self._inbox.wait, left):
                    return
            except (BotoCoreError, ClientError) as error:
                LOG.error("The queue cannot be read: %s", error)
                await asyncio.sleep(min(left, WAIT))


async def main(queue: asyncio.Queue[Event], args: dict[str, Any]) -> None:
    """Emit events for ever. Raises ValueError for options that are wrong."""
    given = {name: args[name] for name in args if not name.startswith("_")}
    session = boto3.Session(profile_name=given.get("profile"), region_name=given.get("region"))
    settings = {
        "endpoint_url": given.get("endpoint_url"),
        "config": Config(retries={"mode": "standard", "max_attempts": 5}),
    }
    releases = Releases(session.client("ssm", **settings), given)
    url = given.get("queue_url")
    inbox = Inbox(session.client("sqs", **settings), url) if url else None
    watch = Watch(queue.put, releases, inbox, given)
    while True:
        await watch.look()
        await watch.pause()
