# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: node_groups
short_description: Node groups of EKS and kops clusters as inventory hosts
version_added: 0.1.0
author: nodeops.rotator contributors (@nodeops)
description:
  - Creates one host for each node group of the EKS and kops clusters of one or more regions. A node
    group is one Auto Scaling group.
  - The configuration is a YAML file whose name ends with C(node_groups.yml) or C(node_groups.yaml).
  - Self-managed node groups are recognized by the tag C(kubernetes.io/cluster/<cluster>) or
    C(k8s.io/cluster/<cluster>) with the value C(owned) or C(shared), managed ones by the tags that
    EKS sets.
  - Instance groups of kops are recognized by the tags that kops sets, C(KubernetesCluster),
    C(kops.k8s.io/instancegroup) and C(k8s.io/role/<role>). Names are compared whole and never taken
    apart. A group of kops that names no cluster or several ones is left out with a warning.
  - Host names are the names of the Auto Scaling groups. For managed node groups they are the names
    of cluster and node group, joined by a hyphen.
  - Host names are unique, over all inventory files of a command. A name that occurs twice, or that
    is also the name of an inventory group, gets the region appended, then if needed the cluster,
    the Auto Scaling group, the account and a hash.
  - Variables say what a node group is, never how large it is, since that changes while an inventory
    is in use. They are C(eks_cluster), C(cluster_name), C(region), C(aws_account_id),
    C(autoscaling_group_name), C(node_group_kind) (V(self_managed), V(eks_managed) or V(kops)),
    C(eks_nodegroup) and C(eks_ami_type) (managed ones only), C(zones), C(instance_types),
    C(node_group_labels) and C(node_group_tags), and what Ansible needs to run modules on the
    control node.
  - Instance groups of kops have C(kops_cluster) instead of C(eks_cluster), and
    C(kops_instance_group) and C(node_group_role) (V(control_plane), V(apiserver), V(bastion),
    V(node), or V(unknown) for a role that no playbook of this collection touches).
  - Groups are C(node_groups) (all), C(self_managed), C(eks_managed), C(kops), and C(cluster_<name>)
    for each cluster. Instance groups of kops are also in the group of their role.
  - The key of the cache includes the content of the file. A changed file never gets an old answer.
options:
  plugin:
    description: Name of this plugin.
    type: str
    required: true
    choices: [nodeops.rotator.node_groups]
  regions:
    description:
      - Regions to search.
      - By default O(region), which may come from the environment or from the AWS profile.
    type: list
    elements: str
    default: []
  clusters:
    description: EKS and kops clusters to include. By default all. A name that exists in none of the
      regions is an error.
    type: list
    elements: str
    default: []
  cluster_types:
    description:
      - Types of clusters to look for.
      - Without V(eks), C(eks:ListClusters) is not needed.
    type: list
    elements: str
    choices: [eks, kops]
    default: [eks, kops]
    version_added: 0.1.0
  tags:
    description: Include only node groups whose Auto Scaling group has all of these tags with these
      values.
    type: dict
    default: {}
  on_error:
    description:
      - What to do if the node groups cannot be read (expired credentials, a denied call, no answer)
        or the configuration is wrong.
      - Ansible turns a failed inventory plugin into a warning and continues without its hosts, so
        that a playbook succeeds without having done anything. V(fail) therefore ends the whole
        command with one line and exit status 2. V(warn) leaves it to Ansible.
    type: str
    choices: [fail, warn]
    default: fail
    version_added: 0.1.0
  allow_empty:
    description: Accept that there is no node group at all. By default that is an error.
    type: bool
    default: false
    version_added: 0.1.0
notes:
  - Needs the IAM actions C(autoscaling:DescribeAutoScalingGroups), for EKS C(eks:ListClusters), and
    for managed node groups C(eks:DescribeNodegroup).
  - Each file is for one account. For several accounts, use several files, each with its own
    O(profile) or O(assume_role_arn), and pass them all with C(-i).
extends_documentation_fragment:
  - inventory_cache
  - constructed
  - amazon.aws.boto3
  - amazon.aws.common.plugins
  - amazon.aws.region.plugins
  - amazon.aws.assume_role.plugins
"""

EXAMPLES = r"""
# prod.node_groups.yml: all node groups of all EKS and kops clusters of a region
plugin: nodeops.rotator.node_groups
regions:
  - eu-west-1

---
# Two clusters, only what one team owns, grouped by the label "role"; answers are kept
# for ten minutes
plugin: nodeops.rotator.node_groups
regions: [eu-west-1, eu-central-1]
clusters: [shop, search]
tags:
  team: platform
keyed_groups:
  - key: node_group_labels.role
    prefix: role
groups:
  canaries: "'canary' in autoscaling_group_name"
compose:
  rotate_max_surge: "'25%' if node_group_labels.role | default('') == 'web' else 1"
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: .cache/inventory
cache_timeout: 600
"""

import contextlib
import dataclasses
import hashlib
import re
from typing import Any, NoReturn

from ansible import constants as C
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.template import trust_as_template
from ansible.utils.display import Display
from ansible.utils.vars import combine_vars, load_extra_vars

# First, since what follows cannot be imported without what it looks for.
from ansible_collections.nodeops.rotator.plugins.plugin_utils.supported import AWSInventoryBase

# isort: split
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.identity import (
    NodeGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.spelling import meant
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import tag_text
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.discovery import discover
from ansible_collections.nodeops.rotator.plugins.plugin_utils.hosts import (
    ALL,
    cluster_group,
    make_variables,
    name_hosts,
)

OURS = re.compile(r"^plugin:\s*['\"]?nodeops\.rotator\.node_groups\b", re.MULTILINE)
HEAD = 10_000
"""Characters at the beginning of a file among which the name of its plugin is looked for."""
LOCAL = {
    "ansible_connection": "local",
    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
}
"""Variables that run modules on the control node, with the interpreter of Ansible."""
TEMPLATE_SIGNS = ("{{", "{%", "{#", "#jinja2:")
"""What a text that Ansible would evaluate contains. The last one, at the beginning, names other
signs for the rest."""


class InventoryModule(AWSInventoryBase):
    """Node groups of clusters as hosts, see DOCUMENTATION."""

    NAME = "nodeops.rotator.node_groups"
    INVENTORY_FILE_SUFFIXES = ("node_groups.yml", "node_groups.yaml")

    def verify_file(self, path: str) -> bool:
        """Return whether the name of the file is one of ours.

        A file that names this plugin, but is not called so, ends the command.
        """
        if super().verify_file(path):
            return True
        with contextlib.suppress(OSError, ValueError), open(path, encoding="utf-8") as file:
            if OURS.search(file.read(HEAD)):
                end(path, "Its name has to end with node_groups.yml or node_groups.yaml. Rename it")
        return False

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Add the node groups to the inventory, or end the command with status 2."""
        try:
            super().parse(inventory, loader, path, cache=cache)
            self._parse(path, cache)
        except Exception as error:
            if self._only_warns():
                raise AnsibleParserError(str(error)) from None
            end(path, error)

    def _only_warns(self) -> bool:
        try:
            return bool(self.get_option("on_error") == "warn")
        except (AnsibleError, KeyError):  # the file could not be read
            return False

    def _parse(self, path: str, cache: bool) -> None:
        known, kept = self.get_cached_result(path, cache)
        found = [_load(entry) for entry in kept] if known else self._discover()
        self.inventory.add_group(ALL)
        present = {name: host.vars for name, host in self.inventory.hosts.items()}
        named = name_hosts(found, present, self.inventory.groups)
        try:
            for name, node_group in named:
                self._add(name, node_group)
        finally:
            self._check_groups({name for name, _node_group in named})
        entries = [dataclasses.asdict(node_group) for node_group in found]
        self.update_cached_result(path, cache, entries)

    def _check_groups(self, hosts: set[str]) -> None:
        """Refuse a group that was composed with the name of a host."""
        if shadowed := sorted(hosts & set(self.inventory.groups)):
            raise AnsibleParserError(
                f"{', '.join(shadowed)} would be a host and a group. Give the groups of groups and"
                " keyed_groups another name or prefix"
            )

    def _read_config_data(self, path: str) -> Any:
        """Read the file and refuse options that do not exist, which Ansible passes over."""
        config = super()._read_config_data(path)
        known = C.config.get_configuration_definitions("inventory", self._load_name)
        names = {*known, *(alias for one in known.values() for alias in one.get("aliases") or ())}
        for name in sorted(set(config) - names):
            near = meant(name, names)
            hint = f"Did you mean {near}?" if near else "See ansible-doc -t inventory " + self.NAME
            raise AnsibleParserError(f"There is no option {name}. {hint}")
        return config

    def get_cache_key(self, path: str) -> str:
        """Return a cache key that changes with the content of the file."""
        with open(path, "rb") as file:
            content = hashlib.sha256(file.read()).hexdigest()
        return f"{super().get_cache_key(path)}_{content[:16]}"

    def get_option(self, option: str, hostvars: Any = None) -> Any:
        """Return an option.

        AWSInventoryBase templates `regions` in a way that ansible-core has deprecated.
        """
        if option != "regions":
            return super().get_option(option, hostvars)
        return [
            self.templar.template(region)
            for region in super(AWSInventoryBase, self).get_option(option, hostvars)
        ]

    def _discover(self) -> list[NodeGroup]:
        regions = self._regions()
        tags = {key: tag_text(value) for key, value in self.get_option("tags").items()}
        clusters, cluster_types = self.get_option("clusters"), self.get_option("cluster_types")
        found = discover(self, regions, clusters, tags, cluster_types, self.warn)
        for region, error in found.unread.items():
            self.warn(f"Region {region} is left out, the account may not be opted in: {error}")
        for unnamed in found.unnamed:
            self.warn(f"{unnamed}, and is left out")
        if not found.node_groups:
            where = f"in {', '.join(regions)} ({len(found.clusters)} clusters)"
            text = f"No node groups {where}. Check regions, clusters, tags and account"
            if not self.get_option("allow_empty"):
                raise AnsibleParserError(f"{text}, or set allow_empty: true")
            self.warn(text)
        return list(found.node_groups)

    def _regions(self) -> list[str]:
        regions = self.get_option("regions") or ([self.region] if self.region else [])
        if not regions:
            raise AnsibleParserError(
                "No AWS region to look for clusters in. Set regions in this file, or AWS_REGION"
            )
        return list(dict.fromkeys(regions))

    def _add(self, name: str, node_group: NodeGroup) -> None:
        variables = make_variables(node_group)
        self.inventory.add_host(name, group=ALL)
        for group in filter(None, (node_group.kind, node_group.role, cluster_group(node_group))):
            group = self.inventory.add_group(self._sanitize_group_name(group))
            self.inventory.add_child(ALL, group)
            self.inventory.add_host(name, group=group)
        for key, value in variables.items():
            self.inventory.set_variable(name, key, plain(value))
        for key, value in LOCAL.items():
            self.inventory.set_variable(name, key, trust_as_template(value))
        if self.get_option("use_extra_vars"):
            variables = combine_vars(variables, load_extra_vars(self.loader))
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict=strict)
        self._add_host_to_keyed_groups(
            self.get_option("keyed_groups"), variables, name, strict=strict
        )


def end(path: str, problem: object) -> NoReturn:
    """End the command with one line.

    Ansible turns every exception of an inventory plugin into a warning, goes on without its hosts
    and ends with status 0. Only SystemExit reaches its command line.
    """
    Display().error(f"{path}: {' '.join(str(problem).split())}", wrap_text=False)
    raise SystemExit(2)


def plain(value: Any) -> Any:
    """Return the value so that `ansible-inventory --list` shows strings as strings.

    ansible-core marks strings that it does not trust as templates, among them all that AWS returns.
    A string that Jinja2 would return as it is may lose the mark.
    """
    if isinstance(value, dict):
        return {plain(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, str) and not any(sign in value for sign in TEMPLATE_SIGNS):
        return trust_as_template(value)
    return value


def _load(entry: dict[str, Any]) -> NodeGroup:
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    return NodeGroup(**fields)
