"""Foregrounds that come from folders: found, checked, split, read and fitted into the squares of a pool."""

from lfpnet.data.foreground_files.check import CheckedFile, check_foregrounds
from lfpnet.data.foreground_files.find import ForegroundFile, find_foregrounds
from lfpnet.data.foreground_files.read import read_foreground
from lfpnet.data.foreground_files.split import split_foregrounds
from lfpnet.data.foreground_files.square import fitted

__all__ = [
    "CheckedFile",
    "ForegroundFile",
    "check_foregrounds",
    "find_foregrounds",
    "fitted",
    "read_foreground",
    "split_foregrounds",
]
