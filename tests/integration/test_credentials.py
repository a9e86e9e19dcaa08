# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each way of docs/credentials.md leads in, through AWS, STS and Kubernetes."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import sys
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.nodeops.rotator.tests.integration.front import Answer, Asked, front, proxy
from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire
from ansible_collections.nodeops.rotator.tests.simulation.identities import (
    EXTERNAL_ID,
    GUARDED,
    READER,
    ROTATOR,
    Identity,
)
from ansible_collections.nodeops.rotator.tests.simulation.wire.tls import own_tls

GROUP = "demo-blue"
NOBODY: dict[str, str | None] = {
    "AWS_ACCESS_KEY_ID": None,
    "AWS_SECRET_ACCESS_KEY": None,
    "AWS_SESSION_TOKEN": None,
}
LATER = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)).strftime(
    "%Y-%m-%dT%H:%M:%SZ"
)
NOWHERE = "http://127.0.0.1:9"
START = "https://example.awsapps.com/start"


def found_of_life(world: WorldOnWire, env: Mapping[str, str | None], **options: Any) -> list[str]:
    """Read a node group, which takes EC2, Auto Scaling, EKS, STS and Kubernetes.

    Return what is said of the life of the credentials, as if all nodes were outdated.
    """
    given = {"autoscaling_group_name": GROUP, "eks_cluster": "demo", "image_id": "ami-next"}
    result = world.module("node_group_info", env, **given, **options)
    assert not result.get("failed"), result["msg"]
    assert result["nodes"]
    found = (*result["blockers"], *result["preflight"])
    return [said for said in found if "AWS credentials" in said]


def gets_in(world: WorldOnWire, env: Mapping[str, str | None], **options: Any) -> None:
    """Read a node group with credentials that last."""
    assert found_of_life(world, env, **options) == []


def profile(folder: Path, **settings: str) -> dict[str, str | None]:
    """Write an AWS profile; return the environment that selects it."""
    lines = [f"{name} = {value}" for name, value in settings.items()]
    (folder / "config").write_text("\n".join(["[profile it]", *lines]) + "\n")
    return {**NOBODY, "AWS_CONFIG_FILE": str(folder / "config"), "AWS_PROFILE": "it"}


def keys(folder: Path, who: Identity = READER) -> dict[str, str | None]:
    """Write a profile with keys."""
    return profile(folder, aws_access_key_id=who.access_key, aws_secret_access_key=who.secret)


def told(answer: Any) -> tuple[int, dict[str, str], bytes]:
    """Return an answer in JSON."""
    return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()


def test_a_profile_of_the_environment(still: WorldOnWire, tmp_path: Path) -> None:
    gets_in(still, keys(tmp_path))


def test_a_session_of_sso(still: WorldOnWire, tmp_path: Path) -> None:
    """`aws sso login` has left a token; the portal gives credentials for it."""
    cache = still.folder / ".aws/sso/cache"
    cache.mkdir(parents=True, exist_ok=True)
    token = {"startUrl": START, "region": "eu-west-1", "accessToken": "t0", "expiresAt": LATER}
    (cache / f"{hashlib.sha1(START.encode()).hexdigest()}.json").write_text(json.dumps(token))
    env = profile(
        tmp_path,
        sso_start_url=START,
        sso_region="eu-west-1",
        sso_account_id="123456789012",
        sso_role_name="reader",
    )

    def portal(asked: Asked) -> tuple[int, dict[str, str], bytes] | None:
        assert asked.headers["x-amz-sso_bearer_token"] == "t0"
        found = {"accessKeyId": READER.access_key, "secretAccessKey": READER.secret}
        found |= {"sessionToken": ""}
        return told({"roleCredentials": {**found, "expiration": 4102444800000}})

    with front(NOWHERE, portal) as url:
        gets_in(still, {**env, "AWS_ENDPOINT_URL_SSO": url})


def web_identity(token: str) -> Answer:
    """Answer AssumeRoleWithWebIdentity for this token."""

    def answer(asked: Asked) -> tuple[int, dict[str, str], bytes] | None:
        given = dict(urllib.parse.parse_qsl(asked.body.decode()))
        if given.get("Action") != "AssumeRoleWithWebIdentity":
            return None
        assert given["WebIdentityToken"] == token
        text = (
            "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
            f"<AccessKeyId>{READER.access_key}</AccessKeyId>"
            f"<SecretAccessKey>{READER.secret}</SecretAccessKey><SessionToken></SessionToken>"
            f"<Expiration>{LATER}</Expiration></Credentials>"
            "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"
        )
        return 200, {"Content-Type": "text/xml"}, text.encode()

    return answer


def test_a_service_account_with_a_role(still: WorldOnWire, tmp_path: Path) -> None:
    """IRSA: the pod has a token in a file, and STS gives credentials for it."""
    (tmp_path / "token").write_text("of-the-service-account")
    env = {
        **NOBODY,
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/reader",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
    }
    with front(still.env["AWS_ENDPOINT_URL"], web_identity("of-the-service-account")) as url:
        gets_in(still, {**env, "AWS_ENDPOINT_URL_STS": url})


def test_pod_identity(still: WorldOnWire, tmp_path: Path) -> None:
    """The agent on the node gives credentials for a token in a file."""
    (tmp_path / "token").write_text("of-the-pod")

    def agent(asked: Asked) -> tuple[int, dict[str, str], bytes] | None:
        assert asked.headers["Authorization"] == "of-the-pod"
        found = {"AccessKeyId": READER.access_key, "SecretAccessKey": READER.secret}
        return told({**found, "Token": "", "Expiration": LATER})

    with front(NOWHERE, agent) as url:
        env = {
            **NOBODY,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{url}/v1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(tmp_path / "token"),
        }
        gets_in(still, env)


def test_a_private_authority_and_a_proxy(still: WorldOnWire, tmp_path: Path) -> None:
    """AWS, STS and the API server are reached through a proxy and past it.

    HTTPS_PROXY names the proxy, NO_PROXY what is reached without it.
    """
    tls, bundle = own_tls(), tmp_path / "ca.pem"
    bundle.write_bytes(tls.authority)
    with front(still.env["AWS_ENDPOINT_URL"], tls=tls) as url, proxy() as way:
        env = {"AWS_ENDPOINT_URL": url, "HTTPS_PROXY": way.url}
        refused = still.refused(
            "node_group_info", env, autoscaling_group_name=GROUP, eks_cluster="demo"
        )
        assert "Name the certificate authority (aws_ca_bundle, AWS_CA_BUNDLE)" in refused
        way.seen.clear()
        gets_in(still, {**env, "AWS_CA_BUNDLE": str(bundle)})
        gets_in(still, env, aws_ca_bundle=str(bundle))
        aws = url.removeprefix("https://")
        assert aws in way.seen, "the other is the API server"
        assert len(way.seen) == 2, "the other is the API server"
        way.seen.clear()
        gets_in(still, {**env, "AWS_CA_BUNDLE": str(bundle), "NO_PROXY": "127.0.0.1"})
        assert way.seen == set()
        dead = {**env, "HTTPS_PROXY": NOWHERE, "AWS_CA_BUNDLE": str(bundle)}
        refused = still.refused(
            "node_group_info", dead, autoscaling_group_name=GROUP, eks_cluster="demo"
        )
        assert "Check HTTPS_PROXY and NO_PROXY" in refused


def test_a_proxy_for_kubernetes_alone(still: WorldOnWire) -> None:
    with proxy() as way:
        gets_in(still, {}, proxy=way.url)
        assert len(way.seen) == 1


ROLE = "arn:aws:iam::123456789012:role/" + GUARDED


def test_a_role_is_assumed_with_its_external_id(still: WorldOnWire) -> None:
    """And as long as the credentials that assume it are good."""
    ended = {"AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"}
    role = {"arn": ROLE, "external_id": EXTERNAL_ID}
    (said,) = found_of_life(still, ended, assume_role=role)
    assert said.startswith("The AWS credentials (the environment) end in 0 s, and to replace one")
    refused = still.refused(
        "node_group_info",
        autoscaling_group_name=GROUP,
        eks_cluster="demo",
        assume_role={"arn": ROLE, "external_id": "guessed"},
    )
    assert "sts:AssumeRole" in refused
    assert "Give AWS credentials" in refused


def test_a_playbook_hands_the_ways_in_to_every_task(still: WorldOnWire, tmp_path: Path) -> None:
    """By a profile, as a role with an external ID, and with another kubeconfig."""
    env = {**keys(tmp_path, ROTATOR), "AWS_PROFILE": None}
    ways = {
        "rotation_aws": {"profile": "it"},
        "rotation_assume_role": {"arn": ROLE, "external_id": EXTERNAL_ID},
        "rotation_k8s": {"kubeconfig": still.who("reader")["KUBECONFIG"]},
    }
    # The inventory is read before any variable, so it has options of its own.
    content = still.inventory.read_text()
    own = f"{content}profile: it\n"
    still.inventory.write_text(own)
    try:
        for playbook in ("plan", "check_amis"):
            outcome = still.run(
                "ansible-playbook",
                "-i",
                str(still.inventory),
                f"nodeops.rotator.{playbook}",
                "-e",
                json.dumps(ways),
                **env,
            )
            assert outcome.code == 0, outcome.output
    finally:
        still.inventory.write_text(content)


def test_secrets_may_come_from_a_vault(still: WorldOnWire, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("a password")
    (tmp_path / "secrets.yml").write_text(
        json.dumps({"the_key": READER.access_key, "the_secret": READER.secret})
    )
    vault = ["--vault-password-file", str(tmp_path / "password")]
    done = still.run("ansible-vault", "encrypt", *vault, str(tmp_path / "secrets.yml"))
    assert done.code == 0, done.output
    ways = {"rotation_aws": {"access_key": "{{ the_key }}", "secret_key": "{{ the_secret }}"}}
    outcome = still.run(
        "ansible-playbook",
        *vault,
        "-i",
        f"{GROUP},",
        "nodeops.rotator.plan",
        "-e",
        f"@{tmp_path / 'secrets.yml'}",
        "-e",
        json.dumps({**ways, "rotation_hosts": "all", "autoscaling_group_name": GROUP}),
        "-e",
        f"eks_cluster=demo region=eu-west-1 ansible_python_interpreter={sys.executable}",
        "-c",
        "local",
        "-vvv",
        **NOBODY,
    )
    assert outcome.code == 0, outcome.output
    assert READER.secret not in outcome.output


def test_the_credential_of_a_cluster_in_awx(still: WorldOnWire) -> None:
    """AWX passes the credential in K8S_AUTH_*.

    Naming its host says that it is meant, not eks_cluster.
    """
    config = yaml.safe_load(Path(str(still.who("reader")["KUBECONFIG"])).read_text())
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    authority = still.folder / "awx-ca.pem"
    authority.write_bytes(base64.b64decode(cluster["certificate-authority-data"]))
    env = {
        "K8S_AUTH_HOST": cluster["server"],
        "K8S_AUTH_API_KEY": user["token"],
        "K8S_AUTH_SSL_CA_CERT": str(authority),
    }
    ways = {"rotation_k8s": {"host": "{{ lookup('env', 'K8S_AUTH_HOST') }}"}}
    outcome = still.run(
        "ansible-playbook",
        "-i",
        str(still.inventory),
        "nodeops.rotator.plan",
        "-e",
        json.dumps(ways),
        **{**still.who("stranger"), "KUBECONFIG": None},
        **env,
    )
    assert outcome.code == 0, outcome.output
