# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the control plane and kwok once, into the user's cache.

A build from nothing takes ten minutes of processor time, so it is kept outside the checkout, in a
folder named after everything that it depends on. Older folders may be deleted at any time.
"""

from __future__ import annotations

import dataclasses
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = ("go.mod", "go.sum", "main.go")
KWOK = "sigs.k8s.io/kwok/cmd/kwok@v0.8.0"
STAMPED = "k8s.io/component-base/version"
"""Package whose variables are what /version answers."""


class NoGo(Exception):
    """There is no Go that could build the control plane."""


@dataclasses.dataclass(frozen=True)
class Binaries:
    """Where the built programs are."""

    folder: Path

    @property
    def control_plane(self) -> str:
        """Return the program of etcd, API server, controller manager and scheduler."""
        return str(self.folder / "realcluster")

    @property
    def kwok(self) -> str:
        """Return the program that plays all kubelets."""
        return str(self.folder / "kwok")


def binaries() -> Binaries:
    """Return the programs, built now if they are not in the cache.

    Raises NoGo, or subprocess.CalledProcessError if a build fails.
    """
    go = usable_go()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nodeops-rotator"
    folder = cache / f"realcluster-{_key(go)}"
    cache.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _build(go, folder)
    return Binaries(folder)


def usable_go() -> str:
    """Return the path of a Go that is new enough for go.mod; raises NoGo."""
    wanted = re.search(r"^go (\d+)\.(\d+)", (HERE / "go.mod").read_text(), re.MULTILINE)
    assert wanted is not None
    needed = f"Go {wanted[1]}.{wanted[2]} or newer"
    go = shutil.which("go")
    if go is None:
        raise NoGo(f"{needed} is not on the PATH")
    found = re.match(r"go(\d+)\.(\d+)", _version(go))
    if found is None or tuple(map(int, found.groups())) < tuple(map(int, wanted.groups())):
        raise NoGo(f"{needed} is needed, and {go} is {_version(go)}")
    return go


def kubernetes_version() -> str:
    """Return the version of Kubernetes that go.mod names, such as v1.37.2."""
    found = re.search(r"k8s\.io/kubernetes (v[\d.]+)", (HERE / "go.mod").read_text())
    assert found is not None
    return found[1]


def _version(go: str) -> str:
    return subprocess.run(
        [go, "env", "GOVERSION"], check=True, capture_output=True, text=True, cwd=HERE
    ).stdout.strip()


def _key(go: str) -> str:
    parts = [(HERE / name).read_bytes() for name in SOURCES]
    parts += [KWOK.encode(), _version(go).encode(), os.uname().machine.encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _build(go: str, folder: Path) -> None:
    """Build both programs; the folder appears only when it is complete."""
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    print(
        f"Building Kubernetes {kubernetes_version()} into {folder} (minutes, once) ...", flush=True
    )
    environment = {**os.environ, "GOBIN": str(partial), "GOFLAGS": "-buildvcs=false"}
    flags = ("-s", "-w", *_stamps())
    commands = (
        [go, "build", "-o", str(partial / "realcluster"), "-ldflags", " ".join(flags), "."],
        [go, "install", "-ldflags", "-s -w", KWOK],
    )
    for command in commands:
        subprocess.run(["nice", *command], check=True, cwd=HERE, env=environment)
    partial.rename(folder)


def _stamps() -> list[str]:
    """Return linker flags that say which version this is, as a release's build does."""
    version = kubernetes_version()
    major, minor = version.removeprefix("v").split(".")[:2]
    stamps = {
        "gitVersion": version,
        "gitMajor": major,
        "gitMinor": minor,
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
    }
    return [f"-X {STAMPED}.{name}={value}" for name, value in stamps.items()]
