# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to type to run Ansible again, without any secret."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.plugin_utils.again import again

PLAYBOOK = "nodeops.rotator.rotate_eks"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], ""),
        (
            ["-i", "prod.node_groups.yml", "--limit", "blue"],
            " -i prod.node_groups.yml --limit blue",
        ),
        (["--vault-password-file=my key"], " '--vault-password-file=my key'"),
        (["-e", "@vars.yml"], " -e @vars.yml"),
        (["-e@vars.yml"], " -e@vars.yml"),
        (["-e", "rotate_soak=60"], " -e rotate_soak=60"),
        (["-erotate_soak=60"], " -erotate_soak=60"),
        (["--extra-vars=rotate_soak=60"], " -e rotate_soak=60"),
        (["--extra", "rotation_hosts='a b'"], """ -e 'rotation_hosts='"'"'a b'"'"''"""),
        (["-e", "token=s3cret rotate_canary=2"], " -e 'token=... rotate_canary=2'"),
        (["--extra-vars", "token=s3cret"], " -e token=..."),
        (["-e", '{"rotate_soak": 60}'], """ -e '{"rotate_soak": 60}'"""),
        (["-e", '{"rotate_soak": 60, "token": "s3cret"}'], " -e ..."),
        (["-e", "{token: s3cret}"], " -e ..."),
        (["-e", "token='s3cret"], " -e ..."),
        (["-e", '{"prepare_template_overrides": {"UserData": "s3cret"}}'], " -e ..."),
        (["-e", "rotation_aws=s3cret"], " -e rotation_aws=..."),
        (["-e"], " -e ''"),
    ],
)
def test_the_command_is_repeated_without_what_may_be_secret(given: list[str], told: str) -> None:
    assert again(["/usr/bin/ansible-playbook", PLAYBOOK, *given], {}) == (
        f"ansible-playbook {PLAYBOOK}{told}"
    )


def test_in_awx_the_job_template_is_named() -> None:
    variables = {"awx_job_template_name": "rotate prod"}
    assert again(["ansible-playbook"], variables) == "launch job template rotate prod again"


def test_a_command_that_nobody_would_type_is_not_repeated() -> None:
    assert again(["ansible-playbook", *["-i", "somewhere"] * 100], {}) == ""
