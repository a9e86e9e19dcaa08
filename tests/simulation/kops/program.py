# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand in for the kops executable: the commands that are used, on the World.

Start it with `python -m ansible_collections.nodeops.rotator.tests.simulation.kops.program`.

It prints what the real one (1.37) prints, and ends with its exit status. Its state store is in the
World's S3, and its updates make versions of the World's launch templates. WORLD_KOPS_VERSION is the
version that it says it is; WORLD_KOPS_FAIL names a command that fails ("replace", "preview",
"update"), with ":after" once it has had its effect.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from ansible_collections.nodeops.rotator.tests.simulation.kops import help_texts
from ansible_collections.nodeops.rotator.tests.simulation.kops.cloud import Cloud, Difference
from ansible_collections.nodeops.rotator.tests.simulation.kops.store import KopsError, Store

VERSION = "1.33.0"
PADDING = 20
"""Width of a field's name in a preview (kops: upup/pkg/fi/dryrun_target.go)."""


class Parser(argparse.ArgumentParser):
    """Refuses what it does not know, as cobra words it."""

    def error(self, message: str) -> NoReturn:
        """Raise the error of a wrong command line."""
        words = message.replace("unrecognized arguments: ", "unknown flag: ")
        raise KopsError(words)


def parser() -> Parser:
    """Return the parser of the command line."""
    shared = Parser(add_help=False)
    shared.add_argument("--name", default=os.environ.get("KOPS_CLUSTER_NAME", ""))
    shared.add_argument("--state", default=os.environ.get("KOPS_STATE_STORE", ""))
    top = Parser(prog="kops", add_help=False)
    commands = top.add_subparsers(dest="command", required=True, parser_class=Parser)
    commands.add_parser("version", add_help=False)
    get = commands.add_parser("get", parents=[shared], add_help=False)
    get.add_argument("what", choices=["instancegroups", "ig", "cluster"])
    get.add_argument("names", nargs="*")
    get.add_argument("-o", dest="output", choices=["table", "yaml", "json"], default="table")
    replace = commands.add_parser("replace", parents=[shared], add_help=False)
    replace.add_argument("-f", dest="file", required=True)
    update = commands.add_parser("update", parents=[shared], add_help=False)
    update.add_argument("what", choices=["cluster"])
    update.add_argument("--yes", "-y", action="store_true")
    update.add_argument("--help", "-h", action="store_true")
    update.add_argument("--instance-group", action="append", default=[])
    update.add_argument("--target", default="direct", choices=["direct", "terraform"])
    update.add_argument("--out", default="out/terraform")
    update.add_argument("--create-kube-config", default="true", choices=["true", "false"])
    export = commands.add_parser("export", parents=[shared], add_help=False)
    export.add_argument("what", choices=["kubeconfig"])
    export.add_argument("--admin")
    export.add_argument("--kubeconfig", default=os.environ.get("KUBECONFIG", ""))
    return top


class Program:
    """One run."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self._fails = os.environ.get("WORLD_KOPS_FAIL", "")

    def run(self) -> None:
        """Carry the command out. Raises KopsError."""
        getattr(self, f"_{self._given.command}")()

    def _fail(self, moment: str) -> None:
        if self._fails == moment:
            raise KopsError(f"injected fault: {moment}")

    def _store(self) -> Store:
        return Store(self._given.state, self._given.name)

    def _version(self) -> None:
        print(f"Client version: {os.environ.get('WORLD_KOPS_VERSION', VERSION)}")

    def _get(self) -> None:
        store = self._store()
        if self._given.what == "cluster":
            print(json.dumps(store.cluster()))
            return
        found = [store.group(name) for name in self._given.names] or store.groups()
        if self._given.output == "table":
            print("NAME\tROLE\tMACHINETYPE\tMIN\tMAX\tZONES")
            for one in found:
                print("\t".join(_row(one)))
        else:  # JSON is YAML too
            print(json.dumps(found[0] if len(self._given.names) == 1 else found))

    def _replace(self) -> None:
        self._fail("replace")
        text = sys.stdin.read() if self._given.file == "-" else _read(self._given.file)
        self._store().replace(text, self._given.file)
        self._fail("replace:after")

    def _update(self) -> None:
        if self._given.help:
            print(help_texts.UPDATE)
            return
        self._fail("update" if self._given.yes else "preview")
        store = self._store()
        cluster = store.cluster()
        print(help_texts.NOTICE)
        cloud = Cloud(cluster)
        groups = store.groups()
        chosen = self._given.instance_group or [one["metadata"]["name"] for one in groups]
        for name in chosen:
            store.group(name)
        for one in groups:
            cloud.check_image(one)
        found = [
            difference
            for one in groups
            if one["metadata"]["name"] in chosen
            for difference in cloud.differences(one)
        ]
        if self._given.target == "terraform":
            _write_terraform(self._given.out, found)
            self._write_kubeconfig()
            return
        if not self._given.yes:
            _preview(found)
            return
        cloud.apply(found)
        self._write_kubeconfig()
        self._fail("update:after")
        print("Cluster changes have been applied to the cloud.\n\n")
        print("Changes may require instances to restart: kops rolling-update cluster\n")

    def _write_kubeconfig(self) -> None:
        """Do what makes people cry: an update writes the caller's kubeconfig."""
        if self._given.create_kube_config == "true":
            with open(os.environ["KUBECONFIG"], "w", encoding="utf-8") as file:
                file.write("{}")
            print(f"kOps has set your kubectl context to {self._given.name}")

    def _export(self) -> None:
        self._store().cluster()
        content = Cloud({}).kubeconfig()
        if self._given.admin is None or not self._given.kubeconfig:
            raise KopsError("the stand-in exports only a credential of an administrator to a file")
        with open(self._given.kubeconfig, "w", encoding="utf-8") as file:
            file.write(content)
        print(f"kOps has set your kubectl context to {self._given.name}")


def _write_terraform(folder: str, found: Sequence[Difference]) -> None:
    """Write what would be changed, for somebody who applies it."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "kubernetes.tf"), "w", encoding="utf-8") as file:
        file.write(json.dumps([one.name for one in found]))
    print(f"\nTerraform output has been placed into {folder}\n")
    print("Changes may require instances to restart: kops rolling-update cluster\n")


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def _row(group: dict[str, Any]) -> list[str]:
    spec = group["spec"]
    role = {"Master": "ControlPlane"}.get(spec["role"], spec["role"])
    sizes = [str(spec["minSize"]), str(spec["maxSize"])]
    zones = ",".join(spec["subnets"])
    return [group["metadata"]["name"], role, spec["machineType"], *sizes, zones]


def _preview(found: Sequence[Difference]) -> None:
    """Print what would be changed, a block for each resource."""
    if not found:
        print("No changes need to be applied")
        return
    print("Will modify resources:")
    shown = ""
    for one in sorted(found, key=lambda difference: (difference.kind, difference.name)):
        if shown not in ("", f"{one.kind}/{one.name}"):
            print()
        if shown != f"{one.kind}/{one.name}":
            shown = f"{one.kind}/{one.name}"
            print(f"  {shown}")
        print(f"  \t{one.field:<{PADDING}}\t {one.old} -> {one.new}")
    print("\nMust specify --yes to apply changes")


def main(arguments: Sequence[str]) -> int:
    """Run the program; return its exit status."""
    try:
        Program(parser().parse_args(arguments)).run()
    except KopsError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
