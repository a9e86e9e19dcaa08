# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell what user data is written for, and which image families can read it.

It is never rewritten. Sources: EKS user guide (AL2023: nodeadm NodeConfig; AL2: bootstrap.sh;
Windows: Start-EKSBootstrap), Bottlerocket documentation (settings in TOML), kops (a script that
fetches nodeup).
"""

from __future__ import annotations

import base64
import binascii
import email
import gzip
import re
import tomllib
import zlib

from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.servers import SERVERS

NODEADM, BOOTSTRAP, EKSCTL, TOML, POWERSHELL, NODEUP = (
    "nodeadm",
    "bootstrap.sh",
    "a bootstrap script of eksctl's own",
    "Bottlerocket TOML",
    "PowerShell",
    "nodeup",
)
OTHER = "other"
_NODE_CONFIG = re.compile(r"""["']?apiVersion["']?\s*:\s*["']?node\.eks\.aws/""")
"""A nodeadm NodeConfig in YAML or JSON, its apiVersion quoted or not."""
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
"""A line that neither a shell, PowerShell nor YAML reads."""

_READ_BY = {
    NODEADM: ("al2023",),
    BOOTSTRAP: ("al2", "ubuntu"),
    EKSCTL: ("al2", "ubuntu"),
    TOML: ("bottlerocket",),
    POWERSHELL: ("windows",),
    NODEUP: ("al2023", "al2", "ubuntu", *SERVERS),
}
_SPEAKS = {
    "al2023": "a nodeadm NodeConfig",
    "al2": "a script that calls /etc/eks/bootstrap.sh",
    "ubuntu": "a script that calls /etc/eks/bootstrap.sh",
    "bottlerocket": "settings in TOML",
    "windows": "PowerShell",
    **dict.fromkeys(SERVERS, "a script that installs Kubernetes, as kops writes it"),
}


def is_base64(text: str) -> bool:
    """Return whether the text is base64, possibly with line breaks."""
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return False
    return True


def decode(text: str) -> str:
    """Return base64 user data as text, decompressed if it is gzip.

    For what is not base64 text it returns a remark that says so.
    """
    try:
        return _text(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError, OSError, EOFError, zlib.error):
        return f"({len(text)} characters that are not base64 text)"


def _text(content: bytes) -> str:
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    text = content.decode(errors="replace")
    # A script may have comments in Latin-1 and is text none the less.
    if b"\0" in content or text.count("\ufffd") * 10 > len(text):
        return content.decode()
    return text


def kinds(text: str) -> frozenset[str]:
    """Return what base64 user data is written for.

    Empty if there is none; {"other"} for something that starts no node by itself.
    """
    if not text:
        return frozenset()
    content = decode(text)
    found = {kind for kind, hit in _signs(content).items() if hit}
    return frozenset(found or {OTHER})


def _signs(content: str) -> dict[str, bool]:
    parts = _parts(content)
    whole = _COMMENT.sub("", "\n".join(parts))
    return {
        NODEADM: bool(_NODE_CONFIG.search(whole)),
        BOOTSTRAP: "/etc/eks/bootstrap.sh" in whole,
        EKSCTL: "/etc/eksctl/" in whole and "/etc/eks/bootstrap.sh" not in whole,
        POWERSHELL: "<powershell>" in whole.lower() or "Start-EKSBootstrap" in whole,
        NODEUP: "NODEUP_URL" in whole,
        TOML: _is_settings(content),
    }


def _parts(content: str) -> list[str]:
    """Return the parts of a MIME multipart message, or the content itself."""
    if "multipart/" not in content[:2000].lower():
        return [content]
    message = email.message_from_string(content.lstrip())
    payloads = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    try:
        return [_text(payload) for payload in payloads if isinstance(payload, bytes)] or [content]
    except (ValueError, OSError, EOFError, zlib.error):
        return [content]


def _is_settings(content: str) -> bool:
    try:
        return "settings" in tomllib.loads(content.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError:
        return False


def obstacle(text: str, family: str) -> str:
    """Return why images of `family` cannot start a node with this user data.

    It is "" when they can, or when the family is not known. User data for several families needs
    only one part that fits.
    """
    found = kinds(text)
    if not found or family not in _SPEAKS:
        return ""
    if family == "bottlerocket" and TOML not in found:
        return f"its user data is {_list(found)}, and Bottlerocket reads settings in TOML only"
    known = found - {OTHER}
    if known and not any(family in _READ_BY[kind] for kind in known):
        return f"its user data is for {_list(known)}, and {family} wants {_SPEAKS[family]}"
    return ""


def _list(found: frozenset[str]) -> str:
    return " and ".join(sorted("a script" if kind == OTHER else kind for kind in found))
