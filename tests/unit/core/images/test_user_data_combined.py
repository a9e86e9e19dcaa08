# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sort of user data with every family, alone, together and wrapped."""

from __future__ import annotations

import base64
import gzip
import itertools

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.families import FAMILIES
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.servers import SERVERS
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.user_data import (
    BOOTSTRAP,
    EKSCTL,
    NODEADM,
    NODEUP,
    OTHER,
    POWERSHELL,
    TOML,
    decode,
    is_base64,
    kinds,
    obstacle,
)

TEXTS = {
    NODEADM: "---\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n",
    BOOTSTRAP: "#!/bin/bash\nset -o xtrace\n/etc/eks/bootstrap.sh shop\n",
    EKSCTL: "#cloud-config\nwrite_files:\n- path: /etc/eksctl/kubelet.env\n",
    TOML: '[settings.kubernetes]\ncluster-name = "shop"\n',
    POWERSHELL: "<powershell>\nStart-EKSBootstrap -EKSClusterName shop\n</powershell>\n",
    NODEUP: "#!/bin/bash\nNODEUP_URL_AMD64=https://artifacts/nodeup\n",
    OTHER: "#!/bin/bash\necho hello\n",
}
READERS = {
    NODEADM: {"al2023"},
    BOOTSTRAP: {"al2", "ubuntu"},
    EKSCTL: {"al2", "ubuntu"},
    TOML: {"bottlerocket"},
    POWERSHELL: {"windows"},
    NODEUP: {"al2023", "al2", "ubuntu", *SERVERS},
    OTHER: {"al2023", "al2", "ubuntu", "windows", *SERVERS},
}
"""The families whose images start a node with it. Other scripts may do anything, but Bottlerocket
runs no scripts."""


def encode(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def multipart(*texts: str) -> str:
    """The texts as the parts of a MIME message."""
    parts = "".join(f"--B\nContent-Type: text/x-shellscript\n\n{text}\n" for text in texts)
    return f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n{parts}--B--\n'


@pytest.mark.parametrize("kind", TEXTS)
def test_each_sort_is_recognized_and_no_other(kind: str) -> None:
    assert kinds(encode(TEXTS[kind])) == {kind}


@pytest.mark.parametrize("kind", [kind for kind in TEXTS if kind != TOML])
def test_it_does_not_matter_how_it_is_wrapped(kind: str) -> None:
    """Bottlerocket's settings are never a part of something else."""
    text = TEXTS[kind]
    assert kinds(encode(multipart(text))) == {kind}
    assert kinds(encode(multipart("#!/bin/sh\ntrue\n", text))) == {kind}
    assert kinds(encode(gzip.compress(text.encode()))) == {kind}
    assert kinds(encode(gzip.compress(multipart(text).encode()))) == {kind}


@pytest.mark.parametrize("kind", TEXTS)
def test_compressed_user_data_is_read_as_text(kind: str) -> None:
    assert decode(encode(gzip.compress(TEXTS[kind].encode()))) == TEXTS[kind]


SCRIPTS = (NODEADM, BOOTSTRAP, POWERSHELL, NODEUP)


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(SCRIPTS, 2)))
def test_parts_for_two_families_serve_both(one: str, other: str) -> None:
    text = encode(multipart(TEXTS[one], TEXTS[other]))
    assert kinds(text) == {one, other}
    for family in FAMILIES:
        reads = family in READERS[one] | READERS[other]
        assert (obstacle(text, family) == "") is reads


@pytest.mark.parametrize(("kind", "family"), list(itertools.product(TEXTS, FAMILIES)))
def test_a_family_starts_with_what_it_reads_and_with_nothing_else(kind: str, family: str) -> None:
    found = obstacle(encode(TEXTS[kind]), family)
    assert (found == "") is (family in READERS[kind])
    if found:
        assert found.startswith("its user data is ")
        assert kind in found or kind == OTHER
        assert family in found.lower()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_user_data_that_it_reads_and_none_is_no_obstacle(family: str) -> None:
    assert any(family in readers for kind, readers in READERS.items() if kind != OTHER)
    assert obstacle("", family) == ""


@pytest.mark.parametrize("family", ["", "custom", "gentoo"])
@pytest.mark.parametrize("kind", TEXTS)
def test_nothing_is_said_of_a_family_that_is_not_known(kind: str, family: str) -> None:
    assert obstacle(encode(TEXTS[kind]), family) == ""


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("not base64!", "(11 characters that are not base64 text)"),
        (encode(b"\xff\xfe\x00"), "(4 characters that are not base64 text)"),
        (encode(b"\x1f\x8bbroken"), "(12 characters that are not base64 text)"),
        (encode(gzip.compress(b"x" * 99)[:-9]), "characters that are not base64 text)"),
        (encode(gzip.compress(b"\xff\xfe")), "characters that are not base64 text)"),
    ],
    ids=["no base64", "bytes", "broken gzip", "cut gzip", "compressed bytes"],
)
def test_what_cannot_be_read_is_said_to_be_so_and_starts_no_bottlerocket(
    text: str, remark: str
) -> None:
    assert decode(text).endswith(remark)
    assert kinds(text) == {OTHER}
    assert obstacle(text, "bottlerocket") != ""


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ("", True),
        ("eA==", True),
        ("eA\n==\n", True),
        ("eA=", False),
        ("x y!", False),
        ("#!", False),
    ],
)
def test_base_64(text: str, is_it: bool) -> None:
    assert is_base64(text) is is_it


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ("[settings]\n", True),
        ("settings.motd = 'x'\n", True),
        ('settings = "x"\n', True),
        ("[kubernetes]\nsettings = 1\n", False),
        ("[settings\n", False),
        ("# settings\n", False),
    ],
)
def test_settings_are_a_table_of_that_name(text: str, is_it: bool) -> None:
    assert (kinds(encode(text)) == {TOML}) is is_it
