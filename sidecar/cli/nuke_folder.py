"""A plugin folder and one marked block in `init.py` of a Nuke folder: put there, replaced, and removed without a trace.

Everything else in that folder belongs to the artist: the block is compared byte by byte, and a backup stays.
"""

import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from lfpnet.atomic_file import atomic_file
from lfpnet.errors import ConfigurationError, OutputError

PLUGIN = "lfpnet"
#: Says that a folder called `lfpnet` is ours to replace and remove.
MARK = ".made-by-lfpnet-install"
BACKUP = "init.py.before-lfpnet"
_BEGIN, _END = b"# >>> lfpnet >>>", b"# <<< lfpnet <<<"
#: After the marker where the file did not end with a line break, so that removing the block takes ours away too.
_WITH_BREAK = b" (and the line break before)"
_LINES = (
    b"# Made by `lfpnet install nuke`; `lfpnet uninstall nuke` removes it.",
    b"import nuke",
    b"",
    f'nuke.pluginAddPath("./{PLUGIN}")'.encode(),
)


def install(folder: Path, build: Callable[[Path], None]) -> Path:
    """Place the plugin and have Nuke load it; a second time replaces both.

    Args:
        folder: a Nuke folder, such as ~/.nuke; made when missing.
        build: writes the plugin into the empty folder that it is given.

    Returns:
        The plugin's folder.

    Raises:
        ConfigurationError: a folder called `lfpnet` is somebody else's, or the block is damaged.
        OutputError: the folder cannot be written.
    """
    plugin, init = folder / PLUGIN, folder / "init.py"
    _check_ours(plugin)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = init.read_bytes() if init.exists() else b""
        after = with_block(without_block(before, init))
        with tempfile.TemporaryDirectory(prefix=".lfpnet-", dir=folder) as temporary:
            made = Path(temporary) / "new"
            made.mkdir()
            build(made)
            (made / MARK).touch()
            if plugin.exists():
                plugin.replace(Path(temporary) / "old")
            made.replace(plugin)
        if after != before:
            _keep(init, folder / BACKUP)
            _write(init.resolve(), after)
    except OSError as problem:
        raise OutputError(f"The plugin cannot be written to {folder} ({problem}); fix the folder.") from problem
    return plugin


def uninstall(folder: Path) -> bool:
    """Remove the plugin and the block, nothing else; False when there was neither.

    Raises:
        ConfigurationError: a folder called `lfpnet` is somebody else's, or the block is damaged.
        OutputError: the folder cannot be written.
    """
    plugin, init = folder / PLUGIN, folder / "init.py"
    _check_ours(plugin)
    try:
        before = init.read_bytes() if init.exists() else b""
        after = without_block(before, init)
        had_plugin = plugin.exists()
        if had_plugin:
            shutil.rmtree(plugin)
        if after != before:
            if after:
                _write(init.resolve(), after)
            else:
                init.unlink()
    except OSError as problem:
        raise OutputError(f"The plugin cannot be removed from {folder} ({problem}); fix the folder.") from problem
    return had_plugin or after != before


def with_block(text: bytes) -> bytes:
    """Return the text of an init.py with the block at its end, in its own line breaks."""
    line_break = b"\r\n" if b"\r\n" in text else b"\n"
    needs_break = bool(text) and not text.endswith(b"\n")
    begin = _BEGIN + (_WITH_BREAK if needs_break else b"")
    block = line_break.join((begin, *_LINES, _END)) + line_break
    return text + (line_break if needs_break else b"") + block


def without_block(text: bytes, path: Path) -> bytes:
    """Return the text as it was before `with_block`.

    Raises:
        ConfigurationError: only one end of the block is there.
    """
    begin, end, extra = re.escape(_BEGIN), re.escape(_END), re.escape(_WITH_BREAK)
    tail = rb".*?^" + end + rb"(?:\r?\n|\Z)"
    # Ours is the line break in front only where the marker says so, and then it is of the marker's own kind.
    fronts = (rb"\n^" + begin + extra + rb"\n", rb"\r\n^" + begin + extra + rb"\r\n", rb"^" + begin + rb"\r?\n")
    whole = re.compile(rb"|".join(front + tail for front in fronts), re.MULTILINE | re.DOTALL)
    rest = whole.sub(b"", text)
    if _BEGIN in rest or _END in rest:
        raise ConfigurationError(
            f"Expected a whole block between {_BEGIN.decode()} and {_END.decode()} in {path}, got a part; remove it."
        )
    return rest


def _check_ours(plugin: Path) -> None:
    if plugin.exists() and not (plugin / MARK).exists():
        raise ConfigurationError(f"{plugin} was not made by `lfpnet install nuke` and stays as it is; rename it first.")


def _keep(init: Path, backup: Path) -> None:
    """Copy the artist's file aside, once: a later install must not bury it under our own block."""
    if init.exists() and not backup.exists():
        shutil.copy2(init, backup)


def _write(path: Path, text: bytes) -> None:
    with atomic_file(path) as stream:
        stream.write(text)
