"""What a result was made of: one JSON file for each, in the folder `.lfpnet` beside it.

It gives resume (a frame that is done is not computed again), shows results that are older than their inputs, and says
whose a result is. Records of format 1 had no owner: what they describe is stale.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from enum import Enum
from pathlib import Path
from typing import Any

from ..runtime.atomic import write_atomically
from .identity import Owner

FORMAT = 2
#: Formats that can be read; what they lack counts as stale.
_KNOWN_FORMATS = (1, 2)
RECORD_FOLDER = ".lfpnet"


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
        owner: whose result it is; None in records of format 1.
        neighbours: fingerprint of other frames that this one was made from, by their number; usually none.
        format: of the file that it was read from.
    """

    frame: int
    inputs: dict[str, str]
    recipe: dict[str, Any]
    view: str = ""
    output: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    made_at: str = ""
    owner: Owner | None = None
    neighbours: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


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
        **asdict(record),
        "format": FORMAT,
        "output": record.output or output_fingerprint(result),
        "made_at": record.made_at or datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
    values["owner"] = None if record.owner is None else record.owner.fields()
    write_atomically(path, json.dumps(values, indent=1, sort_keys=True).encode())


def read_record(result: Path) -> FrameRecord | None:
    """How `result` was made, or None where that was not noted or cannot be read."""
    try:
        values = json.loads(record_path(result).read_text(encoding="utf-8"))
        if values["format"] not in _KNOWN_FORMATS:
            return None
        known = {name: values[name] for name in FrameRecord.__dataclass_fields__ if name in values}
        return FrameRecord(**{**known, "owner": Owner.from_fields(known.get("owner"))})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def frame_state(
    result: Path,
    inputs: Mapping[str, str],
    recipe: Mapping[str, Any],
    *,
    owner: Owner | None = None,
    neighbours: Mapping[str, str] | None = None,
) -> FrameState:
    """Whether a result is there and still true.

    Args:
        result: file of the frame.
        inputs: fingerprints of its inputs as they are now.
        recipe: how it would be made now, as `MatteRequest.record()` gives it.
        owner: whose result it must be; None where owners do not count.
        neighbours: fingerprints of the other frames that it would be made from now.

    Returns:
        MISSING without a file; STALE when inputs, recipe or the file itself changed, another shot made it, or nothing
        is known of it.
    """
    if not result.is_file():
        return FrameState.MISSING
    record = read_record(result)
    if record is None or record.format < FORMAT or record.output != output_fingerprint(result):
        return FrameState.STALE
    is_same = (
        (owner is None or (record.owner is not None and record.owner.id == owner.id))
        and record.inputs == dict(inputs)
        and record.neighbours == dict(neighbours or {})
        and is_same_recipe(record.recipe, recipe)
    )
    return FrameState.DONE if is_same else FrameState.STALE


def is_same_recipe(recorded: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a matte made with `recorded` is one that `wanted` would make.

    Weights count by content (`weights`), and by the name of their model only while `wanted` does not know what they
    hold. How a host came by the pictures (`capture`) does not count: their fingerprints do.
    """
    ours, theirs = (dict(json.loads(json.dumps(dict(recipe)))) for recipe in (recorded, wanted))
    unsaid = {"capture"}
    if not theirs.get("weights"):
        unsaid.add("weights")  # nobody has said what they hold now
    elif ours.get("weights"):
        unsaid.add("model")
    return all(ours.get(key) == theirs.get(key) for key in (ours.keys() | theirs.keys()) - unsaid)


def record_path(result: Path) -> Path:
    """Where the record of a result lies."""
    return result.parent / RECORD_FOLDER / f"{result.name}.json"


def output_fingerprint(result: Path) -> str:
    """Size and time of change of a result: another file under its name has others."""
    facts = result.stat()
    return f"{facts.st_size}-{facts.st_mtime_ns}"
