# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of kops that may and may not update a cluster."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.version import (
    check_flags,
    check_versions,
    read_version,
)

PATH = "s3://state/blue.example.com/kops-version.txt"
USAGE = """Flags:
      --create-kube-config             Will control automatically creating the kube config file
      --instance-group strings         Instance groups to update (defaults to all)
      --instance-group-roles strings   Instance group roles to update
"""


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Client version: 1.37.0-alpha.1\n", ("1.37.0-alpha.1", (1, 37))),
        ("Client version: 1.28.4 (git-v1.28.4)", ("1.28.4", (1, 28))),
        ("Version 1.21.0 (git-8a4d7f4)", ("1.21.0", (1, 21))),
        ("1.33.0\n", ("1.33.0", (1, 33))),
        ("v1.33.0", ("1.33.0", (1, 33))),
    ],
)
def test_a_version_is_found_in_what_kops_prints(
    text: str, version: tuple[str, tuple[int, int]]
) -> None:
    assert read_version(text, "kops version") == version


@pytest.mark.parametrize("text", ["", "Client version: dev", "1.33", "11.2"])
def test_a_text_without_a_version_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match="kops version names no version of kops"):
        read_version(text, "kops version")


@pytest.mark.parametrize("last", ["1.33.0", "1.33.7", "1.33.0-beta.1"])
def test_the_same_minor_version_may_update(last: str) -> None:
    check_versions("Client version: 1.33.2", last, PATH)


@pytest.mark.parametrize("last", ["1.32.9", "1.34.0", "2.33.0", "1.3.3"])
def test_another_minor_version_may_not(last: str) -> None:
    with pytest.raises(RefusedError) as caught:
        check_versions("Client version: 1.33.2", last, PATH)
    assert f"This kops is 1.33.2, and {last} updated the cluster last ({PATH})" in str(caught.value)


def test_an_executable_with_both_options_is_fine() -> None:
    check_flags(USAGE, at_once=False)


def test_without_the_option_for_instance_groups_all_would_move_at_once() -> None:
    usage = "\n".join(line for line in USAGE.splitlines() if "--instance-group strings" not in line)
    with pytest.raises(RefusedError, match="all_groups_at_once: true"):
        check_flags(usage, at_once=False)
    check_flags(usage, at_once=True)


@pytest.mark.parametrize("at_once", [False, True])
def test_without_the_option_for_the_kubeconfig_it_is_never_run(at_once: bool) -> None:
    usage = USAGE.replace("--create-kube-config", "--something-else")
    with pytest.raises(RefusedError, match="--create-kube-config"):
        check_flags(usage, at_once)
