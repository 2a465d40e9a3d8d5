"""Foreground and background that go with an alpha.

Colours are found at a coarse size first, where every part of the plate hears of both, and corrected at finer and finer
ones: at every pixel the two that explain the plate and are like their neighbours', more so where alpha changes.
Source: Germer, Uelwer, Conrad and Harmeling, Fast Multi-Level Foreground Estimation; all pixels are solved at once,
under what their neighbours were a round before, in place of one after another.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from jaxtyping import Float32

from lfpnet.types import AlphaPixels, PlatePixels

#: Of neighbours' colours, the same everywhere, and for every step of alpha between them (the paper, section 3).
REGULARIZATION, GRADIENT_WEIGHT = 1e-5, 1.0
#: Rounds at sizes up to `SMALL_SIDE`, and at larger ones.
SMALL_ROUNDS, ROUNDS, SMALL_SIDE = 10, 2, 32


def estimated_colours(plate_display: PlatePixels, alpha: AlphaPixels) -> Float32[np.ndarray, "h w 6"]:
    """Smooth colours that explain the plate under an alpha.

    Args:
        plate_display: display-encoded, 0 to 1.
        alpha: 0 to 1.

    Returns:
        Foreground and background, display-encoded, 0 to 1, defined everywhere.
    """
    colours = _means(plate_display, alpha)
    for height, width in _sizes(*alpha.shape):
        rows, columns = (np.arange(n) * full // n for n, full in ((height, alpha.shape[0]), (width, alpha.shape[1])))
        colours = cv2.resize(colours, (width, height), interpolation=cv2.INTER_NEAREST)
        rounds = SMALL_ROUNDS if max(height, width) <= SMALL_SIDE else ROUNDS
        _correct(colours, plate_display[rows][:, columns], alpha[rows][:, columns], rounds)
    return colours


def _means(plate_display: PlatePixels, alpha: AlphaPixels) -> Float32[np.ndarray, "1 1 6"]:
    """Mean colours of what is nearly foreground, and nearly background; black where nothing is."""
    sides = (plate_display[chosen] for chosen in (alpha > 0.9, alpha < 0.1))
    means = [side.mean(axis=0) if len(side) else np.zeros(3) for side in sides]
    return np.concatenate(means)[None, None].astype(np.float32)


def _sizes(height: int, width: int) -> Iterator[tuple[int, int]]:
    """From one pixel to the whole plate, each side growing by a factor of its own, at most 2."""
    levels = int(np.ceil(np.log2(max(height, width, 2))))
    for level in range(levels + 1):
        yield round(height ** (level / levels)), round(width ** (level / levels))


def _correct(
    colours: Float32[np.ndarray, "h w 6"],
    plate: Float32[np.ndarray, "h w 3"],
    alpha: Float32[np.ndarray, "h w"],
    rounds: int,
) -> None:
    """Solve for both colours of every pixel under those of its neighbours, in place."""
    padded = np.pad(alpha, 1, mode="edge")
    links = [REGULARIZATION + GRADIENT_WEIGHT * np.abs(alpha - padded[rows, columns]) for rows, columns in _NEIGHBOURS]
    rest, held = 1 - alpha, links[0] + links[1] + links[2] + links[3]
    # Neighbours' means explain part of the plate; what is left is shared out by alpha: that solves the 2 x 2 system.
    share_foreground, share_background = (part / (alpha * alpha + rest * rest + held) for part in (alpha, rest))
    links = [(link / held)[..., None] for link in links]
    for _ in range(rounds):
        around = np.pad(colours, ((1, 1), (1, 1), (0, 0)), mode="edge")
        means = links[0] * around[_NEIGHBOURS[0]]
        for link, neighbour in zip(links[1:], _NEIGHBOURS[1:], strict=True):
            means += link * around[neighbour]
        left = plate - alpha[..., None] * means[..., :3] - rest[..., None] * means[..., 3:]
        means[..., :3] += share_foreground[..., None] * left
        means[..., 3:] += share_background[..., None] * left
        np.clip(means, 0, 1, out=colours)


#: The four neighbours of all pixels, in an array with a pixel more on every side.
_NEIGHBOURS = (
    (slice(1, -1), slice(None, -2)),
    (slice(1, -1), slice(2, None)),
    (slice(None, -2), slice(1, -1)),
    (slice(2, None), slice(1, -1)),
)
