# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Document the option that acts as an IAM role (edge.assume_role.ASSUME_SPEC)."""

from __future__ import annotations


class ModuleDocFragment:
    """Option that acts as an IAM role."""

    DOCUMENTATION = r"""
options:
  assume_role:
    description:
      - IAM role to act as. It is assumed with the credentials that the module has otherwise, and
        again whenever its session is about to end, so that a rotation may take longer than that.
      - The token for an EKS cluster is made as this role too.
      - Modules of other collections do not know this option. Set it for each task, not as a
        default of an action group.
    type: dict
    suboptions:
      arn:
        description: ARN of the role.
        type: str
        required: true
      external_id:
        description: External ID that the trust policy of the role asks for.
        type: str
      session_name:
        description: Name of the session, which CloudTrail shows.
        type: str
        default: nodeops.rotator
"""
