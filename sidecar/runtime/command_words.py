"""A command as one text, read and written the way its system's own shell does.

Source: Microsoft's rules for the arguments of C programs; POSIX shells through `shlex`.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

#: A quoted part, or anything but blanks: on Windows a backslash is a part of a path.
_WINDOWS_WORD = re.compile(r'(?:"[^"]*"|[^\s"])+')


def split_command(text: str, *, is_windows: bool = os.name == "nt") -> tuple[str, ...]:
    r"""Return the words of a command such as `"C:\Program Files\lfpnet\lfpnet.exe" --verbose`.

    The path of a file that exists is one word, quoted or not.

    Raises:
        ValueError: a quotation is not closed.
    """
    text = text.strip()
    if Path(text.strip('"')).is_file():
        return (text.strip('"'),)
    if not is_windows:
        return tuple(shlex.split(text))
    if text.count('"') % 2:
        raise ValueError("No closing quotation")
    return tuple(word.replace('"', "") for word in _WINDOWS_WORD.findall(text))


def join_command(words: Sequence[str], *, is_windows: bool = os.name == "nt") -> str:
    """Return a text that can be pasted into the system's shell."""
    if not is_windows:
        return shlex.join(words)
    # A % would be a variable's name to cmd.exe in a batch file only; pasted, %04d stays as it is.
    return subprocess.list2cmdline(words)
