# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel says about the sidecar: always a sentence, and what to do where something is wrong. No bpy."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, NamedTuple

from .tasks import Snapshot

NOT_INSTALLED = (
    "No sidecar found: install lfpnet (pip install lfpnet, in a Python of its own) and name its command in the "
    "preferences of this extension."
)


class Said(NamedTuple):
    """A sentence and how it looks.

    Attributes:
        text: the sentence.
        level: `ok`, `busy` or `error`.
    """

    text: str
    level: str


def sidecar_sentence(snapshot: Snapshot) -> Said:
    """The state of the sidecar."""
    said = snapshot.capabilities
    if snapshot.state == "none":
        return Said("The sidecar sleeps; it starts with the first matte.", "ok")
    if snapshot.state == "connected":
        if said.get("problem"):
            return Said(str(said["problem"]), "error")
        if said.get("state") == "loading":
            return Said("The sidecar is loading its network.", "busy")
        if said.get("state") == "draining":
            return Said("The sidecar is ending; it starts again with the next matte.", "busy")
        return Said(f"Ready on {_device(snapshot)} (lfpnet {said.get('version', '')}).", "ok")
    if snapshot.state == "asleep":
        return Said("The sidecar has ended after a while without work; it starts with the next matte.", "ok")
    if snapshot.state in ("starting", "greeting"):
        return Said("The sidecar is starting.", "busy")
    return Said(failure_sentence(snapshot.sentence), "error" if snapshot.state == "failed" else "busy")


def failure_sentence(sentence: str) -> str:
    """What the client says, in the words of somebody who sits in Blender."""
    return NOT_INSTALLED if "No sidecar is installed" in sentence else sentence


def training_sentence(reply: Mapping[str, Any]) -> Said:
    """The state of a training run."""
    state = str(reply.get("state", "none"))
    progress = reply.get("progress") or {}
    if state == "running":
        numbers = ", ".join(
            f"{key} {_number(value)}" for key, value in list(progress.items())[:4] if not isinstance(value, dict)
        )
        return Said(f"Fine-tuning: {numbers}." if numbers else "Fine-tuning has begun.", "busy")
    if state == "stopping":
        return Said("Fine-tuning is ending.", "busy")
    if state in ("done", "ended"):
        return _training_result(progress)
    if state == "stopped":
        return Said("Fine-tuning was stopped.", "ok")
    if state == "failed":
        last = str(reply.get("log", "")).strip().splitlines()
        return Said(f"Fine-tuning failed: {last[-1] if last else 'see the log of the sidecar.'}", "error")
    return Said("", "ok")


def _training_result(progress: Mapping[str, Any]) -> Said:
    if progress.get("weights"):
        name = PurePath(str(progress["weights"])).stem
        return Said(f"Fine-tuning is done: choose {name} in the weights menu.", "ok")
    if "weights" in progress:
        return Said("Fine-tuning gained nothing on the frames held back, so the weights stay as they are.", "ok")
    return Said("Fine-tuning has ended: see the weights menu, or the log of the sidecar.", "ok")


def _device(snapshot: Snapshot) -> str:
    if snapshot.device:
        return snapshot.device
    devices = [str(device) for device in snapshot.capabilities.get("devices", [])]
    return ", ".join("the best device" if device == "auto" else device for device in devices) or "this machine"


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
