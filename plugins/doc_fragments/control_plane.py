# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Document the options for control planes of kops."""

from __future__ import annotations


class ModuleDocFragment:
    """Options that concern control planes of kops only."""

    DOCUMENTATION = r"""
options:
  etcd_settle:
    description: Seconds for which every node of a control plane of kops has to be whole, by at
      least three looks in a row, before one of them goes, and for which the new one has to be. Only
      for such groups.
    type: int
    default: 120
  etcd_backup_check:
    description:
      - What to do if the newest backup of an etcd cluster of kops is older than
        O(etcd_backup_max_age), or if none is found. V(require) refuses the group, V(warn) says so,
        V(off) does not look.
      - Where the backups are is read from the pods of etcd-manager. Only S3 can be looked into.
    type: str
    choices: [require, warn, 'off']
    default: require
  etcd_backup_max_age:
    description: Age in seconds up to which a backup counts for O(etcd_backup_check).
    type: int
    default: 3600
  control_plane_check:
    description:
      - Whether each API server of a control plane of kops has to say itself that it is ready.
        V(direct) asks every one, at the address of its node or else through C(pods/proxy).
        V(indirect) goes without where neither leads to it, judges by pods, volumes and Leases
        alone, and doubles O(etcd_settle).
    type: str
    choices: [direct, indirect]
    default: direct
  control_plane_repair:
    description:
      - Whether to end a new node of a control plane of kops that is not whole within
        O(boot_timeout), so that another comes from the previous image.
      - It is ended once, after the launch template was rolled back, and only while every other node
        has been whole for O(etcd_settle). Otherwise it stays as it is. The rotation fails in any
        case.
    type: bool
    default: false
  allow_api_outage:
    description:
      - Whether a control plane of kops that has one node may be rotated. Its API and all
        controllers are down from the end of the old node until the new one is whole.
      - Before that, instance, volumes, versions of the launch template and the commands to go back
        are written to a file that only its user reads, in O(report_dir) or the folder for temporary
        files. Its path is shown and returned (RV(way_back)).
      - The Leases of the run last O(api_outage_timeout) longer than O(lease_duration).
    type: bool
    default: false
  api_outage_timeout:
    description: Seconds for which the API may be down with O(allow_api_outage). After that the
      rotation fails and leaves the new instance as it is.
    type: int
    default: 1800
  on_outage:
    description: What becomes of the launch template when O(api_outage_timeout) has passed.
      V(rollback_template) lets new instances come from the previous version, V(leave) changes
      nothing.
    type: str
    choices: [rollback_template, leave]
    default: rollback_template
"""
