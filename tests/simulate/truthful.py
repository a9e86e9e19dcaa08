# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what runs say is true, and what became of the canary and the template."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import parse
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial

UNTOUCHED = ("Read", "WriteLease")
"""Commands of a run that has touched nothing: taking its lock and giving it up is nothing."""
ENDING = 2.0
"""Seconds before the end of a run from which a read comes too late to change what it says."""


def false_statements(trial: Trial) -> list[str]:
    """Return the statements of the runs that are not true."""
    judges = (_of_the_last, _refusals, _plans, _canary, _template, _window)
    return [line for judge in judges for line in judge(trial)]


def _of_the_last(trial: Trial) -> list[str]:
    result = trial.last.result
    if result is None or result.status not in ("complete", "unchanged", "partial"):
        return []
    if trial.last.policy.restore_only:
        return []  # it says nothing of images
    holder, moved = trial.last.policy.holder, trial.found.moved
    end = trial.ends[trial.last.policy.run]
    known = moved and trial.judge.read_between(holder, trial.found.moved_at, end - ENDING)
    # What is true now is not false, even if it was read too late to have to be said.
    targets = {trial.launches()} if known else {trial.launches(), trial.world.facts["new_image"]}
    # What is in standby serves nobody, and comes back as it is. A run that keeps one says so.
    pool = trial.group.warm_pool.members if trial.group.warm_pool else {}
    members = [*trial.group.members.values(), *pool.values()]
    there = {one.instance_id for one in members if not one.doomed}
    there -= {one["instance_id"] for one in result.values["left_outdated"]}
    kept = {name for sentence in result.values["not_restored"] for name in sentence.split()}
    ours = [one for one in trial.instances() if one.id in there - kept]
    if moved and trial.found.moved_at > end:  # what is launched after that is not spoken of
        ours = [one for one in ours if one.launched_at <= end]
    old = min(([one.id for one in ours if one.image_id != image] for image in targets), key=len)
    found = [f"{result.status} is said, and {', '.join(old)} runs another image"] if old else []
    lost = trial.found.untargeted & {one.id for one in trial.instances(True)}
    if lost and result.status == "complete" and trial.group.target_groups:
        found.append(f"complete is said, and {', '.join(sorted(lost))} gets no traffic")
    return found


def _refusals(trial: Trial) -> list[str]:
    """Refused is said only by a run that has touched nothing."""
    found = []
    for run in trial.runs:
        if run.result is None or run.result.status != "refused":
            continue
        acts = [
            type(command).__name__
            for _at, command in run.inbox.commands
            if not type(command).__name__.startswith(UNTOUCHED)
        ]
        if acts:
            found.append(f"{run.policy.run} says refused after {', '.join(acts[:3])}")
    return found


def _plans(trial: Trial) -> list[str]:
    """Check mode changes nothing."""
    plans = [run for run in trial.runs if run.policy.plan_only]
    acts = [type(act).__name__ for run in plans for _at, act in run.inbox.commands]
    found = [name for name in acts if not name.startswith("Read")]
    return [f"check mode issues {found[0]}"] if found else []


def _canary(trial: Trial) -> list[str]:
    """A bad image takes no more old nodes than there are canaries.

    In the place of some of them nothing came, since the group became smaller. Dead ones do not
    count: they are ended whatever comes.
    """
    if not trial.found.canary_fails:
        return []
    ended = {record["instance_id"] for run in trial.runs if run.result for record in _ended(run)}
    old = {name for name in ended if name in trial.found.known - trial.silenced}
    smaller = max(0, trial.plan.size - min(trial.sizes.bases))
    wanted = parse("canary", {**trial.plan.options, **trial.people.options}["canary"])
    most = wanted.of(max(trial.sizes.bases), up=True) * len(trial.runs) + smaller
    return [f"a bad image takes {len(old)} old nodes"] if len(old) > most else []


def _ended(run: object) -> list[dict[str, str]]:
    result = run.result  # type: ignore[attr-defined]
    return [record for record in result.values["nodes"] if record["phase"] == "terminated"]


def _window(trial: Trial) -> list[str]:
    """Nothing is begun that would end after the maintenance window."""
    return [
        f"{run.policy.run} begins {event.subject} after its window"
        for run in trial.runs
        for at, event in run.events
        if event.phase == "cordoned" and at > (run.policy.not_after or at)
    ]


def _template(trial: Trial) -> list[str]:
    """The template goes back after a failed canary, and never otherwise."""
    if trial.found.moved:
        return []
    result, image = trial.last.result, trial.launches()
    results = [run.result.values for run in trial.runs if run.result is not None]
    failed = trial.found.canary_failed or any(said["canary"] == "failed" for said in results)
    goes_back = failed and trial.plan.options["on_failure"] != "keep_template"
    wanted = trial.world.facts["old_image" if goes_back else "new_image"]
    named = result is not None and any("launches from" in s for s in result.values["not_restored"])
    return [] if image == wanted or named else [f"the group launches {image} instead of {wanted}"]
