# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Document the Kubernetes options exactly as the modules accept them."""

from __future__ import annotations

import yaml

from ansible_collections.nodeops.rotator.plugins.doc_fragments.kube import ModuleDocFragment
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC


def test_the_fragment_documents_the_options_that_modules_accept() -> None:
    told = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    assert set(told) == set(KUBE_SPEC)
    for name, spec in KUBE_SPEC.items():
        assert told[name]["type"] == spec.get("type", "str"), name
        assert told[name].get("aliases", []) == spec.get("aliases", []), name
        assert set(told[name].get("suboptions", {})) == set(spec.get("options", {})), name


def test_validate_certs_is_an_option_for_aws_only() -> None:
    taken = set(KUBE_SPEC) | {
        alias for spec in KUBE_SPEC.values() for alias in spec.get("aliases", ())
    }
    assert "validate_certs" not in taken
    assert "verify_ssl" in taken
