# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what is wrong with a field, and which names and labels are well formed.

Rules and words are those of apimachinery: pkg/util/validation/field, pkg/api/validate/content and
pkg/api/validation/objectmeta.go.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
SUBDOMAIN = rf"{LABEL}(\.{LABEL})*"
KEY = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
VALUE = f"({KEY})?"
ALNUM = "and must start and end with an alphanumeric character"
ANNOTATIONS_SIZE = 256 * 1024


@dataclasses.dataclass(frozen=True)
class Problem:
    """One field that is not as it should be. `reason`: the type of the cause."""

    field: str
    reason: str
    message: str


def wrong(field: str, value: Any, detail: str) -> Problem:
    """Return the problem of a malformed value."""
    return Problem(field, "FieldValueInvalid", f"Invalid value: {json.dumps(value)}: {detail}")


def missing(field: str, detail: str = "") -> Problem:
    """Return the problem of a value that has to be there."""
    return Problem(field, "FieldValueRequired", _with("Required value", detail))


def forbidden(field: str, detail: str) -> Problem:
    """Return the problem of a value that is well formed and not allowed here."""
    return Problem(field, "FieldValueForbidden", _with("Forbidden", detail))


def duplicate(field: str, value: Any, detail: str = "") -> Problem:
    """Return the problem of a value that is there twice."""
    text = json.dumps(value, separators=(",", ":"))
    return Problem(field, "FieldValueDuplicate", _with(f"Duplicate value: {text}", detail))


def unsupported(field: str, value: Any, supported: Iterable[str]) -> Problem:
    """Return the problem of a value that does not exist."""
    known = ", ".join(json.dumps(one) for one in supported)
    text = f"Unsupported value: {json.dumps(value)}: supported values: {known}"
    return Problem(field, "FieldValueNotSupported", text)


def too_long(field: str, most: int) -> Problem:
    """Return the problem of a value of too many bytes."""
    return Problem(field, "FieldValueTooLong", f"Too long: may not be more than {most} bytes")


def _with(text: str, detail: str) -> str:
    return f"{text}: {detail}" if detail else text


def label_problems(text: str) -> Iterator[str]:
    """Yield what is wrong with a DNS label (the name of a namespace)."""
    if len(text) > 63:
        yield "must be no more than 63 bytes"
    if re.fullmatch(LABEL, text):
        return
    if re.fullmatch(SUBDOMAIN, text):
        yield "must not contain dots"
        return
    what = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    yield f"{what}{ALNUM}{_regex(LABEL, 'my-name', '123-abc')}"


def subdomain_problems(text: str) -> Iterator[str]:
    """Yield what is wrong with a DNS subdomain (the name of most objects)."""
    if len(text) > 253:
        yield "must be no more than 253 characters"
    if not re.fullmatch(SUBDOMAIN, text):
        what = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters"
        yield f"{what}, '-' or '.', {ALNUM}{_regex(SUBDOMAIN, 'example.com')}"


def key_problems(text: str) -> Iterator[str]:
    """Yield what is wrong with the key of a label, an annotation or a taint."""
    what = f"must consist of alphanumeric characters, '-', '_' or '.', {ALNUM}"
    what += _regex(KEY, "MyName", "my.name", "123-abc")
    prefix, slash, name = text.rpartition("/")
    if "/" in prefix:
        yield (
            f"a valid label key {what} with an optional DNS subdomain prefix and '/' (e.g."
            " 'example.com/MyName')"
        )
        return
    if slash and not prefix:
        yield "prefix part must be non-empty"
    elif slash:
        yield from (f"prefix part {problem}" for problem in subdomain_problems(prefix))
    if not name:
        yield "name part must be non-empty"
    elif len(name) > 63:
        yield "name part must be no more than 63 bytes"
    if not re.fullmatch(KEY, name):
        yield f"name part {what}"


def value_problems(text: str) -> Iterator[str]:
    """Yield what is wrong with the value of a label or a taint."""
    if len(text) > 63:
        yield "must be no more than 63 bytes"
    if not re.fullmatch(VALUE, text):
        what = "a valid label must be an empty string or consist of alphanumeric characters"
        examples = _regex(VALUE, "MyValue", "my_value", "12345")
        yield f"{what}, '-', '_' or '.', {ALNUM}{examples}"


def _regex(pattern: str, *examples: str) -> str:
    listed = " or ".join(f"'{one}', " for one in examples)
    return f" (e.g. {listed}regex used for validation is '{pattern}')"


def of_labels(found: Mapping[str, str], field: str = "metadata.labels") -> Iterator[Problem]:
    """Yield what is wrong with labels."""
    for key, value in found.items():
        yield from (wrong(field, key, problem) for problem in key_problems(key))
        yield from (wrong(field, value, problem) for problem in value_problems(value))


def of_annotations(found: Mapping[str, str]) -> Iterator[Problem]:
    """Yield what is wrong with annotations: their keys, and their size together."""
    field = "metadata.annotations"
    for key in found:
        yield from (wrong(field, key, problem) for problem in key_problems(key.lower()))
    if sum(len(key) + len(str(value).encode()) for key, value in found.items()) > ANNOTATIONS_SIZE:
        yield too_long(field, ANNOTATIONS_SIZE)
