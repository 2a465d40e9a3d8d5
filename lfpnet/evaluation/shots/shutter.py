"""One frame as a camera exposes it: layers averaged while the shutter is open, so that every one of them is exact.

Source: a shutter of 180 degrees is open for half of the time between two frames.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

#: Moments that are averaged; at 10 px a frame they lie less than a pixel apart.
MOMENTS = 8
#: Frames for which the shutter is open.
OPEN = 0.5
#: Grain in linear light: of black, and more with the square root of the light, as photons have it.
GRAIN_OF_BLACK, GRAIN_OF_LIGHT = 0.002, 0.012

#: Subject (colour, alpha) and background at a moment, in frames.
Moment = Callable[[float], tuple[np.ndarray, np.ndarray, np.ndarray]]


@dataclass(frozen=True, eq=False)
class ShotFrame:
    """A frame and its truth, linear.

    Attributes:
        plate: with grain.
        alpha: exact coverage while the shutter was open.
        foreground: unpremultiplied.
        background: unpremultiplied: what was seen past the subject, and the plain background where nothing was.
    """

    plate: Float32[np.ndarray, "h w 3"]
    alpha: Float32[np.ndarray, "h w"]
    foreground: Float32[np.ndarray, "h w 3"]
    background: Float32[np.ndarray, "h w 3"]


def expose(moment: Moment, frame: float, rng: np.random.Generator, *, moments: int = MOMENTS) -> ShotFrame:
    """Expose one frame.

    Args:
        moment: draws the scene.
        frame: its middle, in frames.
        rng: of the grain.
        moments: how many are averaged.

    Returns:
        The frame: alpha F + (1 - alpha) B is the plate but for its grain.
    """
    times = frame + OPEN * ((np.arange(moments) + 0.5) / moments - 0.5)
    covered, light, past, plain_front, plain_back = (np.zeros(1) for _ in range(5))
    for time in times:
        colour, alpha, background = moment(float(time))
        weight = alpha[..., None].astype(np.float64)
        covered = covered + weight
        light = light + weight * colour
        past = past + (1 - weight) * background
        plain_front = plain_front + colour
        plain_back = plain_back + background
    alpha = np.asarray(covered, np.float64) / moments
    foreground = np.where(alpha > 0, light / np.maximum(covered, 1e-9), plain_front / moments)
    background = np.where(alpha < 1, past / np.maximum(moments - covered, 1e-9), plain_back / moments)
    clean = (light + past) / moments
    grain = rng.normal(0, 1, clean.shape) * (GRAIN_OF_BLACK + GRAIN_OF_LIGHT * np.sqrt(np.maximum(clean, 0)))
    return ShotFrame(
        (clean + grain).astype(np.float32),
        np.clip(alpha[..., 0], 0, 1).astype(np.float32),
        foreground.astype(np.float32),
        background.astype(np.float32),
    )
