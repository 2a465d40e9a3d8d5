"""A pool: foregrounds drawn or gathered once, and backgrounds, in memory-mapped files; training crops and composites.

A folder holds `colours.npy`, `alphas.npy`, `kinds.npy`, `anchors.npy` (places near unknown pixels), `backgrounds.npy`
with `background_table.npy`, and `pool.json` with the provenance, written last: a folder without it is unfinished.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Int32, Int64, UInt8

from lfpnet.data.background_file import write_backgrounds
from lfpnet.data.drawing import ANCHORS, DRAWING, anchors, draw_foreground
from lfpnet.data.foreground import Foreground
from lfpnet.data.foreground_files import CheckedFile, fitted, read_foreground
from lfpnet.data.procedural import GENERATORS, SHARES
from lfpnet.data.workers import mapping
from lfpnet.errors import ConfigurationError, InputError, OutputError

_FORMAT = 1
#: Where kinds name generators: a foreground that came from a folder.
GATHERED = 255

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Pool:
    """An opened pool; arrays are memory-mapped and read-only.

    Attributes:
        colours: foreground colours, unpremultiplied and display-encoded.
        alphas: coverage times 255.
        kinds: index of the generator in `GENERATORS`, or `GATHERED` for foregrounds from folders, which come last.
        anchors: x and y of places at or near fractional alpha, for each foreground.
        background_pixels: all backgrounds, flat, one after another.
        background_table: offset, height and width of each background.
        provenance: what `pool.json` says.
    """

    colours: UInt8[np.ndarray, "n s s 3"]
    alphas: UInt8[np.ndarray, "n s s"]
    kinds: UInt8[np.ndarray, " n"]
    anchors: Int32[np.ndarray, "n k 2"]
    background_pixels: UInt8[np.ndarray, " bytes"]
    background_table: Int64[np.ndarray, "m 3"]
    provenance: dict[str, object]

    @property
    def gathered_count(self) -> int:
        """How many foregrounds came from folders."""
        return len(np.atleast_1d(np.asarray(self.provenance.get("foregrounds", []))))

    @property
    def gathered_share(self) -> float | None:
        """How much of the samples they are to be; None: as many as their number says."""
        share = self.provenance.get("share")
        return float(str(share)) if share is not None and 0 < self.gathered_count < len(self.alphas) else None

    def background(self, index: int) -> UInt8[np.ndarray, "h w 3"]:
        """Return one background, display-encoded, as a view into the file."""
        offset, height, width = (int(number) for number in self.background_table[index])
        return self.background_pixels[offset : offset + height * width * 3].reshape(height, width, 3)


def open_pool(folder: Path) -> Pool:
    """Open a finished pool.

    Args:
        folder: what `build_pool` was given.

    Raises:
        InputError: the folder is missing, unfinished or of another format.
    """
    if not (folder / "pool.json").is_file():
        raise InputError(f"{folder} should hold a finished pool has no pool.json; build it with `lfpnet data pool`.")
    provenance = json.loads((folder / "pool.json").read_text())
    if provenance.get("format") != _FORMAT:
        raise InputError(
            f"{folder} holds a pool of format {provenance.get('format')} but {_FORMAT} is read; build it again."
        )
    names = ("colours", "alphas", "kinds", "anchors", "backgrounds", "background_table")
    try:
        arrays = [np.load(folder / f"{name}.npy", mmap_mode="r") for name in names]
    except (OSError, ValueError) as problem:
        raise InputError(f"{folder} has a damaged or missing pool file ({problem}); build it again.") from problem
    return Pool(*arrays, provenance=provenance)


def build_pool(
    folder: Path,
    count: int,
    seed: int,
    *,
    backgrounds: Sequence[Path] = (),
    procedural_backgrounds: int = 64,
    foregrounds: Sequence[CheckedFile] = (),
    share: float | None = None,
    size: int = 512,
    workers: int = 1,
    progress: Progress | None = None,
) -> Pool:
    """Draw and gather foregrounds and backgrounds into a folder; an interrupted build goes on where it stopped.

    Args:
        folder: where the pool goes; made when missing.
        count: number of drawn foregrounds.
        seed: foreground i depends on (seed, i) alone, whatever the number of workers.
        backgrounds: photographs, any format that OpenCV reads, shrunk to at most 1024 px.
        procedural_backgrounds: number of drawn backgrounds added to the photographs.
        foregrounds: from folders, put behind the drawn ones.
        share: how much of the samples these are to be, above 0 and below 1; None: every foreground is drawn as often.
        size: side of a foreground in pixels.
        workers: processes that draw.
        progress: called with (finished, total).

    Returns:
        The finished pool.

    Raises:
        ConfigurationError: counts below 1, or the folder holds a pool made from another recipe.
        ImageFileError: a background cannot be read.
        OutputError: the folder cannot be made, or the disk is too small.
    """
    total = count + len(foregrounds)
    _check_counts(count, total, size, len(backgrounds) + procedural_backgrounds, share)
    recipe: dict[str, object] = {
        "format": _FORMAT,
        "drawing": DRAWING,
        "count": count,
        "seed": seed,
        "size": size,
        "procedural_backgrounds": procedural_backgrounds,
        "backgrounds": [path.name for path in backgrounds],
        "generators": list(GENERATORS),
        "shares": SHARES,
        "opencv": cv2.__version__,
    }
    if foregrounds:
        recipe |= {"foregrounds": [checked.record for checked in foregrounds], "share": share}
    if _is_finished(folder, recipe):
        return open_pool(folder)
    _make_room(folder, total * size * size * 4)
    write_backgrounds(folder, backgrounds, procedural_backgrounds, seed)
    _fill(folder, recipe, _Source(count, seed, size, tuple(foregrounds)), workers, progress)
    _finish(folder, recipe)
    return open_pool(folder)


def _check_counts(count: int, total: int, size: int, backgrounds: int, share: float | None) -> None:
    """Refuse what no pool can be."""
    if count < 0 or total < 1 or size < 16 or backgrounds < 1:
        raise ConfigurationError(
            f"A pool needs at least one foreground of 16 px and one background, not {total} of {size} px and "
            f"{backgrounds}; raise the counts."
        )
    if share is not None and not 0 < share < 1:
        raise ConfigurationError(f"Expected a share of foregrounds from folders between 0 and 1, got {share:g}.")


def _finish(folder: Path, recipe: dict[str, object]) -> None:
    """Write the provenance, which makes the folder a pool, and drop what only an unfinished one needs."""
    temporary = folder / "pool.json.partial"
    temporary.write_text(json.dumps(recipe, indent=1))
    temporary.replace(folder / "pool.json")
    (folder / "recipe.json").unlink()
    (folder / "finished.npy").unlink()


def _is_finished(folder: Path, recipe: dict[str, object]) -> bool:
    """Whether the folder holds this very pool already; another recipe in the folder is refused."""
    for name in ("pool.json", "recipe.json"):
        if (folder / name).is_file() and json.loads((folder / name).read_text()) != recipe:
            raise ConfigurationError(
                f"{folder} holds a pool made from another recipe; choose another folder or delete it."
            )
    return (folder / "pool.json").is_file()


def _make_room(folder: Path, needed_bytes: int) -> None:
    """Make the folder and see that the foregrounds will fit, before anything is drawn."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise OutputError(f"{folder} should take a pool but cannot be made ({problem}); choose another.") from problem
    taken = sum(path.stat().st_size for path in folder.glob("*.npy"))
    free_bytes = shutil.disk_usage(folder).free
    if needed_bytes > free_bytes + taken:
        raise OutputError(
            f"The pool needs {needed_bytes / 2**30:.1f} GiB but {folder} has {free_bytes / 2**30:.1f} GiB free; "
            "draw fewer foregrounds or choose another disk."
        )


@dataclass(frozen=True)
class _Source:
    """Foreground `index` of a pool: drawn while there are any to draw, then from files."""

    count: int
    seed: int
    size: int
    foregrounds: tuple[CheckedFile, ...]

    @property
    def total(self) -> int:
        return self.count + len(self.foregrounds)

    def __call__(self, index: int) -> tuple[int, Foreground]:
        """Its kind and its pixels."""
        if index < self.count:
            return draw_foreground(index, seed=self.seed, size=self.size)
        file = self.foregrounds[index - self.count].file
        return GATHERED, fitted(*read_foreground(file), self.size, is_whole=file.is_whole)


def _fill(folder: Path, recipe: dict[str, object], source: _Source, workers: int, progress: Progress | None) -> None:
    """Make every foreground that `finished.npy` does not mark yet."""
    total, size = source.total, source.size
    shapes = {
        "colours": ((total, size, size, 3), np.uint8),
        "alphas": ((total, size, size), np.uint8),
        "kinds": ((total,), np.uint8),
        "anchors": ((total, ANCHORS, 2), np.int32),
        "finished": ((total,), np.uint8),
    }
    is_resumed = (folder / "recipe.json").is_file()
    arrays = {}
    for name, (shape, dtype) in shapes.items():
        path = folder / f"{name}.npy"
        if is_resumed:
            arrays[name] = np.load(path, mmap_mode="r+")
        else:
            arrays[name] = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
    (folder / "recipe.json").write_text(json.dumps(recipe))
    waiting = np.flatnonzero(arrays["finished"] == 0).tolist()
    try:
        with mapping(workers) as apply:
            for position, (index, (kind, foreground)) in enumerate(zip(waiting, apply(source, waiting), strict=True)):
                alpha = np.round(foreground.alpha * 255).astype(np.uint8)
                arrays["colours"][index] = foreground.colour
                arrays["alphas"][index] = alpha
                arrays["kinds"][index] = kind
                arrays["anchors"][index] = anchors(np.random.default_rng([source.seed, index, 1]), alpha)
                arrays["finished"][index] = 1
                if progress:
                    progress(total - len(waiting) + position + 1, total)
    finally:
        for array in arrays.values():
            array.flush()
