# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request budget towards the API server; the counterpart of edge.drain.REQUEST_SPEC."""

from __future__ import annotations


class ModuleDocFragment:
    """How many requests go to the API server."""

    DOCUMENTATION = r"""
options:
  request_rate:
    description: Requests per second to the API server, at most, once O(request_burst) is used up.
    type: int
    default: 50
  request_burst:
    description: Requests that may go at once.
    type: int
    default: 100
"""
