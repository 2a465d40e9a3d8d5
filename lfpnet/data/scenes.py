"""Scenes: composites of a pool with classical estimates of their alpha, made once; training crops them many times.

An estimate needs the surroundings that a whole plate gives, and costs more than all other parts of a sample. A folder
holds one `NNNNNN.npy` a scene - plate, trimap, alpha, foreground, background and estimates, a byte a value - and
`scenes.json` with the provenance.
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jaxtyping import Bool, Float64, Int32, Shaped, UInt8

from lfpnet.atomic_file import atomic_file
from lfpnet.data import augment
from lfpnet.data.pool import Pool
from lfpnet.data.procedural import GENERATORS
from lfpnet.data.samples import SampleChances, SampleStream, TrainingSample
from lfpnet.errors import ConfigurationError, InputError, OutputError
from lfpnet.estimates import ALPHAS, PLANES, Estimates
from lfpnet.estimates.reduced import reduce_plate
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN

_FORMAT = 9
#: Channels of a scene: plate, trimap, alpha, foreground, background, estimates.
_LAYERS = (3, 1, 1, 3, 3, PLANES)
#: How far the plate was reduced for the estimates, drawn for each scene.
REDUCTIONS = (2, 4)
#: Two scenes of three are hard: a subject often with another of which the trimap may know nothing, often before what
#: is out of focus, and trimaps as artists draw them: holes unmarked, a part left open, seldom useless.
HARD_CHANCES = replace(
    SampleChances(),
    second_foreground=0.45,
    unmarked_second=0.6,
    texture=0.35,
    defocus=0.5,
    holes_to_unknown=0.7,
    foreground_to_unknown=0.01,
    part_to_unknown=0.3,
    thin_marks=0.4,
)
#: Every third is plain, as most plates are: one subject in its own colours and a trimap that follows it. There the
#: estimates are good, and from hard scenes alone a network would learn to overrule them everywhere; from plain ones
#: alone it would forget what no mark reaches.
PLAIN_EVERY = 3
PLAIN_CHANCES = replace(
    HARD_CHANCES,
    second_foreground=0.0,
    texture=0.1,
    camouflage=0.03,
    own_colours=0.0,
    foreground_to_unknown=0.0,
    part_to_unknown=0.05,
    thin_marks=0.8,
)
SCENE_RADII = (2.0, 24.0)
SCENE_SCALES = (0.9, 1.6)
#: The second subject lies anywhere and is often a flag, or wears a photograph, whose colours no palette has: solid, of
#: many colours and unmarked is hard.
SECOND_SCALES = (0.35, 1.2)
FLAG_SHARE = 0.3
PHOTOGRAPH_SHARE = 0.4
#: What is seen through is drawn more often than a pool has it. In hard scenes gaps that no mark reaches, which all
#: propagation fills: the kinds that have them. In plain ones coverage that is fractional far from every edge - panes,
#: smoke, veils - which a network takes for an edge or for nothing: whatever has it, drawn or gathered.
OPEN_KINDS, OPEN_SHARE, SHEER_SHARE = ("net", "leaves", "grass"), 0.3, 0.35
#: Sheer is a picture if this share of what it covers is fractional throughout a square of so many 512ths of its side.
LEAST_SHEER, SHEER_SQUARE, FRACTIONAL = 0.2, 11, (16, 239)
#: A draw with more unknown pixels, or with less of one side marked, is drawn again a few times.
MOST_UNKNOWN, LEAST_MARKED, DRAWS = 0.7, 0.002, 4
#: Alpha from here on counts as solid: turned and scaled pictures of solid parts lie a little below 255.
SOLID = 250
#: How often a crop has its colour channels exchanged, and how often they get another brightness.
EXCHANGED, BRIGHTENED = 0.3, 0.5


def build_scenes(
    folder: Path,
    pool: Pool,
    count: int,
    seed: int,
    *,
    side: int = 512,
    first: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Make scenes; those that the folder holds already are kept.

    Args:
        folder: where they go; made when missing.
        pool: foregrounds and backgrounds.
        count: number of scenes.
        seed: scene i depends on (seed, i) alone, so that several processes may share the work.
        side: of a scene in pixels, a multiple of 32.
        first: number of the first scene.
        progress: called with (finished, total).

    Raises:
        ConfigurationError: a count below 1 or a side that cannot be, or the folder holds scenes of another recipe.
        OutputError: a scene cannot be written.
    """
    if count < 1 or side < 64 or side % 32:
        raise ConfigurationError(
            f"Expected at least one scene with a side that is a multiple of 32 from 64 on, got {count} of {side} px; "
            "choose others."
        )
    recipe = {"format": _FORMAT, "seed": seed, "side": side, "pool": pool.provenance}
    _start(folder, recipe)
    streams = (
        _Composites(pool, side // 2, seed, HARD_CHANCES, through=_of_kinds(pool, OPEN_KINDS), share=OPEN_SHARE),
        _Composites(pool, side // 2, seed, PLAIN_CHANCES, through=_are_sheer(pool), share=SHEER_SHARE),
    )
    for number in range(first, first + count):
        path = folder / f"{number:06d}.npy"
        if not path.exists():
            sample = streams[number % PLAIN_EVERY == 0].usable(number)
            _write(path, _scene(sample, np.random.default_rng([seed, number, 1])))
        if progress is not None:
            progress(number - first + 1, count)


def read_provenance(folder: Path) -> dict[str, Any]:
    """What `scenes.json` says of the scenes in a folder.

    Raises:
        InputError: the file is missing or damaged.
    """
    try:
        return json.loads((folder / "scenes.json").read_text())
    except (OSError, ValueError) as error:
        raise InputError(
            f"Expected the provenance of scenes in {folder / 'scenes.json'}, got '{error}'; make them with "
            "`lfpnet data scenes`."
        ) from error


class SceneStream:
    """An endless, numbered stream of crops out of scenes: sample `index` depends on the folder, the seed and the index.

    Args:
        folder: what `build_scenes` was given.
        inner_size: side of the inner patch; crops are twice as large.
        seed: another seed, another stream.

    Raises:
        InputError: the folder holds no scenes.
        ConfigurationError: a crop would be larger than a scene.
    """

    def __init__(self, folder: Path, inner_size: int, seed: int) -> None:
        self.paths = sorted(folder.glob("[0-9]*.npy"))
        if not self.paths:
            raise InputError(f"Expected scenes in {folder}, got none; make them with `lfpnet data scenes`.")
        side = read_provenance(folder)["side"]
        if 2 * inner_size > side:
            raise ConfigurationError(
                f"Expected inner patches of at most half a scene's side, {side // 2} px, got {inner_size}; lower the "
                "inner size or make larger scenes."
            )
        self.inner_size, self.seed = inner_size, seed

    def sample(self, index: int) -> TrainingSample:
        """Cut sample `index`; its inner patch holds unknown pixels."""
        rng = np.random.default_rng([self.seed, index])
        scene = np.load(self.paths[int(rng.integers(len(self.paths)))], mmap_mode="r")
        crop = _turned(rng, _crop(rng, scene, self.inner_size))
        plate, trimap, alpha, foreground, background, estimates = np.split(crop, np.cumsum(_LAYERS)[:-1], axis=2)
        layers = plate, foreground, background, estimates[..., ALPHAS:-3], estimates[..., -3:]
        plate, foreground, background, *colours = _recoloured(rng, *layers)
        estimates = np.concatenate([estimates[..., :ALPHAS], *colours], axis=2)
        return TrainingSample(
            plate, trimap[..., 0], alpha[..., 0], foreground, background, plate, is_linear=False, estimates=estimates
        )


class _Composites(SampleStream):
    """Samples with a whole subject in the frame and both sides marked, as an artist would hand them in.

    Args:
        pool: foregrounds and backgrounds.
        inner_size: half the side of a scene.
        seed: another seed, other scenes.
        chances: how often each step is taken.
        through: which foregrounds are seen through, to be drawn more often than the pool has them.
        share: of the draws, for which one of these is taken.
    """

    def __init__(
        self,
        pool: Pool,
        inner_size: int,
        seed: int,
        chances: SampleChances,
        *,
        through: Bool[np.ndarray, " n"],
        share: float,
    ) -> None:
        super().__init__(pool, inner_size, seed, chances=chances, radii=SCENE_RADII)
        self.through, self.share = through, share
        self.flags = _of_kinds(pool, ("flag",))

    def usable(self, number: int) -> TrainingSample:
        """The first of a few draws whose trimap helps; the last when none does."""
        sample = self.sample(number * DRAWS)
        for attempt in range(1, DRAWS):
            if _is_helpful(sample.trimap):
                break
            sample = self.sample(number * DRAWS + attempt)
        return sample

    def _map_about(
        self,
        rng: np.random.Generator,
        anchors: Int32[np.ndarray, "k 2"],  # noqa: ARG002 - the subject lies as it was drawn
        affine: augment.RandomAffine,  # noqa: ARG002
    ) -> Float64[np.ndarray, "2 3"]:
        """The middle of the picture near the middle of the scene."""
        return self._fitted(rng, SCENE_SCALES, self.context_size / 8)

    def _foreground_index(self, rng: np.random.Generator) -> int:
        """One that is seen through, now and then; else as the pool has it."""
        return self._index_among(rng, self.through, self.share)

    def _foreground(self, rng: np.random.Generator) -> tuple[UInt8[np.ndarray, "s s 3"], UInt8[np.ndarray, "s s"]]:
        colour, alpha = super()._foreground(rng)
        return colour, _solid(alpha)

    def _index_among(self, rng: np.random.Generator, wanted: Bool[np.ndarray, " n"], share: float) -> int:
        """At this share one of the wanted, drawn or gathered as the pool has it; else any as the pool has it."""
        index = super()._foreground_index(rng)
        if not wanted.any() or rng.random() >= share:
            return index
        first = len(wanted) - self.pool.gathered_count
        alike = wanted & ((np.arange(len(wanted)) >= first) == (index >= first))
        return int(rng.choice(np.flatnonzero(alike if alike.any() else wanted)))

    def _second_foreground(
        self, rng: np.random.Generator
    ) -> tuple[UInt8[np.ndarray, "s s 3"], UInt8[np.ndarray, "s s"]]:
        index = self._index_among(rng, self.flags, FLAG_SHARE)
        matrix = self._fitted(rng, SECOND_SCALES, self.context_size / 3)
        if rng.random() < PHOTOGRAPH_SHARE:
            colour = self._background_crop(rng)
        else:
            colour = augment.warp(self.pool.colours[index], matrix, self.context_size)
        return colour, _solid(augment.warp(self.pool.alphas[index], matrix, self.context_size))

    def _fitted(
        self, rng: np.random.Generator, scales: tuple[float, float], reach: float
    ) -> Float64[np.ndarray, "2 3"]:
        """A map from a picture to the scene: its middle within `reach` of the scene's, at a scale of the scene."""
        side = self.pool.alphas.shape[1]
        middle = self.context_size / 2
        target = middle + rng.uniform(-reach, reach), middle + rng.uniform(-reach, reach)
        fitted = augment.RandomAffine(scales=tuple(s * self.context_size / side for s in scales), degrees=25.0)
        return fitted(rng, (side / 2, side / 2), target)


def _solid(alpha: UInt8[np.ndarray, "s s"]) -> UInt8[np.ndarray, "s s"]:
    """Alpha that is solid where it nearly is."""
    return np.where(alpha >= SOLID, 255, alpha).astype(np.uint8)


def _of_kinds(pool: Pool, kinds: Sequence[str]) -> Bool[np.ndarray, " n"]:
    """Which foregrounds of a pool these generators drew."""
    return np.isin(pool.kinds, [list(GENERATORS).index(kind) for kind in kinds])


def _are_sheer(pool: Pool) -> Bool[np.ndarray, " n"]:
    """Which foregrounds of a pool are fractional over wide parts."""
    square = np.ones((max(1, round(SHEER_SQUARE * pool.alphas.shape[1] / 512)),) * 2, np.uint8)

    def share(alpha: UInt8[np.ndarray, "s s"]) -> float:
        is_wide = cv2.erode(((alpha >= FRACTIONAL[0]) & (alpha <= FRACTIONAL[1])).astype(np.uint8), square)
        return float(is_wide.sum()) / max(1, int((alpha >= FRACTIONAL[0]).sum()))

    return np.array([share(np.asarray(alpha)) >= LEAST_SHEER for alpha in pool.alphas])


def _is_helpful(trimap: UInt8[np.ndarray, "s s"]) -> bool:
    """Whether both sides are marked and the unknown region is no larger than it should be."""
    background, unknown, foreground = (float((trimap == value).mean()) for value in (BACKGROUND, UNKNOWN, FOREGROUND))
    return min(background, foreground) >= LEAST_MARKED and unknown < MOST_UNKNOWN


def _start(folder: Path, recipe: dict[str, object]) -> None:
    """Make the folder and its provenance, or check that both are of this recipe."""
    path = folder / "scenes.json"
    text = json.dumps(recipe, indent=1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.read_text() != text:
            raise ConfigurationError(
                f"Expected {folder} to be empty or to hold scenes of the same recipe, got others; choose a new folder."
            )
        if not path.exists():
            with atomic_file(path) as stream:  # processes that share the work read it
                stream.write(text.encode())
    except OSError as error:
        raise OutputError(f"Expected to write scenes to {folder}, got '{error}'; choose another folder.") from error


def _scene(sample: TrainingSample, rng: np.random.Generator) -> UInt8[np.ndarray, "s s k"]:
    """All layers of a sample with its estimates."""
    plate = sample.plate.astype(np.float32) / 255
    reduction = REDUCTIONS[int(rng.integers(len(REDUCTIONS)))]
    estimates = Estimates(*reduce_plate(plate, sample.trimap, reduction, is_linear=False), reduction)
    over = np.rint(np.moveaxis(estimates.over(plate, sample.trimap, 0, 0), 0, 2) * 255).astype(np.uint8)
    planes = sample.trimap[..., None], sample.alpha[..., None]
    return np.concatenate([sample.plate, *planes, sample.foreground, sample.background, over], axis=2)


def _write(path: Path, scene: np.ndarray) -> None:
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.npy")
    try:
        np.save(temporary, scene)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OutputError(f"Expected to write {path}, got '{error}'; make room and run again.") from error


def _crop(rng: np.random.Generator, scene: UInt8[np.ndarray, "s s k"], inner_size: int) -> UInt8[np.ndarray, "c c k"]:
    """Cut a context crop whose inner patch lies about an unknown pixel; beyond the border the nearest pixels."""
    rows, columns = np.nonzero(scene[..., 3] == UNKNOWN)
    chosen = int(rng.integers(len(rows)))
    reach = inner_size // 3
    window = []
    for at in (int(rows[chosen]), int(columns[chosen])):
        middle = at + int(rng.integers(-reach, reach + 1))
        window.append(np.clip(np.arange(middle - inner_size, middle + inner_size), 0, scene.shape[0] - 1))
    return np.ascontiguousarray(scene[window[0]][:, window[1]])


def _turned(rng: np.random.Generator, crop: Shaped[np.ndarray, "c c k"]) -> Shaped[np.ndarray, "c c k"]:
    """Mirror left to right half of the time, top to bottom and by quarters seldom: most plates stand upright."""
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    if rng.random() < 0.15:
        crop = np.rot90(crop, int(rng.integers(1, 4)))
    return np.ascontiguousarray(crop)


def _recoloured(rng: np.random.Generator, *layers: UInt8[np.ndarray, "c c 3"]) -> list[UInt8[np.ndarray, "c c 3"]]:
    """Exchange channels and change their brightness; both leave the compositing equation and the estimates true."""
    changed = list(layers)
    if rng.random() < EXCHANGED:
        order = rng.permutation(3)
        changed = [layer[..., order] for layer in changed]
    if rng.random() < BRIGHTENED:
        gain = (rng.uniform(0.5, 1.0) * rng.uniform(0.85, 1.0, 3)).astype(np.float32)
        changed = [np.rint(layer * gain).astype(np.uint8) for layer in changed]
    return [np.ascontiguousarray(layer) for layer in changed]
