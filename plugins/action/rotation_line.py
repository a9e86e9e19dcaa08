# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the node groups of a fleet in line, and say where the line is."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ansible import constants as C
from ansible.utils.display import Display

from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet import (
    pins,
    rings,
    standing,
    table,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.line import (
    Batch,
    LinePlace,
    line,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.rings import Ring
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.standing import Standing
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.summary import summarize
from ansible_collections.nodeops.rotator.plugins.plugin_utils import line_states
from ansible_collections.nodeops.rotator.plugins.plugin_utils.controller import (
    ControllerAction,
    Values,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.narrator import may_show


@dataclasses.dataclass(frozen=True)
class Line:
    """One line, and what is known of its node groups."""

    rings: tuple[Ring, ...]
    members: Mapping[str, LinePlace]
    batches: tuple[Batch, ...]
    states: Mapping[str, Standing]
    hostvars: Mapping[str, Any]
    plan: bool
    following: str = ""

    def of(self, ring: str) -> list[Standing]:
        """Return the states of the node groups of a ring, in their order."""
        return [self.states.get(host, Standing()) for host in standing.hosts_of(self.batches, ring)]

    def ring(self, name: str) -> Ring:
        """Return a ring by its name."""
        return next(ring for ring in self.rings if ring.name == name)


class ActionModule(ControllerAction):
    """Does all of the work of the module of the same name, on the control node."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        "hosts": {"type": "list", "elements": "str", "required": True},
        "rings": {"type": "list", "elements": "raw", "required": True},
        "only": {"type": "list", "elements": "str"},
        "pins": {"type": "dict"},
        "members": {"type": "dict"},
        "known": {"type": "dict"},
        "halted": {"type": "str", "default": ""},
        "show": {"type": "bool", "default": False},
    }

    def act(self, options: Values, variables: Values) -> Values:
        """Return the line, and where it is at the host of the task."""
        values = _values(options, variables, self._task.check_mode)
        if options["show"] and may_show(variables):
            Display().display("\n".join(["", *values["table"], ""]))
        return values


def _values(options: Values, variables: Values, check_mode: bool) -> Values:
    found = _line(options, variables, check_mode)
    here = variables["inventory_hostname"]
    order = [host for batch in found.batches for host in batch.hosts]
    number = next((i for i, one in enumerate(found.batches) if here in one.hosts), None)
    return {
        "order": order,
        "serial": [len(batch.hosts) for batch in found.batches],
        "rings": _counted(found),
        "lost": [host for host in order if found.states.get(host, Standing()).lost],
        "pins": _pins(options, found, number),
        "states": line_states.as_values(found.states),
        "members": {host: _home(one) for host, one in found.members.items()},
        "table": table.table(_entries(found, order), found.plan)
        if options["show"] and options["known"] is not None
        else _listed(found),
        **({} if number is None else _place(found, number, options["halted"])),
    }


def _line(options: Values, variables: Values, check_mode: bool) -> Line:
    every = rings.from_options(options["rings"])
    chosen = rings.only(every, options["only"] or ())
    members = _members(options, every, variables)
    names = {ring.name for ring in chosen}
    line(members, every, len(members))  # what is wrong in any ring is told
    taken = [one for one in members if one.ring in names]
    batches = line(taken, chosen, int(variables.get("ansible_forks") or C.DEFAULT_FORKS))
    here = variables["inventory_hostname"]
    batch = next((one.hosts for one in batches if here in one.hosts), ())
    states = line_states.states(options["known"] or {}, batch, variables["hostvars"])
    homes = {one.host: one for one in members}
    plan = check_mode or bool(variables.get("rotation_plan"))
    later = rings.following(every, chosen)
    return Line(chosen, homes, batches, states, variables["hostvars"], plan, later)


def _members(options: Values, every: Sequence[Ring], variables: Values) -> list[LinePlace]:
    """Return the node groups, those of an earlier call if they are given.

    To read the variables of all hosts takes long in a large fleet.
    """
    if options["members"]:
        known = options["members"]
        return [LinePlace(host, **known[host]) for host in options["hosts"]]
    line_states.check_policies(every)
    return line_states.members(options["hosts"], every, variables)


def _home(member: LinePlace) -> Values:
    return {"cluster": member.cluster, "ring": member.ring}


def _counted(found: Line) -> list[Values]:
    """Return the rings with node groups, and how many there are."""
    counted = []
    for ring in found.rings:
        hosts = standing.hosts_of(found.batches, ring.name)
        if hosts:
            clusters = len({found.members[host].cluster for host in hosts})
            batches = sum(batch.ring == ring.name for batch in found.batches)
            sizes = {"clusters": clusters, "node_groups": len(hosts), "batches": batches}
            counted.append({"name": ring.name, **sizes})
    return counted


def _place(found: Line, number: int, halted: str) -> Values:
    """Return where the line is at a batch."""
    batch = found.batches[number]
    ring, before = found.ring(batch.ring), found.batches[number - 1] if number else None
    begins = before is None or before.ring != batch.ring
    opens_in, window = line_states.opens_in(ring, found.hostvars[batch.hosts[0]])
    last = found.ring(before.ring) if before is not None and begins else None
    return {
        "ring": dataclasses.asdict(ring),
        "begins": begins,
        "ends": number == len(found.batches) - 1,
        "gate": last.gate if last else "",
        "soak_left": standing.soak_left(last, found.of(last.name), time.time()) if last else 0.0,
        "opens_in": opens_in if begins else 0.0,
        "window": window,
        "not_yet": _not_yet(found, last) if last else "",
        "stop": halted or standing.stop(ring, found.of(ring.name)),
        "next_ring": found.following,
        "passed_over": _passed_over(found, batch),
    }


def _not_yet(found: Line, ring: Ring) -> str:
    """Return why nothing may follow a ring yet. A plan leaves everything as it is."""
    hosts = standing.hosts_of(found.batches, ring.name)
    return "" if found.plan else standing.unfinished(ring, hosts, found.of(ring.name))


def _passed_over(found: Line, batch: Batch) -> list[str]:
    clusters = {found.members[host].cluster for host, one in found.states.items() if one.failed}
    return [host for host in batch.hosts if found.members[host].cluster in clusters]


def _pins(options: Values, found: Line, number: int | None) -> dict[str, str]:
    batch = found.batches[number].hosts if number is not None else ()
    looked_up = [found.hostvars[host].get("_prepare_ami") or {} for host in batch]
    return pins.pins(options["pins"] or {}, looked_up)


def _entries(found: Line, order: Sequence[str]) -> list[table.FleetRow]:
    return [
        table.FleetRow(
            found.members[host].ring,
            found.members[host].cluster,
            host,
            found.states.get(host, Standing()),
            summarize(host, found.hostvars[host], found.plan),
        )
        for host in order
    ]


def _listed(found: Line) -> list[str]:
    """Return the line itself, one line of text for each ring."""
    return [
        f"Ring {one['name']}: {one['clusters']} clusters, {one['node_groups']} node groups in"
        f" {one['batches']} batches"
        for one in _counted(found)
    ]
