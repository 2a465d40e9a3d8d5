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
        level: `ok`, `info`, `busy` or `error`.
    """

    text: str
    level: str


def sidecar_sentence(snapshot: Snapshot) -> Said:
    """The state of the sidecar."""
    said = snapshot.capabilities
    if snapshot.state == "none":
        return Said("The sidecar sleeps; it starts with the first matte.", "info")
    if snapshot.state == "connected":
        if said.get("problem"):
            return Said(str(said["problem"]), "error")
        if said.get("state") == "loading":
            return Said("The sidecar is loading its network.", "busy")
        if said.get("state") == "draining":
            return Said("The sidecar is ending; it starts again with the next matte.", "busy")
        return Said(f"Ready{_device(snapshot)} (lfpnet {said.get('version', '')}).", "ok")
    if snapshot.state == "asleep":
        return Said("The sidecar has ended after a while without work; it starts with the next matte.", "info")
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
        return Said(_training_numbers(progress), "busy")
    if state == "stopping":
        return Said("Fine-tuning is ending.", "busy")
    if state in ("done", "ended") or (state == "failed" and "weights" in progress):  # it fails if it gained nothing
        return _training_result(progress)
    if state == "stopped":
        return Said("Fine-tuning was stopped.", "ok")
    if state == "failed":
        words = [line for line in str(reply.get("log", "")).splitlines() if line.strip() and not line.startswith("{")]
        return Said(f"Fine-tuning failed: {words[-1] if words else 'see the log of the sidecar.'}", "error")
    return Said("", "ok")


def training_share(reply: Mapping[str, Any]) -> float | None:
    """How much of a training run is done, 0 to 1; None before it says."""
    progress = reply.get("progress") or {}
    step, steps = progress.get("step"), progress.get("steps")
    is_known = reply.get("state") == "running" and isinstance(step, int) and isinstance(steps, int) and steps > 0
    return step / steps if is_known else None


def _training_numbers(progress: Mapping[str, Any]) -> str:
    """Step and figures; the run may end before the last step, when its minutes are over."""
    parts = []
    if "step" in progress:
        of = f" of at most {progress['steps']}" if "steps" in progress else ""
        parts.append(f"step {progress['step']}{of}")
    figures = {key: value for key, value in progress.items() if isinstance(value, float)}
    parts += [f"{key} {_number(value)}" for key, value in list(figures.items())[:3]]
    return f"Fine-tuning: {', '.join(parts)}." if parts else "Fine-tuning has begun."


def _training_result(progress: Mapping[str, Any]) -> Said:
    if progress.get("weights"):
        name = PurePath(str(progress["weights"])).stem
        return Said(f"Fine-tuning is done: choose {name} in the weights menu.", "ok")
    if "weights" in progress:
        return Said("Fine-tuning gained nothing on the frames held back, so the weights stay as they are.", "ok")
    return Said("Fine-tuning has ended: see the weights menu, or the log of the sidecar.", "ok")


def _device(snapshot: Snapshot) -> str:
    """The device of the last matte, else what the sidecar was told; `auto` says nothing before the first matte."""
    told = (str(device) for device in snapshot.capabilities.get("devices", []))
    named = snapshot.device or ", ".join(device for device in told if device != "auto")
    return f" on {named}" if named else ""


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
