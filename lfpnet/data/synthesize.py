"""Drawn foregrounds as files: what a pool draws for itself, for whoever wants the pictures."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from lfpnet.data.drawing import DRAWING, draw_foreground, kind_of
from lfpnet.data.foreground_set import ForegroundSet
from lfpnet.data.procedural import GENERATORS
from lfpnet.data.workers import mapping
from lfpnet.errors import ConfigurationError

_MADE_BY = "lfpnet data synthesize"

Progress = Callable[[int, int], None]


def synthesize_foregrounds(
    folder: Path,
    count: int,
    seed: int,
    *,
    size: int = 512,
    kinds: Sequence[str] = (),
    workers: int = 1,
    progress: Progress | None = None,
) -> int:
    """Draw foregrounds 0 to `count` - 1 of a set, as far as they are not there.

    Args:
        folder: gets `000000-kind.png` and `.json`; made when missing.
        count: of foregrounds.
        seed: foreground i depends on (seed, i) and the size alone, and without `kinds` it is that of a pool of the
            same seed.
        size: side in pixels.
        kinds: these in turn instead of a draw by share.
        workers: processes that draw.
        progress: called with (finished, total).

    Returns:
        How many foregrounds are there now, older ones included.

    Raises:
        ConfigurationError: a number or kind is unknown, or the folder holds another set.
        OutputError: the folder cannot be written.
    """
    if count < 1 or size < 16 or workers < 1 or seed < 0 or set(kinds) - set(GENERATORS):
        raise ConfigurationError(
            f"Expected at least 1 foreground of 16 px by 1 worker, a seed of 0 or more and kinds among "
            f"{', '.join(GENERATORS)}, got {count}, {size}, {workers}, {seed}, {', '.join(kinds) or 'all'}."
        )
    files = ForegroundSet(folder, _MADE_BY)
    files.claim({"drawing": DRAWING, "seed": seed, "size": size, "kinds": list(kinds)})
    names = [kind_of(index, seed=seed, kinds=tuple(kinds)) for index in range(count)]
    missing = [index for index, name in enumerate(names) if not files.is_made(index, name)]
    draw = partial(_draw, files, seed=seed, size=size, kinds=tuple(kinds))
    with mapping(workers) as apply:
        for done, _ in enumerate(apply(draw, missing), count - len(missing) + 1):
            if progress:
                progress(done, count)
    return sum(files.has_picture(index, name) for index, name in enumerate(names))


def _draw(files: ForegroundSet, index: int, *, seed: int, size: int, kinds: tuple[str, ...]) -> None:
    """Draw and store one."""
    kind, foreground = draw_foreground(index, seed=seed, size=size, kinds=kinds)
    colour = foreground.colour.astype(np.uint16) * 257
    alpha = np.round(foreground.alpha * 65535).astype(np.uint16)
    facts: dict[str, object] = {"seed": [seed, index], "size": size, "drawing": DRAWING, "opencv": cv2.__version__}
    files.keep(index, list(GENERATORS)[kind], np.concatenate([colour, alpha[..., None]], axis=2), facts)
