"""Samples of a shot: crops as they were shot, its foregrounds over other backgrounds, and procedural ones between.

Augmentations and trimaps are those of `lfpnet.data.samples.SampleStream`.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float64, UInt8

from lfpnet.data import augment
from lfpnet.data.pool import Pool
from lfpnet.data.samples import SampleChances, SampleStream, TrainingSample
from lfpnet.estimates import ALPHAS
from lfpnet.training.finetuning.frames import ShotFrame
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN

#: The shot's colours are what there is to learn: fewer changes than for drawn foregrounds.
SHOT_CHANCES = replace(SampleChances(), second_foreground=0.1, texture=0.0, own_colours=0.0, grey_scale=0.0, linear=0.5)
#: Of the samples of a shot, those cut out of the plate as it is; of the others, those before the shot's background.
AS_SHOT, OWN_BACKGROUND = 0.6, 0.5
#: Of the samples as shot, those with the frame's own trimap instead of a drawn one.
OWN_TRIMAP = 0.7
#: Of the samples as shot, those whose pixels (and grain) are not resampled.
UNTOUCHED = 0.6

_IN_PLACE = augment.RandomAffine(scales=(1.0, 1.0), degrees=0.0, shear=0.0, upright=1.0)
_NEARBY = augment.RandomAffine(scales=(0.75, 1.4), degrees=20.0, shear=0.08, upright=0.5)


class ShotStream(SampleStream):
    """An endless, numbered stream about a few frames.

    Args:
        pool: gives procedural samples, and backgrounds.
        frames: of the shot.
        inner_size: side of the inner patch; crops are twice as large.
        seed: another seed, another stream.
        procedural_share: how often a sample has nothing of the shot, 0 to 1.
        as_shot: how often the others are cut out of the plate, 0 to 1.
        own_trimap: how often those keep the trimap of the frame, 0 to 1.

    Raises:
        ConfigurationError: `inner_size` is below 8.
    """

    def __init__(
        self,
        pool: Pool,
        frames: Sequence[ShotFrame],
        inner_size: int,
        seed: int,
        *,
        procedural_share: float = 0.25,
        as_shot: float = AS_SHOT,
        own_trimap: float = OWN_TRIMAP,
    ) -> None:
        super().__init__(pool, inner_size, seed, chances=SHOT_CHANCES)
        self.frames = frames
        self.procedural_share, self.as_shot, self.own_trimap = procedural_share, as_shot, own_trimap
        self._procedural = SampleStream(pool, inner_size, seed)

    def sample(self, index: int) -> TrainingSample:
        """Make sample `index`; its inner patch holds unknown pixels."""
        rng = np.random.default_rng([self.seed, index, 1])
        if rng.random() < self.procedural_share:
            return self._procedural.sample(index)
        return self._cut(rng) if rng.random() < self.as_shot else self._composed(rng)

    def _cut(self, rng: np.random.Generator) -> TrainingSample:
        """Cut a frame with its layers."""
        frame = self._frame(rng)
        is_untouched = rng.random() < UNTOUCHED
        matrix = self._map_about(rng, frame.places, _IN_PLACE if is_untouched else _NEARBY)
        if is_untouched:
            matrix[:, 2] = np.rint(matrix[:, 2])
        plate, foreground, background, alpha = (
            augment.warp(pixels, matrix, self.context_size)
            for pixels in (frame.plate, frame.foreground, frame.background, frame.alpha)
        )
        estimates = None  # of another trimap they would be others
        if rng.random() < self.own_trimap:
            trimap = _trimap(augment.warp(frame.trimap, matrix, self.context_size), alpha)
            estimates = self._estimates(frame, matrix, trimap)
        else:
            trimap = self._unknown_region(rng, alpha)
        return TrainingSample(plate, trimap, alpha, foreground, background, plate, frame.is_linear, estimates)

    def _estimates(
        self, frame: ShotFrame, matrix: Float64[np.ndarray, "2 3"], trimap: UInt8[np.ndarray, "s s"]
    ) -> UInt8[np.ndarray, "s s 10"] | None:
        """Those of the whole frame under a crop, true to the crop's trimap."""
        if frame.estimates is None:
            return None
        crop = np.stack([augment.warp(plane, matrix, self.context_size) for plane in frame.estimates], axis=2)
        crop[trimap == BACKGROUND, :ALPHAS] = 0
        crop[trimap == FOREGROUND, :ALPHAS] = 255
        return crop

    def _foreground(self, rng: np.random.Generator) -> tuple[UInt8[np.ndarray, "s s 3"], UInt8[np.ndarray, "s s"]]:
        """Cut a foreground of the shot."""
        frame = self._frame(rng)
        matrix = self._map_about(rng, frame.places, _NEARBY)
        colour = augment.warp(frame.foreground, matrix, self.context_size)
        return colour, augment.warp(frame.alpha, matrix, self.context_size)

    def _background_crop(self, rng: np.random.Generator) -> UInt8[np.ndarray, "s s 3"]:
        """Cut a background of the shot or of the pool."""
        if rng.random() < OWN_BACKGROUND:
            return self._square(rng, self._frame(rng).background)
        return super()._background_crop(rng)

    def _frame(self, rng: np.random.Generator) -> ShotFrame:
        return self.frames[int(rng.integers(len(self.frames)))]


def _trimap(warped: UInt8[np.ndarray, "s s"], alpha: UInt8[np.ndarray, "s s"]) -> UInt8[np.ndarray, "s s"]:
    """A resampled trimap: known only where all that was averaged agreed, and alpha with it."""
    is_background, is_foreground = (warped == BACKGROUND) & (alpha == 0), (warped == FOREGROUND) & (alpha == 255)
    return np.where(is_background, BACKGROUND, np.where(is_foreground, FOREGROUND, UNKNOWN)).astype(np.uint8)
