"""No shot writes into the results of another: what is there is looked at before the first frame is computed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from .errors import ShotError
from .identity import COMMAND_LINE, Owner
from .pattern import FramePattern
from .record import RECORD_FOLDER, FrameRecord, read_record, write_record


class ForeignResults(ShotError):  # noqa: N818 - it says what is there
    """A folder holds results of another shot.

    Attributes:
        owner: of the results that are there.
    """

    def __init__(self, sentence: str, owner: Owner) -> None:
        """Keep both."""
        super().__init__(sentence)
        self.owner = owner


def check_owner(pattern: FramePattern, views: Sequence[str], owner: Owner) -> str:
    """Refuse to write where results of another shot lie, whichever frames of the sequence they are.

    Args:
        pattern: of the results.
        views: their views, `[""]` where there are none.
        owner: who wants to write.

    Returns:
        A sentence where results have no owner yet, because an older lfpnet made them: they are taken over and made
        anew. Nothing otherwise.

    Raises:
        ForeignResults: a sentence that names the owner and what to do.
    """
    without = 0
    for view in views:
        for result, record in recorded_results(pattern, view):
            if record.owner is None:
                without += 1
            elif record.owner.id != owner.id and result.is_file():
                raise ForeignResults(_refusal(result, record.owner, owner), record.owner)
    if not without:
        return ""
    folder = pattern.path(0, views[0]).parent
    return (
        f"{without} results in {folder} were made before lfpnet noted whose they are: they now belong to {owner.name} "
        "and are made anew where they are asked for."
    )


def take_over(pattern: FramePattern, views: Sequence[str], owner: Owner) -> int:
    """Make every result of a sequence this owner's; those of his settings and pictures then count as done.

    Returns:
        How many belonged to somebody else.

    Raises:
        OSError: a record cannot be written.
    """
    taken = 0
    for view in views:
        for result, record in recorded_results(pattern, view):
            if record.owner is not None and record.owner.id != owner.id and result.is_file():
                write_record(result, replace(record, owner=owner))
                taken += 1
    return taken


def recorded_results(pattern: FramePattern, view: str = "") -> Iterator[tuple[Path, FrameRecord]]:
    """Every result of a sequence that has a record, with it; whether its file is still there or not."""
    folder = pattern.path(0, view).parent
    try:
        names = os.listdir(folder / RECORD_FOLDER)  # noqa: PTH208 - names alone: folders may hold thousands
    except OSError:
        return
    wanted = re.compile(pattern.name_expression(view))
    for name in sorted(names):
        if name.endswith(".json") and wanted.fullmatch(name[:-5]):
            record = read_record(folder / name[:-5])
            if record is not None:
                yield folder / name[:-5], record


def refuse_foreign(result: Path, record: FrameRecord | None, owner: Owner) -> str:
    """Why one result may not be written: it is another shot's. Nothing where it may."""
    if record is None or record.owner is None or record.owner.id == owner.id or not result.exists():
        return ""
    return _refusal(result, record.owner, owner)


def _refusal(result: Path, theirs: Owner, owner: Owner) -> str:
    if owner.host == COMMAND_LINE:
        way = "choose another -o, or say --take-over to make these results yours"
    else:
        way = "choose another folder for the results, or take them over"
    return f"{result} belongs to {theirs.name} and is not overwritten by {owner.name}: {way}."
