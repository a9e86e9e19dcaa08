# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Point every template of the group back after a failed canary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import PointBack
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    KOPS_GROUP_TAG,
    Actor,
    kind_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)

GIVEN_UP = 5
"""How often pointing back may fail before it is left to the next run."""


def previous_source(ctx: RotationContext, way: Target | None = None) -> tuple[str, str]:
    """Return template and version that most outdated instances were launched from.

    `way`: of which template, by default that of the whole group. ("", "") if that is another
    template or the target itself.
    """
    target = (way or ctx.target).source
    sources = Counter(
        member.instance.source
        for member in ctx.situation.outdated
        if member.instance.source != target and _like(member.instance.source, target)
    )
    return sources.most_common(1)[0][0] if sources else ("", "")


def previous_others(
    ctx: RotationContext, handed: Iterable[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """Return the same of the templates that overrides name, as far as it is known.

    `handed`: what the update of the templates has recorded.
    """
    known = dict(handed)
    found = (
        (way.template, known[way.template]) if way.template in known else previous_source(ctx, way)
        for way in ctx.target.others
    )
    return tuple(one for one in found if one[0])


def _like(source: tuple[str, str], target: tuple[str, str]) -> bool:
    """Return whether both are versions of one template, or launch configurations."""
    if not source[1] or not target[1]:
        return bool(source[0]) and not source[1] and not target[1]
    return source[0] == target[0]


def owe(ctx: RotationContext) -> None:
    """Record that the group has to be pointed back, if it may and there is a way."""
    if ctx.policy.on_failure != "keep_template" and ctx.journal.ways_back:
        ctx.record(pointer_owed=True)


def command_back(ctx: RotationContext) -> PointBack:
    """Return the command that lets every template of the group go back."""
    return PointBack(ctx.group.name, ctx.journal.ways_back)


def back(ctx: RotationContext) -> bool:
    """Point the group back if that is owed; return True once nothing is owed."""
    if not ctx.journal.pointer_owed:
        return True
    command = command_back(ctx)
    if command in ctx.memory.outbox.acts:
        what = " and ".join(_named(*way) for way in _with_names(ctx, command.ways))
        ctx.record(pointer_owed=False, **store_debt(ctx))
        ctx.note(launches_from=command.ways[0])
        ctx.tell("template", ctx.group.name, f"rolled back to {what}")
        return False
    ctx.do(command)
    ctx.poll_soon = True
    return False


def _with_names(ctx: RotationContext, ways: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield templates by the names that people gave them, with their versions."""
    found = ctx.group.resolved or ctx.target
    names = {way.template: way.template_name for way in found.ways}
    for template, version in ways:
        yield names.get(template) or template, version


def _named(template: str, version: str) -> str:
    return f"version {version} of {template}" if version else template


def store_debt(ctx: RotationContext) -> dict[str, Any]:
    """Return what to record of a state store that still names the failed image.

    Only the executable of its owner writes it, which the engine does not have.
    """
    tags, journal = ctx.group.tags, ctx.journal
    if kind_of(tags).template_owner is not Actor.KOPS or journal.origin[0] == "aws":
        return {}
    origin = journal.origin if journal.origin[0] else ("kops", tags[KOPS_GROUP_TAG], "")
    return {"origin": origin, "store_owed": True}


def given_up(ctx: RotationContext) -> bool:
    """Return whether pointing back keeps failing: it stays owed, for the next run."""
    retry = ctx.refused(command_back(ctx))
    return retry is not None and retry.times >= GIVEN_UP


def inherited(ctx: RotationContext) -> bool:
    """Take over the pointing back that a dead run owed; return whether there was any.

    A group that launches from something else by now does not owe it. The dead run may have done
    that itself before it could record it, so its state store is still owed.
    """
    if not ctx.journal.pointer_owed:
        return False
    ctx.record(**_still_owed(ctx))
    if not ctx.journal.ways_back:
        ctx.record(pointer_owed=False, **store_debt(ctx))
        return False
    ctx.record(run=ctx.policy.run)
    ctx.note(target=ctx.target)
    ctx.look_at(ctx.now)
    if ctx.policy.restore_only:
        ctx.note(mode="release")
        return True
    ctx.note(
        mode="settle",
        problem=FailedError(
            f"The canary of node group {ctx.group.name} failed in an earlier run, which ended"
            " before it rolled the template back",
            "Choose another image, or run again to try this one once more",
        ),
    )
    return True


def _still_owed(ctx: RotationContext) -> dict[str, Any]:
    """Return the ways back of those templates that have not moved since."""
    journal, target = ctx.journal, ctx.target
    same = journal.target_sources & {way.source for way in target.others}
    failed = {template for template, _version in same}
    main = journal.previous if journal.target[:2] == target.source else ("", "")
    others = tuple(way for way in journal.previous_others if way[0] in failed)
    return {"previous": main, "previous_others": others}


def is_back(ctx: RotationContext, found: Target) -> bool:
    """Return whether reads show that every template has gone back that was to.

    `found`: what the group launches as of the last read.
    """
    back = ctx.journal.ways_back
    moved = {template for template, _version in ctx.journal.previous_others}
    if ctx.journal.previous[0] and found.source == ctx.target.source:
        return False
    stuck = (way.source for way in found.others if way.template in moved)
    return not any(one in ctx.target.sources and one not in back for one in stuck)


def launches_now(ctx: RotationContext) -> str:
    """Say which version new instances start from now.

    A way of launching that has no types launches nothing where another one has. A version that was
    made to take the template back is told with the old one that says the same.
    """
    found = ctx.group.resolved
    if found is None:
        return "what new instances start from does not exist"
    ways = [way for way in found.ways if way.types] or found.ways
    template, version = ctx.memory.report.launches_from
    told = (_starting(way, version if way.template == template else "") for way in ways)
    return f"new instances start from {' and '.join(told)}"


def _starting(way: Target, back: str) -> str:
    """Return one way of launching for people, with its image.

    `back`: the version to which this run has rolled it back, "" if it has not.
    """
    same = f", the same as version {back}" if back in way.equivalent_versions else ""
    image = f" ({way.image_id})" if way.image_id else ""
    return _named(way.template_name or way.template, way.version) + same + image
