# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define who may ask a world that has an entrance: the same callers everywhere.

Each has AWS credentials and a Kubernetes bearer token. Their EKS tokens are let in by access
entries, as in EKS: an AWS identity that has none is Unauthorized in the cluster, whatever AWS lets
it do (EKS user guide, access entries).
"""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Callable, Mapping

from ansible_collections.nodeops.rotator.tests.simulation import shipped
from ansible_collections.nodeops.rotator.tests.simulation.aws.policies import Statement
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import Credential
from ansible_collections.nodeops.rotator.tests.simulation.aws.tokens import authenticator
from ansible_collections.nodeops.rotator.tests.simulation.upgrade import ACTOR as EKS
from ansible_collections.nodeops.rotator.tests.simulation.world import World

ALL = ("*",)


@dataclasses.dataclass(frozen=True)
class Identity:
    """A caller.

    `aws`: globs of the actions that it may; `kubernetes`: of the "verb resource", None for one
    without access entry. `rights`: it has exactly the rights that the collection ships under these
    names instead. `temporary`: its credentials have a session token; `expires`: and end at this
    second.
    """

    name: str
    aws: tuple[str, ...] = ALL
    kubernetes: tuple[str, ...] | None = ALL
    rights: tuple[str, ...] = ()
    temporary: bool = False
    expires: float | None = None

    @property
    def access_key(self) -> str:
        """Return the access key ID, as long as a real one."""
        name = self.name.upper().replace("-", "")
        return ("ASIA" if self.temporary else "AKIA") + f"WORLD{name}".ljust(16, "0")

    @property
    def secret(self) -> str:
        """Return the secret access key.

        It is long, since short ones make Ansible's masking of secrets garble its output.
        """
        return f"{self.name}-secret-access-key-of-the-simulated-world"

    @property
    def session(self) -> str:
        """Return the session token, "" without one."""
        return f"{self.name}-session-token-of-the-simulated-world" if self.temporary else ""

    @property
    def token(self) -> str:
        """Return the bearer token in its kubeconfig."""
        return f"{self.name}-bearer-token-of-the-simulated-world"

    def environment(self) -> dict[str, str]:
        """Return the environment that makes AWS tools be this caller."""
        found = {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret}
        return {**found, "AWS_SESSION_TOKEN": self.session} if self.session else found


ROTATE = ("rotate", "kops", "fleet")
ROTATOR = Identity("rotator", rights=ROTATE)
"""Who runs our playbooks: has the rights that we ship for them, no other, and is judged."""
RUNS = tuple(Identity(f"run-{number}", rights=ROTATE) for number in range(1, 10))
"""The same, one for each of several runs: so two that both take themselves for the holder of a
Lease are told apart."""
PLANNER = Identity("planner", rights=("plan", "kops"))
"""Who plans and looks: has the rights that we ship for that."""
PEER = Identity("peer")
"""Runs what others use to rotate nodes: may do everything, and is judged as our playbooks are."""
OPERATOR = Identity("operator")
"""Somebody else's hand, a person or the cloud: may do everything and is not judged."""
READER = Identity(
    "reader", aws=("*:Describe*", "*:Get*", "*:List*"), kubernetes=("get *", "list *", "watch *")
)
"""May look at everything and change nothing."""
NOBODY = Identity("nobody", aws=(), kubernetes=())
"""Has good credentials and no permissions."""
STRANGER = Identity("stranger", kubernetes=None)
"""May do everything in AWS and has no access entry in the cluster."""
EXPIRED = Identity("expired", temporary=True, expires=0.0)
"""Its session is over."""
GUARDED, EXTERNAL_ID = "nodeops-rotator", "between-us"
"""Role that is assumed only with this external ID, and has the rights of ROTATE."""
IDENTITIES: Mapping[str, Identity] = {
    one.name: one
    for one in (ROTATOR, *RUNS, PLANNER, PEER, OPERATOR, READER, NOBODY, STRANGER, EXPIRED)
}


def open_to_identities(world: World) -> None:
    """Let in only these callers and roles that they assume, from now on."""
    account, cluster = world.account, world.cluster
    tokens = {}
    entries = {account.arn("sts", f"assumed-role/{GUARDED}/*", regional=False): ROTATOR.name}
    account.external_ids[GUARDED] = EXTERNAL_ID
    account.role_policies = {GUARDED: shipped.statements(world, ROTATE)}
    for one in IDENTITIES.values():
        arn = account.arn("iam", f"user/{one.name}", regional=False)
        account.credentials[one.access_key] = Credential(
            arn,
            one.expires,
            one.secret,
            one.session,
            _statements(world, one),
            bool(one.rights),
        )
        world.judge.people[one.access_key] = one.name
        if one.kubernetes is not None:
            entries[arn] = one.name
            cluster.allowed[one.name] = one.kubernetes
            if one.rights:
                cluster.admission.granted[one.name] = shipped.rules(one.rights)
            if one.expires is None:
                tokens[one.token] = one.name
    arn = account.arn("iam", f"role/{EKS}", regional=False)
    account.credentials[EKS] = Credential(arn)
    cluster.tokens = {**tokens, EKS: EKS}
    cluster.authenticate = by_access_entry(authenticator(account, world.name), entries)
    world.judge.unjudged += [OPERATOR.access_key, OPERATOR.name]


def _statements(world: World, one: Identity) -> tuple[Statement, ...]:
    return shipped.statements(world, one.rights) if one.rights else (Statement(one.aws),)


def by_access_entry(
    arn_of: Callable[[str], str | None], entries: Mapping[str, str]
) -> Callable[[str], str | None]:
    """Return a function from bearer token to Kubernetes user, by way of its ARN.

    `entries` are globs of ARNs and their users.
    """

    def user(token: str) -> str | None:
        arn = arn_of(token)
        return next(
            (name for glob, name in entries.items() if arn and fnmatch.fnmatchcase(arn, glob)), None
        )

    return user
