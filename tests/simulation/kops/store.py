# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State store of the stand-in for kops, with the errors of the real one."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from ansible_collections.nodeops.rotator.tests.simulation.kops.clients import client

GROUP_KIND = "kops.k8s.io/v1alpha2"


class KopsError(Exception):
    """What kops prints after "Error:"."""


class Store:
    """Specifications of one cluster as objects in a bucket."""

    def __init__(self, url: str, cluster: str) -> None:
        if not url.startswith("s3://"):
            raise KopsError("Please set the --state flag or export KOPS_STATE_STORE.")
        self._url, self._cluster = url.rstrip("/"), cluster
        self._bucket, _slash, path = self._url.removeprefix("s3://").partition("/")
        self._path = f"{path}/" if path else ""

    def _key(self, name: str) -> str:
        return f"{self._path}{self._cluster}/{name}"

    def _text(self, name: str) -> str:
        key = self._key(name)
        try:
            body = client("s3").get_object(Bucket=self._bucket, Key=key)["Body"]
        except ClientError as error:
            found = error.response["Error"]
            if found["Code"] == "NoSuchKey":
                raise FileNotFoundError(key) from error
            path = f"s3://{self._bucket}/{key}"
            raise KopsError(
                f'error fetching cluster "{self._cluster}": error reading cluster configuration'
                f' "{self._cluster}": error reading {path}: error fetching {path}: operation error'
                f" S3: GetObject, https response error StatusCode: 404, api error {found['Code']}:"
                f" {found['Message']}"
            ) from error
        return str(body.read().decode())

    def cluster(self) -> dict[str, Any]:
        """Return the cluster's specification."""
        try:
            return dict(json.loads(self._text("config")))
        except FileNotFoundError as error:
            raise KopsError(
                f'error fetching cluster "{self._cluster}": Cluster.kops.k8s.io'
                f' "{self._cluster}" not found'
            ) from error

    def group(self, name: str) -> dict[str, Any]:
        """Return an instance group."""
        self.cluster()
        try:
            return dict(json.loads(self._text(f"instancegroup/{name}")))
        except FileNotFoundError as error:
            raise KopsError(f'instancegroup not found "{name}"') from error

    def groups(self) -> list[dict[str, Any]]:
        """Return all instance groups, by name."""
        self.cluster()
        prefix = self._key("instancegroup/")
        shown = client("s3").list_objects_v2(Bucket=self._bucket, Prefix=prefix)
        names = [one["Key"].removeprefix(prefix) for one in shown.get("Contents", ())]
        return [self.group(name) for name in sorted(names)]

    def replace(self, text: str, file: str) -> None:
        """Write an instance group; its image is not looked at."""
        try:
            given = json.loads(text)
            version, kind = given["apiVersion"], given["kind"]
        except (ValueError, KeyError, TypeError) as error:
            raise KopsError(f'unhandled kind "/, Kind=InstanceGroup" in "{file}"') from error
        if (version, kind) != (GROUP_KIND, "InstanceGroup"):
            raise KopsError(f'unhandled kind "{version}, Kind={kind}" in "{file}"')
        name = given["metadata"]["name"]
        self.group(name)
        key = self._key(f"instancegroup/{name}")
        client("s3").put_object(Bucket=self._bucket, Key=key, Body=json.dumps(given).encode())
