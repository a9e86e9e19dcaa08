# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Document the limits of requests to the API server (edge.drain.REQUEST_SPEC)."""

from __future__ import annotations


class ModuleDocFragment:
    """Options that limit the requests to the API server."""

    DOCUMENTATION = r"""
options:
  request_rate:
    description: Maximum number of requests per second to the API server, once O(request_burst) is
      used up.
    type: int
    default: 50
  request_burst:
    description: Number of requests that may be sent at once.
    type: int
    default: 100
"""
