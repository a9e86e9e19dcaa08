# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: pods that run to an end, counted once each under the tracking finalizer."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control, Queue
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Key,
    Object,
    controller_of,
    is_finished,
    is_terminating,
    key_of,
    with_conditions,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.tally import is_active
from ansible_collections.nodeops.rotator.tests.simulation.kube.workloads import (
    from_template,
    is_closing,
    reference,
)

TRACKING = "batch.kubernetes.io/job-tracking"
"""The finalizer that keeps a finished pod until the Job has counted it."""


class Jobs:
    """Runs `parallelism` pods at a time until `completions` have succeeded.

    It gives up after `backoffLimit` failures.
    """

    def __init__(self, control: Control) -> None:
        self._control, self._store = control, control.store
        self._queue = Queue(control, self._sync)
        self._store.listen("jobs", lambda old, new: self._queue.add(key_of(new)) if new else None)
        self._store.listen("pods", self._pod_changed)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        pod = new or old
        ref = controller_of(pod) if pod else None
        if pod and ref and ref["kind"] == "Job":
            self._queue.add((pod["metadata"]["namespace"], ref["name"]))

    def _sync(self, key: Key) -> None:
        job = self._store.get("jobs", key[1], key[0])
        if job is None:
            return
        succeeded, failed = self._count(job)
        spec, status = job["spec"], job.get("status") or {}
        ended = any(c["type"] in ("Complete", "Failed") for c in status.get("conditions", ()))
        active = [pod for pod in self._control.owned("pods", job) if is_active(pod)]
        if not ended and not is_closing(self._control, job):
            for _pod in range(
                min(spec["parallelism"], spec["completions"] - succeeded) - len(active)
            ):
                active.append(self._make(job))
        fields: Object = {
            "active": len(active),
            "ready": len(active),
            "succeeded": succeeded,
            "failed": failed,
        }
        verdict = _verdict(job, succeeded, failed)
        if verdict and not ended:
            fields["conditions"] = with_conditions(job, self._control.now, verdict)
            fields["completionTime"] = self._control.now
        self._control.status(
            "jobs", job, startTime=status.get("startTime", self._control.now), **fields
        )

    def _count(self, job: Object) -> tuple[int, int]:
        """Count finished pods and let go of each, so that it is counted once."""
        status = job.get("status") or {}
        succeeded, failed = status.get("succeeded", 0), status.get("failed", 0)
        for pod in self._control.owned("pods", job):
            held = pod["metadata"].get("finalizers") or []
            if TRACKING not in held or not (is_finished(pod) or _is_lost(pod)):
                continue
            succeeded += pod["status"]["phase"] == "Succeeded"
            failed += pod["status"]["phase"] != "Succeeded"
            rest = [name for name in held if name != TRACKING]
            self._control.change("pods", pod, {"metadata": {"finalizers": rest or None}})
        return succeeded, failed

    def _make(self, job: Object) -> Object:
        ref = reference("Job", "batch/v1", job)
        name = job["metadata"]["name"]
        pod = from_template(
            job["spec"]["template"], job, ref, generateName=f"{name}-", finalizers=[TRACKING]
        )
        names = {"batch.kubernetes.io/job-name": name, "job-name": name}
        pod["metadata"]["labels"] = {**(pod["metadata"].get("labels") or {}), **names}
        pod["spec"] = {"restartPolicy": "Never", **pod["spec"]}
        return self._control.create("pods", pod)


def _is_lost(pod: Object) -> bool:
    """Return whether the pod is held by the finalizer alone.

    It was removed by force, or before it ever ran.
    """
    return is_terminating(pod) and pod["metadata"].get("deletionGracePeriodSeconds") == 0


def _verdict(job: Object, succeeded: int, failed: int) -> Object | None:
    if succeeded >= job["spec"]["completions"]:
        return {"type": "Complete", "status": "True", "reason": "CompletionsReached"}
    if failed > job["spec"]["backoffLimit"]:
        return {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}
    return None
