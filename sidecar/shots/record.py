"""What a result was made of: one JSON file for each, in the folder `.lfpnet` beside it.

It gives resume (a frame that is done is not computed again) and shows results that are older than their inputs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from enum import Enum
from pathlib import Path
from typing import Any

FORMAT = 1


@dataclass(frozen=True)
class FrameRecord:
    """How one frame was made.

    Attributes:
        frame: its number.
        view: its view, or nothing.
        inputs: fingerprint by role, such as `plate` and `trimap`.
        recipe: everything else that changes the result: model, plan, tile, bands, colour space, depth.
        output: fingerprint of the result by size and time of change; filled in by `write_record`.
        facts: what the sidecar said: weights, device, seconds, warnings.
        made_at: UTC, ISO 8601; filled in by `write_record`.
    """

    frame: int
    inputs: dict[str, str]
    recipe: dict[str, Any]
    view: str = ""
    output: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    made_at: str = ""


class FrameState(str, Enum):
    """What is to be done about a frame."""

    DONE = "done"
    STALE = "stale"
    MISSING = "missing"


def write_record(result: Path, record: FrameRecord) -> None:
    """Note how `result`, which exists, was made; whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    path = record_path(result)
    path.parent.mkdir(exist_ok=True)
    values = {
        "format": FORMAT,
        **asdict(record),
        "output": record.output or _output_of(result),
        "made_at": record.made_at or datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(json.dumps(values, indent=1, sort_keys=True), encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_record(result: Path) -> FrameRecord | None:
    """How `result` was made, or None where that was not noted or cannot be read."""
    try:
        values = json.loads(record_path(result).read_text(encoding="utf-8"))
        if values.pop("format") != FORMAT:
            return None
        known = {name: values[name] for name in FrameRecord.__dataclass_fields__ if name in values}
        return FrameRecord(**known)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def frame_state(result: Path, inputs: Mapping[str, str], recipe: Mapping[str, Any]) -> FrameState:
    """Whether a result is there and still true.

    Args:
        result: file of the frame.
        inputs: fingerprints of its inputs as they are now.
        recipe: how it would be made now.

    Returns:
        MISSING without a file; STALE when inputs, recipe or the file itself changed, or nothing is known of it.
    """
    if not result.is_file():
        return FrameState.MISSING
    record = read_record(result)
    if record is None or record.output != _output_of(result):
        return FrameState.STALE
    is_same = record.inputs == dict(inputs) and record.recipe == json.loads(json.dumps(dict(recipe)))
    return FrameState.DONE if is_same else FrameState.STALE


def record_path(result: Path) -> Path:
    """Where the record of a result lies."""
    return result.parent / ".lfpnet" / f"{result.name}.json"


def _output_of(result: Path) -> str:
    facts = result.stat()
    return f"{facts.st_size}-{facts.st_mtime_ns}"
