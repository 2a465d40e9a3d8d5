# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of one shot: which frames are done, stale or missing, and how gaps are closed before a render.

A missing file inside a sequence breaks Blender's render (4.2 and 5.0 write nothing, 4.5 a black picture), so every
gap gets a file of its own: the frame before it again, or an empty one. Such a file's record names it a placeholder.
"""

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from .exr import write_empty
from .sidecar.shots.identity import Owner
from .sidecar.shots.ownership import recorded_results
from .sidecar.shots.pattern import FramePattern
from .sidecar.shots.record import FrameRecord, FrameState, output_fingerprint, read_record, write_record
from .sidecar.shots.request import MatteRequest, is_made_with

DONE, STALE, MISSING = FrameState.DONE.value, FrameState.STALE.value, FrameState.MISSING.value
#: Done, as far as can be seen without rendering the inputs.
UNKNOWN = "unknown"
HOLD, EMPTY, REFUSE = "HOLD", "EMPTY", "REFUSE"
_PLACEHOLDER = "placeholder"


class ShotResults:
    """The results of one shot in one folder."""

    def __init__(self, folder: Path, name: str, owner: Owner) -> None:
        """Look at nothing yet.

        Args:
            folder: need not exist.
            name: what the files are called before the frame number.
            owner: whose results count; those of others are neither shown, counted nor touched.
        """
        self.folder = folder
        self.name = name
        self.owner = owner
        self._pattern = FramePattern(str(folder / f"{name}.####.exr"))

    def path(self, frame: int) -> Path:
        """The file of a frame."""
        return self._pattern.path(frame)

    def finished(self) -> list[int]:
        """Frames with a matte, stale ones included, placeholders not."""
        if not self.folder.is_dir():
            return []
        return sorted(frame for frame in self._pattern.frames() if self._is_result(frame))

    def state(self, frame: int, request: MatteRequest, sources: Mapping[str, str]) -> str:
        """`done`, `stale`, `missing` or `unknown`, without reading a pixel.

        Args:
            frame: of the scene.
            request: that of now.
            sources: what is known of the inputs now; empty texts stand for what only a render could tell.
        """
        record = read_record(self.path(frame))
        if not self.path(frame).is_file() or (record is not None and not self._counts(record)):
            return MISSING
        is_noted = record is not None and record.owner is not None and is_made_with(record.recipe, request)
        if not is_noted or record.output != output_fingerprint(self.path(frame)):
            return STALE
        known = record.facts.get("sources", {})
        if any(value and known.get(key) and known[key] != value for key, value in sources.items()):
            return STALE
        return DONE if all(value and known.get(key) for key, value in sources.items()) else UNKNOWN

    def missing(self, frames: Iterable[int]) -> list[int]:
        """Those of the frames that have no matte."""
        finished = set(self.finished())
        return [frame for frame in frames if frame not in finished]

    def take_over(self) -> int:
        """Make results of others in this folder this shot's; how many there were.

        Raises:
            OSError: a record cannot be written.
        """
        found = [(path, record) for path, record in recorded_results(self._pattern) if record.owner != self.owner]
        for path, record in found:
            if path.exists():
                write_record(path, replace(record, owner=self.owner))
        return len(found)

    def close_gaps(self, how: str) -> tuple[int, int] | None:
        """Close the gaps between the first and the last matte.

        Args:
            how: `HOLD`, `EMPTY` or `REFUSE`, which takes placeholders away.

        Returns:
            First and last frame, None where there is no matte.
        """
        finished = self.finished()
        if not finished:
            return None
        first, last = finished[0], finished[-1]
        done = set(finished)
        source = first
        for frame in range(first, last + 1):
            if frame in done:
                source = frame
            elif self._is_foreign(frame):
                continue
            elif how == REFUSE:
                self.path(frame).unlink(missing_ok=True)
            else:
                self._place(frame, source, how)
        if first > 0 and not self._is_foreign(first - 1):
            # Before the start of a sequence Blender shows the file of one number less.
            self._place(first - 1, first, HOLD)
        return first, last

    def _is_result(self, frame: int) -> bool:
        """Whether a file is a matte of this shot; one that nobody has noted is."""
        record = read_record(self.path(frame))
        return record is None or self._counts(record)

    def _counts(self, record: FrameRecord) -> bool:
        is_ours = record.owner is None or record.owner.id == self.owner.id
        return is_ours and _PLACEHOLDER not in record.recipe

    def _is_foreign(self, frame: int) -> bool:
        record = read_record(self.path(frame))
        return record is not None and record.owner is not None and record.owner.id != self.owner.id

    def _place(self, frame: int, source: int, how: str) -> None:
        path, source_path = self.path(frame), self.path(source)
        record = read_record(path)
        about = {_PLACEHOLDER: how, "source": source}
        if how == HOLD and path.exists() and path.samefile(source_path):
            return
        if how == EMPTY and path.exists() and record is not None and record.recipe == about:
            return
        if how == HOLD:
            _link_or_copy(source_path, path)
        else:
            write_empty(path, source_path)
        write_record(path, FrameRecord(frame, inputs={}, recipe=about, owner=self.owner))


def _link_or_copy(source: Path, path: Path) -> None:
    """Make a second name for a file; a later result replaces the name, never the content."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    try:
        os.link(source, temporary)
    except OSError:  # a file system without links
        shutil.copyfile(source, temporary)
    temporary.replace(path)
    temporary.unlink(missing_ok=True)  # rename does nothing where both names are one file already
