# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell people of a rotation, from the control node."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from ansible.utils.display import Display

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.news import (
    NEWS_KINDS,
    about_run,
    news,
    worth_telling,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.receivers import (
    RECEIVERS,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.controller import (
    ControllerAction,
    Values,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.narrator import may_show
from ansible_collections.nodeops.rotator.plugins.plugin_utils.notify import (
    SENT,
    notify,
    text_of,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.notify_options import (
    reader,
    settings,
)


class ActionModule(ControllerAction):
    """Does all of the work of the module of the same name."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        "event": {"type": "str", "choices": list(NEWS_KINDS), "required": True},
        "receiver": {"type": "str", "choices": list(RECEIVERS)},
        "reason": {"type": "str", "default": ""},
        "whole_run": {"type": "bool", "default": False},
    }

    def act(self, options: Values, variables: Values) -> Values:
        """Send the notification; return its text and what became of it.

        The URL and the token are read from the variables here. So they are in no argument, and in
        no result.
        """
        host = variables["inventory_hostname"]
        of_host = variables["hostvars"][host]
        told = news(options["event"], host, of_host, time.time(), options["reason"])
        if options["whole_run"]:
            told = about_run(told)
        found, receiver = settings(reader(self._templar, variables)), options["receiver"]
        worth = options["whole_run"] or worth_telling(options["event"], of_host)
        text, outcome = text_of(found, told), ""
        if receiver and receiver not in found.receivers:
            outcome = f"rotation_notify_{receiver} does not say how to reach it"
        elif receiver and self._task.check_mode:
            outcome = "nothing is sent in check mode"
            if may_show(variables):
                Display().display(f"Not sent to {receiver} in check mode: {text}")
        elif receiver:
            outcome = notify(found, receiver, told)
        values = {"text": text, "news": told, "worth_telling": worth, "outcome": outcome}
        return {**values, "sent": outcome == SENT}
