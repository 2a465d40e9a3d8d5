"""Training samples from a pool: a context crop about unknown pixels, composited, augmented and given a trimap.

Crops are cut before anything is composited, so that the cost goes with the crop and not with the pool's pictures.
Source: paper, section 5.2, for the augmentations; `training-data` measurements for what is worth drawing often.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float64, Int32, UInt8

from lfpnet.data import augment
from lfpnet.data.composite import composite
from lfpnet.data.pool import Pool
from lfpnet.errors import ConfigurationError
from lfpnet.types import UNKNOWN

Colour = UInt8[np.ndarray, "h w 3"]
Coverage = UInt8[np.ndarray, "h w"]


@dataclass(frozen=True)
class TrainingSample:
    """One context crop; its middle half is the inner patch.

    Attributes:
        plate: display-encoded composite after the camera.
        trimap: 0, 128 or 255.
        alpha: coverage times 255; 0 wherever the trimap is 0, 255 wherever it is 255.
        foreground: unpremultiplied, display-encoded, defined everywhere.
        background: display-encoded, defined everywhere.
        clean_plate: the composite before grain, compression and softness.
        is_linear: whether light was mixed, so that the compositing equation holds for light and not for encoded values.
        estimates: classical estimates of alpha times 255, for the networks that take them.
    """

    plate: Colour
    trimap: Coverage
    alpha: Coverage
    foreground: Colour
    background: Colour
    clean_plate: Colour
    is_linear: bool
    estimates: UInt8[np.ndarray, "h w k"] | None = None


@dataclass(frozen=True)
class SampleChances:
    """How often each step is taken, 0 to 1.

    Raises:
        ConfigurationError: a chance is none.
    """

    second_foreground: float = 0.5
    unmarked_second: float = 0.0  # of those with a second foreground: the trimap leaves it unknown as a whole
    motion_blur: float = 0.08
    moving_background: float = 0.3  # of the samples with motion blur
    texture: float = 0.25
    gamma: float = 0.35
    saturation: float = 0.3
    grey_scale: float = 0.06
    contrast: float = 0.5
    photograph: float = 0.75
    defocus: float = 0.3
    own_colours: float = 0.05
    camouflage: float = 0.07
    light_wrap: float = 0.12
    linear: float = 0.3
    sharpness: float = 0.25
    grain: float = 0.5
    compression: float = 0.2
    thin_marks: float = 0.0  # marks along what is solid but thin
    holes_to_unknown: float = 0.35
    foreground_to_unknown: float = 0.04
    part_to_unknown: float = 0.08

    def __post_init__(self) -> None:
        """Refuse what would fail, or be nonsense, hours later."""
        for name, value in vars(self).items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
                raise ConfigurationError(f"Expected a chance of {name} from 0 to 1, got {value!r}; change it.")


class SampleStream:
    """An endless, numbered stream of samples: sample `index` depends on the pool, the seed and the index alone.

    Args:
        pool: an opened pool.
        inner_size: side of the inner patch; crops are twice as large.
        seed: another seed, another stream.
        chances: how often each step is taken; the defaults when None.
        radii: smallest and largest reach of erosion and dilation in pixels.

    Raises:
        ConfigurationError: `inner_size` is below 8.
    """

    def __init__(
        self,
        pool: Pool,
        inner_size: int,
        seed: int,
        *,
        chances: SampleChances | None = None,
        radii: tuple[float, float] = augment.ErosionDilation.radii,
    ) -> None:
        if inner_size < 8:
            raise ConfigurationError(f"The inner patch needs at least 8 px, not {inner_size}; raise the inner size.")
        self.pool = pool
        self.inner_size = inner_size
        self.context_size = 2 * inner_size
        self.seed = seed
        self.chances = chances or SampleChances()
        self._photographs = len(np.atleast_1d(np.asarray(pool.provenance["backgrounds"])))
        self._gathered_share = pool.gathered_share
        self._affine = augment.RandomAffine()
        self._trimap = augment.ErosionDilation(radii)

    def sample(self, index: int) -> TrainingSample:
        """Make sample `index`; its inner patch always holds unknown pixels."""
        return self._composed(np.random.default_rng([self.seed, index]))

    def _composed(self, rng: np.random.Generator) -> TrainingSample:
        """Lay foregrounds over a background, as `chances` have it."""
        foreground, alpha = self._foreground(rng)
        unmarked = np.zeros(alpha.shape, bool)
        if rng.random() < self.chances.second_foreground:
            second = self._second_foreground(rng)
            if self.chances.unmarked_second and rng.random() < self.chances.unmarked_second:
                unmarked = (second[1] > 0) & (alpha < 255)
            foreground, alpha = augment.merge_foregrounds((foreground, alpha), second)
        foreground = self._recoloured(rng, foreground)
        background = self._background(rng, foreground, alpha)
        if rng.random() < self.chances.motion_blur:
            foreground, alpha, background = self._in_motion(rng, foreground, alpha, background)
        if rng.random() < self.chances.light_wrap:
            foreground = augment.LightWrap()(rng, foreground, background, alpha)
        is_linear = bool(rng.random() < self.chances.linear)
        clean_plate = composite(foreground, background, alpha, is_linear=is_linear)
        trimap = self._unknown_region(rng, alpha)
        trimap[unmarked] = UNKNOWN
        plate = self._camera(rng, clean_plate)
        return TrainingSample(plate, trimap, alpha, foreground, background, clean_plate, is_linear)

    def _in_motion(
        self, rng: np.random.Generator, foreground: Colour, alpha: Coverage, background: Colour
    ) -> tuple[Colour, Coverage, Colour]:
        """Move the foreground while the shutter is open, and now and then the background on a path of its own."""
        blur = augment.MotionBlur()
        foreground, alpha = blur(rng, foreground, alpha)
        if rng.random() < self.chances.moving_background:
            background, _ = blur(rng, background, np.full_like(alpha, 255))
        return foreground, alpha, background

    def _foreground(self, rng: np.random.Generator) -> tuple[Colour, Coverage]:
        """Cut a foreground about one of its anchors, which lands near the middle of the crop."""
        index = self._foreground_index(rng)
        matrix = self._map_about(rng, self.pool.anchors[index], self._affine)
        colour = augment.warp(self.pool.colours[index], matrix, self.context_size)
        return colour, augment.warp(self.pool.alphas[index], matrix, self.context_size)

    def _second_foreground(self, rng: np.random.Generator) -> tuple[Colour, Coverage]:
        """What stands behind the first foreground and is taken as one with it."""
        return self._foreground(rng)

    def _foreground_index(self, rng: np.random.Generator) -> int:
        """Any foreground alike, or by the share that the pool gives to those from folders, which are its last."""
        total, share = len(self.pool.alphas), self._gathered_share
        if share is None:
            return int(rng.integers(total))
        drawn = total - self.pool.gathered_count
        return int(rng.integers(drawn, total)) if rng.random() < share else int(rng.integers(drawn))

    def _map_about(
        self, rng: np.random.Generator, anchors: Int32[np.ndarray, "k 2"], affine: augment.RandomAffine
    ) -> Float64[np.ndarray, "2 3"]:
        """Draw a map from a picture to the crop that takes one of the picture's anchors near the crop's middle."""
        anchor = anchors[int(rng.integers(len(anchors)))]
        middle, reach = self.context_size / 2, self.inner_size / 4
        target = middle + rng.uniform(-reach, reach), middle + rng.uniform(-reach, reach)
        return affine(rng, (float(anchor[0]), float(anchor[1])), target)

    def _recoloured(self, rng: np.random.Generator, foreground: Colour) -> Colour:
        """Lay a photograph's detail over the foreground now and then, and change its colours."""
        if rng.random() < self.chances.texture:
            foreground = augment.Texture()(rng, foreground, self._background_crop(rng))
        return self._colour_jitter(rng, foreground)

    def _colour_jitter(self, rng: np.random.Generator, pixels: Colour) -> Colour:
        """Change gamma, saturation and contrast, each by its own chance."""
        for chance, change in (
            (self.chances.gamma, augment.Gamma()),
            (self.chances.saturation, augment.Saturation()),
            (self.chances.contrast, augment.Contrast()),
            (self.chances.grey_scale, augment.GreyScale()),
        ):
            if rng.random() < chance:
                pixels = change(rng, pixels)
        return pixels

    def _background(self, rng: np.random.Generator, foreground: Colour, alpha: Coverage) -> Colour:
        """Cut a background, or a displaced copy of the foreground's own colours; sometimes out of focus or alike."""
        if rng.random() < self.chances.own_colours:
            quarter = self.context_size // 4
            move = rng.integers(-quarter, quarter + 1, 2)
            shift = np.array([[-1.0, 0, self.context_size + move[0]], [0, 1, move[1]]])
            return self._colour_jitter(rng, augment.warp(foreground, shift, self.context_size))
        background = self._colour_jitter(rng, self._background_crop(rng))
        if rng.random() < self.chances.defocus:
            background = augment.Defocus()(rng, background)
        if rng.random() < self.chances.camouflage:
            background = augment.Camouflage()(rng, background, foreground, alpha)
        return background

    def _background_crop(self, rng: np.random.Generator) -> Colour:
        """Cut a square out of a photograph or drawn background."""
        total, photographs = len(self.pool.background_table), self._photographs
        use_photograph = photographs > 0 and (photographs == total or rng.random() < self.chances.photograph)
        index = int(rng.integers(0, photographs)) if use_photograph else int(rng.integers(photographs, total))
        return self._square(rng, self.pool.background(index))

    def _square(self, rng: np.random.Generator, plate: Colour) -> UInt8[np.ndarray, "side side 3"]:
        """Cut a square at a random scale, and turn it over now and then."""
        height, width = plate.shape[:2]
        wanted = self.context_size * float(np.exp(rng.uniform(np.log(0.5), np.log(3.0))))
        side = int(np.clip(wanted, 4, min(height, width)))
        top, left = int(rng.integers(0, height - side + 1)), int(rng.integers(0, width - side + 1))
        crop = plate[top : top + side, left : left + side]
        how = cv2.INTER_AREA if side > self.context_size else cv2.INTER_CUBIC
        crop = cv2.resize(crop, (self.context_size, self.context_size), interpolation=how)
        if rng.random() < 0.5:
            crop = cv2.flip(crop, 1)
        if rng.random() < 0.15:
            crop = cv2.flip(crop, 0)
        return np.asarray(crop, np.uint8)

    def _unknown_region(self, rng: np.random.Generator, alpha: Coverage) -> Coverage:
        """Make the trimap; an inner patch without unknown pixels becomes unknown as a whole."""
        trimap = self._trimap(rng, alpha)
        if self.chances.thin_marks and rng.random() < self.chances.thin_marks:
            trimap = augment.ThinMarks()(rng, trimap, alpha)
        if rng.random() < self.chances.holes_to_unknown:
            trimap = augment.HolesToUnknown()(rng, trimap)
        if rng.random() < self.chances.foreground_to_unknown:
            trimap = augment.ForegroundToUnknown()(rng, trimap)
        if rng.random() < self.chances.part_to_unknown:
            trimap = augment.PartToUnknown()(rng, trimap)
        quarter = self.inner_size // 2
        inner = trimap[quarter : quarter + self.inner_size, quarter : quarter + self.inner_size]
        if not (inner == UNKNOWN).any():
            inner[...] = UNKNOWN
        return trimap

    def _camera(self, rng: np.random.Generator, plate: Colour) -> Colour:
        """Treat a clean composite as a camera would: softness, grain, compression."""
        for chance, change in (
            (self.chances.sharpness, augment.Sharpness()),
            (self.chances.grain, augment.Grain()),
            (self.chances.compression, augment.Compression()),
        ):
            if rng.random() < chance:
                plate = change(rng, plate)
        return plate
