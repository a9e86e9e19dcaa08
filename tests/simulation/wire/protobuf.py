# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the bodies that kubectl sends as protobuf.

These are the options of a DELETE, what `kubectl create` makes and what `kubectl auth can-i` asks.
A body is an envelope ("k8s", a zero byte, a message runtime.Unknown) around one message of
k8s.io/api (generated.proto). kubectl accepts JSON as the answer.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

CONTENT_TYPE = "application/vnd.kubernetes.protobuf"
MAGIC = b"k8s\x00"

MESSAGES = {
    "ObjectMeta": "1:name:string 2:generateName:string 3:namespace:string 4:selfLink:string"
    " 5:uid:string 6:resourceVersion:string 7:generation:int 8:creationTimestamp:Time"
    " 11:labels:{}string 12:annotations:{}string 14:finalizers:[]string",
    "LabelSelector": "1:matchLabels:{}string 2:matchExpressions:[]LabelSelectorRequirement",
    "LabelSelectorRequirement": "1:key:string 2:operator:string 3:values:[]string",
    "DeleteOptions": "1:gracePeriodSeconds:int* 2:preconditions:Preconditions*"
    " 3:orphanDependents:bool* 4:propagationPolicy:string* 5:dryRun:[]string",
    "Preconditions": "1:uid:string* 2:resourceVersion:string*",
    "Deployment": "1:metadata:ObjectMeta 2:spec:DeploymentSpec 3:status:Ignored",
    "DeploymentSpec": "1:replicas:int* 2:selector:LabelSelector* 3:template:PodTemplateSpec"
    " 4:strategy:DeploymentStrategy 5:minReadySeconds:int 6:revisionHistoryLimit:int* 7:paused:bool"
    " 9:progressDeadlineSeconds:int*",
    "DeploymentStrategy": "1:type:string 2:rollingUpdate:RollingUpdate*",
    "RollingUpdate": "1:maxUnavailable:IntOrString* 2:maxSurge:IntOrString*",
    "PodTemplateSpec": "1:metadata:ObjectMeta 2:spec:PodSpec",
    "PodSpec": "2:containers:[]Container 3:restartPolicy:string"
    " 4:terminationGracePeriodSeconds:int* 5:activeDeadlineSeconds:int* 6:dnsPolicy:string"
    " 7:nodeSelector:{}string"
    " 8:serviceAccountName:string 9:serviceAccount:string 10:nodeName:string 11:hostNetwork:bool"
    " 12:hostPID:bool 13:hostIPC:bool 16:hostname:string 17:subdomain:string"
    " 19:schedulerName:string 24:priorityClassName:string 25:priority:int*",
    "Container": "1:name:string 2:image:string 3:command:[]string 4:args:[]string"
    " 5:workingDir:string 6:ports:[]ContainerPort 8:resources:ResourceRequirements"
    " 13:terminationMessagePath:string 14:imagePullPolicy:string 16:stdin:bool 17:stdinOnce:bool"
    " 18:tty:bool 20:terminationMessagePolicy:string",
    "ContainerPort": "1:name:string 2:hostPort:int 3:containerPort:int 4:protocol:string"
    " 5:hostIP:string",
    "ResourceRequirements": "1:limits:{}Quantity 2:requests:{}Quantity",
    "ConfigMap": "1:metadata:ObjectMeta 2:data:{}string 3:binaryData:{}bytes 4:immutable:bool*",
    "Namespace": "1:metadata:ObjectMeta 2:spec:NamespaceSpec 3:status:Ignored",
    "NamespaceSpec": "1:finalizers:[]string",
    "ServiceAccount": "1:metadata:ObjectMeta 4:automountServiceAccountToken:bool*",
    "Service": "1:metadata:ObjectMeta 2:spec:ServiceSpec 3:status:Ignored",
    "ServiceSpec": "1:ports:[]ServicePort 2:selector:{}string 3:clusterIP:string 4:type:string"
    " 5:externalIPs:[]string 7:sessionAffinity:string 8:loadBalancerIP:string"
    " 10:externalName:string 11:externalTrafficPolicy:string 12:healthCheckNodePort:int"
    " 13:publishNotReadyAddresses:bool"
    " 18:clusterIPs:[]string",
    "ServicePort": "1:name:string 2:protocol:string 3:port:int 4:targetPort:IntOrString"
    " 5:nodePort:int 6:appProtocol:string*",
    "Job": "1:metadata:ObjectMeta 2:spec:JobSpec 3:status:Ignored",
    "JobSpec": "1:parallelism:int* 2:completions:int* 3:activeDeadlineSeconds:int*"
    " 4:selector:LabelSelector* 5:manualSelector:bool* 6:template:PodTemplateSpec"
    " 7:backoffLimit:int* 8:ttlSecondsAfterFinished:int* 9:completionMode:string* 10:suspend:bool*",
    "PodDisruptionBudget": "1:metadata:ObjectMeta 2:spec:PodDisruptionBudgetSpec 3:status:Ignored",
    "PodDisruptionBudgetSpec": "1:minAvailable:IntOrString* 2:selector:LabelSelector*"
    " 3:maxUnavailable:IntOrString* 4:unhealthyPodEvictionPolicy:string*",
    "SelfSubjectAccessReview": "1:metadata:ObjectMeta 2:spec:AccessReviewSpec 3:status:Ignored",
    "AccessReviewSpec": "1:resourceAttributes:ResourceAttributes*"
    " 2:nonResourceAttributes:NonResourceAttributes*",
    "ResourceAttributes": "1:namespace:string 2:verb:string 3:group:string 4:version:string"
    " 5:resource:string 6:subresource:string 7:name:string",
    "SelfSubjectRulesReview": "1:metadata:ObjectMeta 2:spec:RulesReviewSpec 3:status:Ignored",
    "RulesReviewSpec": "1:namespace:string",
    "NonResourceAttributes": "1:path:string 2:verb:string",
    "Time": "1:seconds:int 2:nanos:int",
}
"""Message -> number, name and type of its fields.

`[]`: a list, `{}`: a map from strings, `*`: optional, so that an empty value counts. Every other
field is always sent, and JSON leaves it out if it is empty. The server ignores the status of a new
object.
"""
SCALARS = ("string", "int", "bool", "bytes", "IntOrString", "Quantity")


def decoded(data: bytes) -> dict[str, Any]:
    """Return the body as JSON would have it.

    Raises ValueError for kinds and fields that are not read.
    """
    if not data.startswith(MAGIC):
        raise ValueError("no Kubernetes protobuf")
    envelope = dict(_fields(data[len(MAGIC) :]))
    about = {number: _text(value) for number, value in _fields(_bytes(envelope.get(1, b"")))}
    kind = about.get(2, "")
    if kind not in MESSAGES:
        raise ValueError(f"{kind!r} in protobuf is not read")
    body = _message(kind, _bytes(envelope.get(2, b"")))
    return {"apiVersion": about.get(1, ""), "kind": kind, **body}


def _message(kind: str, data: bytes) -> dict[str, Any]:
    shape: dict[int, tuple[str, str]] = {}
    for field in MESSAGES[kind].split():
        place, name, form = field.split(":")
        shape[int(place)] = (name, form)
    result: dict[str, Any] = {}
    for number, value in _fields(data):
        if number not in shape:
            raise ValueError(f"field {number} of {kind} is not read")
        name, form = shape[number]
        _put(result, name, form, value)
    return result


def _put(result: dict[str, Any], name: str, form: str, value: int | bytes) -> None:
    if form.startswith("[]"):
        result.setdefault(name, []).append(_value(form[2:], value))
    elif form.startswith("{}"):
        entry = dict(_fields(_bytes(value)))
        result.setdefault(name, {})[_text(entry.get(1, b""))] = _value(form[2:], entry.get(2, b""))
    else:
        read = _value(form.rstrip("*"), value)
        if form.endswith("*") or read not in ("", 0, False, {}, None):
            result[name] = read


def _value(form: str, value: int | bytes) -> Any:
    if form == "Ignored":
        return {}
    if form not in SCALARS:
        return _message(form, _bytes(value))
    if form in ("int", "bool"):
        return _number(value) if form == "int" else bool(value)
    if form == "bytes":
        return base64.b64encode(_bytes(value)).decode()
    if form == "string":
        return _text(value)
    given = dict(_fields(_bytes(value)))
    if form == "Quantity":
        return _text(given.get(1, b""))
    return _text(given.get(3, b"")) if given.get(1) else _number(given.get(2, 0))


def _number(value: int | bytes) -> int:
    """Return a number with its sign, in 64 bits."""
    if not isinstance(value, int):
        raise ValueError("a message where a number was expected")
    return value - (1 << 64) if value >> 63 else value


def _text(value: int | bytes) -> str:
    return _bytes(value).decode()


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("a number where a message was expected")
    return value


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of each field.

    A value is an integer, or the bytes of a string or message.
    """
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        value, at = _varint(data, at)
        if key & 7 == 2:
            yield key >> 3, data[at : at + value]
            at += value
        elif key & 7 == 0:
            yield key >> 3, value
        else:
            raise ValueError(f"wire type {key & 7} is not read")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
