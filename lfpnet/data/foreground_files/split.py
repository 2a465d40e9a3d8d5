"""Which foregrounds validate and which train: by a hash of the name, so that a picture stays where it was."""

import hashlib
from collections.abc import Sequence

from lfpnet.data.foreground_files.check import CheckedFile

_ONE_IN = 10


def split_foregrounds(files: Sequence[CheckedFile]) -> tuple[list[CheckedFile], list[CheckedFile]]:
    """Part foregrounds into those to train on and those held out, about one group in ten.

    A group lies in one part whatever else is there. Where nothing would be left to train on, nothing is held out.
    """
    training = [checked for checked in files if not _is_held_out(checked.file.group)]
    if not training:
        return list(files), []
    return training, [checked for checked in files if _is_held_out(checked.file.group)]


def _is_held_out(group: str) -> bool:
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) % _ONE_IN == 0
