# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""User data: what it is for, and who can read it."""

from __future__ import annotations

import base64
import gzip

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.images import user_data

NODEADM = "---\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {}\n"
SCRIPT = "#!/bin/bash\n/etc/eks/bootstrap.sh shop --kubelet-extra-args x\n"
TOML = '[settings.kubernetes]\ncluster-name = "shop"\napi-server = "https://x"\n'
POWERSHELL = "<powershell>\n& $EKSBootstrapScriptFile -EKSClusterName shop\n</powershell>"
KOPS = "#!/bin/bash\nNODEUP_URL_AMD64=https://x/nodeup\n"
EKSCTL = """#cloud-config
runcmd:
- /var/lib/cloud/scripts/per-instance/bootstrap.al2.sh
write_files:
- content: CLUSTER_NAME=shop
  path: /etc/eksctl/kubelet.env
"""
PLAIN = "#!/bin/bash\necho hello\n"
MIME = (
    'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type:'
    " application/node.eks.aws\n\n"
    + NODEADM
    + "\n--B\nContent-Type: text/x-shellscript\n\n"
    + PLAIN
    + "\n--B--\n"
)


def encode(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def attached(content: bytes) -> str:
    """Return a MIME message with one part, in base64."""
    head = "Content-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n"
    return (
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n--B\n'
        f"{head}{encode(content)}\n--B--\n"
    )


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("", set()),
        (NODEADM, {"nodeadm"}),
        (MIME, {"nodeadm"}),
        (SCRIPT, {"bootstrap.sh"}),
        (TOML, {"Bottlerocket TOML"}),
        (POWERSHELL, {"PowerShell"}),
        (KOPS, {"nodeup"}),
        (EKSCTL, {"a bootstrap script of eksctl's own"}),
        (EKSCTL + SCRIPT, {"bootstrap.sh"}),
        (PLAIN, {"other"}),
        (NODEADM + SCRIPT, {"nodeadm", "bootstrap.sh"}),
    ],
)
def test_what_it_is_for_is_recognised(text: str, kinds: set[str]) -> None:
    assert user_data.kinds(encode(text) if text else "") == kinds


@pytest.mark.parametrize("line", ["/etc/eks/bootstrap.sh shop", "apiVersion: node.eks.aws/v1"])
def test_a_comment_is_not_what_it_is_for(line: str) -> None:
    commented = encode(f"#!/bin/bash\n  # {line}\nstart-node --cluster shop\n")
    assert user_data.kinds(commented) == {user_data.OTHER}
    assert user_data.obstacle(commented, "al2023") == ""


def test_base64_parts_and_gzip_are_looked_into() -> None:
    inner = MIME.replace(
        "Content-Type: application/node.eks.aws\n\n" + NODEADM,
        "Content-Type: application/node.eks.aws\nContent-Transfer-Encoding: base64\n\n"
        + encode(NODEADM)
        + "\n",
    )
    assert user_data.kinds(encode(inner)) == {"nodeadm"}
    assert user_data.kinds(base64.b64encode(gzip.compress(MIME.encode())).decode()) == {"nodeadm"}


def test_what_is_no_text_is_said_to_be_so() -> None:
    assert user_data.decode("%%%") == "(3 characters that are not base64 text)"
    assert user_data.decode(encode("héllo")) == "héllo"


@pytest.mark.parametrize(
    ("text", "family", "complaint"),
    [
        (NODEADM, "al2023", ""),
        (MIME, "al2023", ""),
        (SCRIPT, "al2", ""),
        (SCRIPT, "ubuntu", ""),
        (TOML, "bottlerocket", ""),
        (POWERSHELL, "windows", ""),
        (KOPS, "ubuntu", ""),
        (EKSCTL, "al2", ""),
        (
            EKSCTL,
            "al2023",
            "for a bootstrap script of eksctl's own, and al2023 wants a nodeadm NodeConfig",
        ),
        (PLAIN, "al2023", ""),
        ("", "bottlerocket", ""),
        (NODEADM + SCRIPT, "al2", ""),
        (SCRIPT, "", ""),
        (SCRIPT, "al2023", "for bootstrap.sh, and al2023 wants a nodeadm NodeConfig"),
        (NODEADM, "al2", "for nodeadm, and al2 wants a script that calls /etc/eks/bootstrap.sh"),
        (NODEADM, "bottlerocket", "is nodeadm, and Bottlerocket reads settings in TOML only"),
        (PLAIN, "bottlerocket", "is a script, and Bottlerocket"),
        (TOML, "al2023", "for Bottlerocket TOML, and al2023 wants"),
        (SCRIPT, "windows", "for bootstrap.sh, and windows wants PowerShell"),
    ],
)
def test_a_family_that_cannot_read_it_is_an_obstacle(
    text: str, family: str, complaint: str
) -> None:
    found = user_data.obstacle(encode(text) if text else "", family)
    assert (complaint in found) if complaint else not found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"apiVersion":"node.eks.aws/v1alpha1","kind":"NodeConfig"}', "nodeadm"),
        ('{"kind": "NodeConfig", "apiVersion" : "node.eks.aws/v1alpha1"}', "nodeadm"),
        ("apiVersion: 'node.eks.aws/v1alpha1'\nkind: NodeConfig\n", "nodeadm"),
        ('apiVersion:   "node.eks.aws/v1"\n', "nodeadm"),
        ("\ufeff" + TOML, "Bottlerocket TOML"),
    ],
)
def test_other_ways_to_write_it_are_recognized(text: str, kind: str) -> None:
    assert user_data.kinds(encode(text)) == {kind}


def test_line_breaks_in_base64_are_read_over() -> None:
    wrapped = base64.encodebytes((NODEADM * 4).encode()).decode()
    assert "\n" in wrapped[:-1]
    assert user_data.kinds(wrapped) == {"nodeadm"}
    assert user_data.is_base64(wrapped)
    assert not user_data.is_base64("#!/bin/bash")


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        pytest.param(gzip.compress(TOML.encode()), {"Bottlerocket TOML"}, id="gzip"),
        pytest.param(MIME.replace("\n", "\r\n"), {"nodeadm"}, id="CRLF"),
        pytest.param(
            MIME.replace(NODEADM, '{"apiVersion": "node.eks.aws/v1alpha1"}\n'),
            {"nodeadm"},
            id="JSON in a part",
        ),
        pytest.param(attached(gzip.compress(SCRIPT.encode())), {"bootstrap.sh"}, id="gzip part"),
        pytest.param(attached(b"\x1f\x8b\x08\0"), {"other"}, id="broken part"),
        pytest.param(f"# caf\u00e9\n{SCRIPT}".encode("latin-1"), {"bootstrap.sh"}, id="Latin-1"),
        pytest.param(b"\xff\0binary", {"other"}, id="binary"),
        pytest.param(gzip.compress(b"x" * 999)[:20], {"other"}, id="cut gzip"),
        pytest.param(b"\x1f\x8b\x08" + bytes(7) + b"\xff" * 20, {"other"}, id="broken gzip"),
    ],
)
def test_packed_and_broken_user_data_is_told_apart(content: str | bytes, kinds: set[str]) -> None:
    assert user_data.kinds(encode(content)) == kinds
