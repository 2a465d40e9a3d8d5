"""A steady matte: alpha and foreground of the frames around, moved along the subject's motion and averaged.

Only the unknown region changes. A neighbour counts at a pixel as far as its alpha and foreground over this frame's
background explain this frame's plate; so occluders, wrong motion and hair that moves by itself are left out. Then the
layers are solved as the predictor does, so that they reproduce the plate. Where averaging would take away too much of
alpha's detail it is lowered, and the report says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32

from lfpnet.colour import display_encode, over, solve_layers
from lfpnet.errors import ConfigurationError, SizeMismatchError
from lfpnet.temporal.flow import FlowPixels, cut_out_grey, flow, is_inside, smoothed, warped
from lfpnet.types import UNKNOWN, AlphaPixels, Matte, PlatePixels, TrimapPixels

#: Frames on each side by strength: off, gentle, strong.
STRENGTHS = (0, 1, 2)
#: Display-encoded difference between composite and plate at which a neighbour counts a third.
_RESIDUAL = 0.15
#: Pixels over which the motion is smoothed.
_SMOOTH = 3.0
#: Least share of alpha's gradient energy that steadying leaves, measured over `_AROUND` pixels.
_LEAST_ENERGY, _AROUND = 0.75, 12.0
#: Pixels of solid subject needed to tell a change of exposure.
_CORE_PIXELS = 200


@dataclass(frozen=True, eq=False)
class TimedMatte:
    """A frame as the predictor left it.

    Attributes:
        plate_linear: scene-linear.
        matte: of this frame alone, never a steadied one.
    """

    plate_linear: PlatePixels
    matte: Matte


@dataclass(frozen=True)
class SteadyReport:
    """What steadying did to a frame.

    Attributes:
        neighbours: how many frames took part.
        energy: alpha's gradient energy in the unknown region, after / before; 1 where there is none.
        lowered_share: share of the unknown region where steadying was lowered to keep detail.
        gains: exposure of this frame / that of each neighbour, mean of the channels.
    """

    neighbours: int
    energy: float
    lowered_share: float
    gains: tuple[float, ...]


def steady(
    frame: TimedMatte, trimap: TrimapPixels, neighbours: Sequence[TimedMatte], *, is_half: bool = False
) -> tuple[Matte, SteadyReport]:
    """Steady one frame.

    Args:
        frame: the frame itself.
        trimap: its trimap.
        neighbours: frames around it within the same shot, in rising order; none leaves the matte as it is.
        is_half: whether alpha will be stored as half float, see `lfpnet.colour.solve_layers`.

    Returns:
        The matte: known pixels unchanged, alpha F + (1 - alpha) B still the plate. And what was done.

    Raises:
        ConfigurationError: more than two frames a side.
        SizeMismatchError: a frame differs in size.
    """
    if len(neighbours) > 2 * max(STRENGTHS):
        raise ConfigurationError(f"Expected at most 4 neighbours, got {len(neighbours)}; steady over fewer frames.")
    for other in (frame, *neighbours):
        _require_size(other, trimap)
    is_unknown = trimap == UNKNOWN
    if not neighbours or not is_unknown.any():
        return frame.matte, SteadyReport(0, 1.0, 0.0, ())
    alpha, foreground, gains = _averaged(frame, neighbours)
    alpha, lowered = _with_detail(frame.matte.alpha, alpha, is_unknown)
    alpha = np.where(is_unknown, np.clip(alpha, 0, 1), frame.matte.alpha).astype(np.float32)
    if is_half:
        alpha = alpha.astype(np.float16).astype(np.float32)
    prior = np.where(is_unknown[..., None], foreground, frame.matte.foreground).astype(np.float32)
    solved_foreground, solved_background = solve_layers(frame.plate_linear, alpha, prior, frame.matte.background)
    keep = is_unknown[..., None]
    matte = Matte(
        alpha,
        np.where(keep, solved_foreground, frame.matte.foreground).astype(np.float32),
        np.where(keep, solved_background, frame.matte.background).astype(np.float32),
    )
    before, after = (float(_energy(at)[is_unknown].sum()) for at in (frame.matte.alpha, alpha))
    energy = after / before if before > 0 else 1.0
    return matte, SteadyReport(len(neighbours), energy, float(lowered[is_unknown].mean()), tuple(gains))


def _averaged(frame: TimedMatte, neighbours: Sequence[TimedMatte]) -> tuple[AlphaPixels, PlatePixels, list[float]]:
    """Weighted means of alpha and foreground; the frame itself weighs one."""
    own = frame.matte
    plate_display = display_encode(frame.plate_linear)
    alpha_sum, alpha_weight = own.alpha.astype(np.float64), np.ones_like(own.alpha, np.float64)
    colour_weight = np.square(own.alpha, dtype=np.float64)[..., None] + 1e-6
    colour_sum = colour_weight * own.foreground
    gains = []
    for other in neighbours:
        motion, gain = _motion(frame, other)
        gains.append(float(gain.mean()))
        alpha = np.clip(warped(other.matte.alpha, motion), 0, 1)
        foreground = np.maximum(warped(other.matte.foreground * gain, motion), 0)
        composite = display_encode(np.asarray(over(foreground, alpha, own.background), np.float32))
        residual = np.sqrt(np.square(composite - plate_display).mean(axis=2))
        weight = (np.exp(-np.square(residual / _RESIDUAL)) * is_inside(motion)).astype(np.float64)
        alpha_sum += weight * alpha
        alpha_weight += weight
        strength = (weight * np.square(alpha))[..., None]
        colour_sum += strength * foreground
        colour_weight += strength
    return (
        (alpha_sum / alpha_weight).astype(np.float32),
        (colour_sum / colour_weight).astype(np.float32),
        gains,
    )


def _motion(frame: TimedMatte, other: TimedMatte) -> tuple[FlowPixels, Float32[np.ndarray, " 3"]]:
    """The subject's motion to a neighbour, and the exposure of this frame relative to it."""
    own = frame.matte
    rough = _mean_colour(frame) / _mean_colour(other)
    found = flow(
        cut_out_grey(own.alpha, own.foreground), cut_out_grey(other.matte.alpha, other.matte.foreground * rough)
    )
    motion = smoothed(found, np.square(own.alpha), _SMOOTH)
    moved_alpha = warped(other.matte.alpha, motion, cv2.INTER_LINEAR)
    is_core = (own.alpha > 0.98) & (moved_alpha > 0.98)
    if np.count_nonzero(is_core) < _CORE_PIXELS:
        return motion, np.ones(3, np.float32)
    moved = warped(other.plate_linear, motion, cv2.INTER_LINEAR)[is_core]
    ratio = (np.maximum(frame.plate_linear[is_core], 0) + 1e-3) / (np.maximum(moved, 0) + 1e-3)
    return motion, np.median(ratio, axis=0).astype(np.float32)


def _mean_colour(frame: TimedMatte) -> Float32[np.ndarray, " 3"]:
    """Mean colour of the subject, never black."""
    weight = frame.matte.alpha[..., None].astype(np.float64)
    light = (weight * np.clip(frame.matte.foreground, 0, None)).sum(axis=(0, 1))
    return (light / (weight.sum() + 1e-6) + 1e-3).astype(np.float32)


def _with_detail(before: AlphaPixels, after: AlphaPixels, is_unknown: np.ndarray) -> tuple[AlphaPixels, np.ndarray]:
    """The steadied alpha, drawn back to the frame's own where it lost too much detail; and where that was."""
    kept = []
    for alpha in (before, after):
        energy = np.where(is_unknown, _energy(alpha), 0).astype(np.float32)
        kept.append(cv2.GaussianBlur(energy, (0, 0), _AROUND))
    share = kept[1] / np.maximum(kept[0], 1e-8)
    amount = np.where(kept[0] > 1e-8, np.clip((1 - _LEAST_ENERGY) / np.maximum(1 - share, 1e-6), 0, 1), 1)
    amount = amount.astype(np.float32)
    return before + amount * (after - before), amount < 0.999


def _energy(alpha: AlphaPixels) -> Float32[np.ndarray, "h w"]:
    """Squared length of alpha's gradient."""
    down, across = np.gradient(alpha) if min(alpha.shape) > 1 else (np.zeros_like(alpha), np.zeros_like(alpha))
    return np.asarray(np.square(down) + np.square(across), np.float32)


def _require_size(frame: TimedMatte, trimap: TrimapPixels) -> None:
    for name, pixels in (("plate", frame.plate_linear), ("matte", frame.matte.alpha)):
        if pixels.shape[:2] != trimap.shape:
            raise SizeMismatchError(
                f"Expected a {name} of {trimap.shape[1]} x {trimap.shape[0]} pixels like its neighbours, got "
                f"{pixels.shape[1]} x {pixels.shape[0]}; steady only frames of one size."
            )
