# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve the World's own API at WORLD_URL: what it saw, and what is to go wrong.

Tests and the demo use it. It is never judged and never counted. GET /report answers breaches,
calls, figures and state; GET /figures every sample. The others are POST with a JSON object: /fault,
/death, /behavior, /deny, /rules, /kill, /restart. What cannot be understood is 400 with one line of
why.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from werkzeug.wrappers import Request, Response

from ansible_collections.nodeops.rotator.tests.simulation.gate import Call, Death, Fault
from ansible_collections.nodeops.rotator.tests.simulation.world import World

Given = Mapping[str, Any]


class Control:
    """A WSGI application on one world.

    Each request is answered under `lock`, between two calls of `advance`.
    """

    def __init__(
        self,
        world: World,
        lock: AbstractContextManager[Any],
        advance: Callable[[], None],
        identities: Given,
    ) -> None:
        self._world, self._lock, self._advance, self._identities = world, lock, advance, identities
        self._reads: dict[str, Callable[[], Any]] = {
            "/report": self.report,
            "/figures": self.figures,
        }
        self._acts: dict[str, Callable[[Given], None]] = {
            "/fault": self.fault,
            "/death": self.death,
            "/behavior": self.behavior,
            "/deny": self.deny,
            "/rules": self.rules,
            "/kill": self.kill,
            "/restart": self.restart,
        }

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        with self._lock:
            self._advance()
            status, answer = self._answer(request)
            self._advance()
        return Response(json.dumps(answer), status, content_type="application/json")(
            environ, start_response
        )

    def _answer(self, request: Request) -> tuple[int, Any]:
        try:
            if request.method == "GET" and request.path in self._reads:
                return 200, self._reads[request.path]()
            if request.method == "POST" and request.path in self._acts:
                self._acts[request.path](json.loads(request.get_data() or b"{}"))
                return 200, {}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return 400, {"error": f"{request.path}: {error}"}
        return 404, {"error": f"GET {', '.join(self._reads)}; POST {', '.join(self._acts)}"}

    def report(self) -> dict[str, Any]:
        """Return breaches, calls by name, extremes, facts, identities, groups and Leases."""
        world = self._world
        return {
            "breaches": [dataclasses.asdict(breach) for breach in world.judge.breaches],
            "calls": dict(world.gate.calls),
            "figures": world.figures.report(),
            "facts": world.facts,
            "identities": self._identities,
            "groups": {name: self._group(name) for name in world.account.groups},
            "leases": {
                lease["metadata"]["name"]: holder
                for lease in world.cluster.objects("leases", "kube-system")
                if (holder := lease["spec"].get("holderIdentity"))
            },
            "records": {
                lease["metadata"]["name"]: lease["metadata"].get("annotations", {})
                for lease in world.cluster.objects("leases", "kube-system")
            },
            "deaths": [{"dead": one.dead, "writes": one.writes} for one in world.gate.deaths],
            "seconds": world.kernel.now,
        }

    def _group(self, name: str) -> dict[str, Any]:
        group, instances = self._world.account.groups[name], self._world.account.instances
        return {
            "desired": group.desired,
            "max": group.maximum,
            "images": [instances[member.instance_id].image_id for member in group.counted()],
            "suspended": sorted(group.suspended),
            "protected": sum(member.protected for member in group.counted()),
            "tags": {key: tag.value for key, tag in group.tags.items()},
        }

    def figures(self) -> list[dict[str, Any]]:
        """Return every sample, oldest first."""
        return [dataclasses.asdict(sample) for sample in self._world.figures.samples]

    def fault(self, given: Given) -> None:
        """Plan a fault with the fields of gate.Fault.

        `where`: parameters and their values; `seconds`: how long from now it lasts.
        """
        fields, now = dict(given), self._world.kernel.now
        if "where" in fields:
            fields["where"] = functools.partial(_is_about, fields["where"])
        if "seconds" in fields:
            fields["until"] = now + float(fields.pop("seconds"))
        self._world.gate.faults.append(Fault(**fields))

    def death(self, given: Given) -> None:
        """Let the identity `who` die, with the other fields of gate.Death."""
        fields = dict(given)
        name = fields.pop("who")
        names = (name, self._identities[name]["AWS_ACCESS_KEY_ID"])
        self._world.gate.deaths.append(Death(names, **fields))

    def behavior(self, given: Given) -> None:
        """Change fields of both behaviors.

        For example {"aws": {...}, "kube": {...}, "after": seconds}.
        """
        fields = dict(given)
        self._world.behave(float(fields.pop("after", 0.0)), **fields)

    def deny(self, given: Given) -> None:
        """Forbid operations from now on.

        `aws`: globs of "service:Operation". `kubernetes`: globs of "verb resource". `actor`: to
        whom (access key id or user), a glob.
        """
        actor = given.get("actor", "*")
        self._world.account.denied.extend((actor, name) for name in given.get("aws", ()))
        self._world.cluster.denied.extend((actor, name) for name in given.get("kubernetes", ()))

    def rules(self, given: Given) -> None:
        """Fields of judge.Rules for `group`."""
        fields = dict(given)
        rules = self._world.judge.rules
        group = fields.pop("group")
        rules[group] = dataclasses.replace(rules[group], **fields)

    def kill(self, given: Given) -> None:
        """`instance`: it ends now, as a spot instance does."""
        self._world.account.fleet.terminate(self._world.account.instances[given["instance"]])

    def restart(self, given: Given) -> None:
        """Restart the API server: watches end, and old resource versions are 410."""
        self._world.cluster.restart_api()


def _is_about(wanted: Given, call: Call) -> bool:
    return all(call.params.get(name) == value for name, value in wanted.items())
