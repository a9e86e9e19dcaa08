# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Furnish scenario `mixed`: a cluster whose nodes are carried by several things.

A self-managed node group, two managed ones (one with an image of its own), nodes of Karpenter and
of Fargate.
"""
