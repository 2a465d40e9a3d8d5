"""A test shot on disk, laid out as a studio's shot (`lfpnet.data.layouts.shot`), with the true motion beside it."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from lfpnet.atomic_file import atomic_file
from lfpnet.errors import ConfigurationError, OutputError
from lfpnet.evaluation.shots.roto import keyed_rotos
from lfpnet.evaluation.shots.scenes import SHOT_NAMES, open_scene
from lfpnet.evaluation.shots.shutter import expose
from lfpnet.images import write_mask
from lfpnet.images.exr_stream import write_exr
from lfpnet.images.windows import full_window
from lfpnet.trimap import from_alpha, from_soft_roto

FIRST_FRAME = 1001
#: Frames from roto key to roto key, and the bands of the trimap that is made of the roto.
_ROTO_EVERY, _INNER, _OUTER = 8, 10.0, 25.0
#: Bands of the true trimap around all that is fractional.
_TRUE_BAND = 3.0


@dataclass(frozen=True)
class ShotFacts:
    """What a shot was made of, as `shot.json` says it."""

    shot: str
    seed: int
    width: int
    height: int
    frames: int
    first: int = FIRST_FRAME


def write_shot(
    folder: Path,
    name: str,
    *,
    frames: int = 33,
    height: int = 432,
    width: int = 768,
    seed: int = 1,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Render one shot into `folder`.

    It gets plate, alpha, fg, bg, trimap (from the truth), roto, roto_trimap and motion (R and G: where the subject's
    points are in the next frame, in pixels), each name.####.exr from 1001 on, and shot.json.

    Raises:
        ConfigurationError: an unknown shot, or a size outside 64 to 8192.
        OutputError: the folder cannot be written.
    """
    if not (1 <= frames <= 999 and 64 <= height <= 8192 and 64 <= width <= 8192):
        raise ConfigurationError(
            f"Expected 1 to 999 frames of 64 to 8192 pixels, got {frames} of {width} x {height}; change them."
        )
    scene = open_scene(name, height, width, seed)
    alphas = []
    for index in range(frames):
        exposed = expose(scene.moment, float(index), np.random.default_rng([seed, SHOT_NAMES.index(name), index]))
        alphas.append(exposed.alpha)
        number = FIRST_FRAME + index
        _write(_path(folder, "plate", number), {"RGB": exposed.plate}, depth="half")
        _write(_path(folder, "fg", number), {"RGB": exposed.foreground})
        _write(_path(folder, "bg", number), {"RGB": exposed.background})
        motion = scene.motion(index)
        _write(_path(folder, "motion", number), {"R": motion[..., 0], "G": motion[..., 1], "B": 0 * motion[..., 0]})
        write_mask(_path(folder, "alpha", number), exposed.alpha, None)
        band = _TRUE_BAND * height / 432
        write_mask(
            _path(folder, "trimap", number), from_alpha(exposed.alpha, inner_pixels=band, outer_pixels=band), None
        )
        if progress is not None:
            progress(number)
    scale = height / 432
    for index, roto in enumerate(keyed_rotos(alphas, _ROTO_EVERY)):
        write_mask(_path(folder, "roto", FIRST_FRAME + index), roto, None)
        trimap = from_soft_roto(roto, inner_pixels=_INNER * scale, outer_pixels=_OUTER * scale)
        write_mask(_path(folder, "roto_trimap", FIRST_FRAME + index), trimap, None)
    facts = ShotFacts(name, seed, width, height, frames)
    (folder / "shot.json").write_text(json.dumps(asdict(facts), indent=1), encoding="utf-8")


def _path(folder: Path, kind: str, number: int) -> Path:
    """The file of one picture, its folder made."""
    try:
        (folder / kind).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"Expected to make the folder {folder / kind}, got '{error}'; choose another.") from error
    return folder / kind / f"{kind}.{number:04d}.exr"


def _write(path: Path, planes: dict[str, np.ndarray], depth: str = "float") -> None:
    window = full_window(*next(iter(planes.values())).shape[:2])
    with atomic_file(path) as stream:
        write_exr(
            stream,
            planes,
            depth="half" if depth == "half" else "float",
            compression="zips",
            windows=(window, window),
            attributes={},
        )
