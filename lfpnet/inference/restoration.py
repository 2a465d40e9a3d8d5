"""Puts known pixels back and returns to the plate's own linear space.

Source: alpha is known where the trimap is (the paper, section 1); foreground and background solve its equation 1.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from jaxtyping import Float32

from lfpnet.colour import display_decode, display_encode, possible_alpha, solve_layers, to_linear
from lfpnet.colour.visible_share import LARGEST_SHARE
from lfpnet.model.layers import enlarge
from lfpnet.model.lean.colour_prior import spread_colour
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN, Matte, PlatePixels, TrimapPixels

#: Longest side at which colours are spread into the regions that no tile covers.
SPREAD_SIDE = 512
ROWS_PER_STRIPE = 128


def restore_known_alpha(alpha: Float32[np.ndarray, "h w"], trimap: TrimapPixels) -> None:
    """Set alpha to what the trimap knows, and into 0 to 1 elsewhere, in place."""
    np.clip(alpha, 0, 1, out=alpha)
    alpha[trimap == FOREGROUND] = 1
    alpha[trimap == BACKGROUND] = 0


def restore_possible_alpha(display: Matte, plate: PlatePixels, trimap: TrimapPixels, *, is_linear: bool) -> None:
    """Move alpha of nearly opaque and nearly clear pixels to where neither layer outshines the plate, in place.

    Args:
        display: alpha, and display-encoded colours that hold in the unknown region.
        plate: scene-linear, or display-encoded 0 to 1.
        trimap: 0, 128 or 255.
        is_linear: whether the plate is scene-linear.
    """
    decode = _decoder(plate, is_linear=is_linear)
    for top in range(0, trimap.shape[0], ROWS_PER_STRIPE):
        rows = slice(top, top + ROWS_PER_STRIPE)
        alpha = display.alpha[rows].reshape(-1)
        share = np.minimum(alpha, 1 - alpha)
        chosen = np.flatnonzero((trimap[rows].reshape(-1) == UNKNOWN) & (share > 0) & (share < LARGEST_SHARE))
        pixels, foreground, background = (
            np.take(picture[rows].reshape(-1, 3), chosen, axis=0)
            for picture in (plate, display.foreground, display.background)
        )
        linear = pixels if is_linear else to_linear(pixels)
        alpha[chosen] = possible_alpha(linear, alpha[chosen], decode(foreground), decode(background))


def restore_plate_space(display: Matte, plate: PlatePixels, trimap: TrimapPixels, *, is_linear: bool) -> Matte:
    """Solve foreground and background from the linear plate, with the network's colours as prior.

    In the known background the foreground continues the colours of the subject, and in the known foreground the
    background continues what lies around it, so that both layers can be filtered without a seam.

    Args:
        display: alpha as it is to be, and display-encoded colours that hold in the unknown region; used up.
        plate: scene-linear, or display-encoded 0 to 1.
        trimap: 0, 128 or 255.
        is_linear: whether the plate is scene-linear.

    Returns:
        Alpha, and scene-linear foreground and background: alpha F + (1 - alpha) B is the linear plate.
    """
    decode = _decoder(plate, is_linear=is_linear)
    layers = [
        (near, torch.from_numpy(decode(_spread(near, plate, trimap, known, is_linear=is_linear).numpy())))
        for near, known in ((display.foreground, FOREGROUND), (display.background, BACKGROUND))
    ]
    height = trimap.shape[0]
    for top in range(0, height, ROWS_PER_STRIPE):
        rows = slice(top, min(height, top + ROWS_PER_STRIPE))
        unknown = np.flatnonzero(trimap[rows] == UNKNOWN)
        priors = []
        for near, far in layers:
            prior = _rows_of(far, rows, trimap.shape)
            prior.reshape(-1, 3)[unknown] = decode(np.take(near[rows].reshape(-1, 3), unknown, axis=0))
            priors.append(prior)
        plate_linear = plate[rows] if is_linear else to_linear(plate[rows])
        solved = solve_layers(np.ascontiguousarray(plate_linear), display.alpha[rows], *priors)
        display.foreground[rows], display.background[rows] = solved
    return display


def _decoder(plate: PlatePixels, *, is_linear: bool) -> Callable[[np.ndarray], np.ndarray]:
    """The way of the network's colours back to scene-linear."""
    return partial(display_decode, brightest=float(max(1.0, plate.max()))) if is_linear else to_linear


def _spread(
    near: PlatePixels, plate: PlatePixels, trimap: TrimapPixels, known: int, *, is_linear: bool
) -> torch.Tensor:
    """Small picture (1, 3, h, w) of one layer's colours, continued from the region where they are known."""
    step = max(1, -(-max(trimap.shape) // SPREAD_SIDE))
    small_trimap = trimap[::step, ::step]
    small_plate = np.ascontiguousarray(plate[::step, ::step])
    small_plate = display_encode(small_plate) if is_linear else small_plate
    colours = np.where((small_trimap == UNKNOWN)[..., None], near[::step, ::step], small_plate)
    # The unknown region speaks softly: its colours are estimates.
    weight = np.where(small_trimap == known, np.float32(1), np.float32(0.05) * (small_trimap == UNKNOWN))
    planes = torch.from_numpy(np.ascontiguousarray(colours.transpose(2, 0, 1), np.float32))[None]
    return spread_colour(planes, torch.from_numpy(weight.astype(np.float32))[None, None])


def _rows_of(small: torch.Tensor, rows: slice, shape: tuple[int, int]) -> Float32[np.ndarray, "n w 3"]:
    """Some rows of the small picture, at the size of the plate."""
    height, width = shape
    position = (torch.arange(rows.start, rows.stop) + 0.5) * (small.shape[-2] / height) - 0.5
    position = position.clamp(0, small.shape[-2] - 1)
    upper = position.floor().long()
    lower = (upper + 1).clamp(max=small.shape[-2] - 1)
    part = torch.lerp(small[:, :, upper], small[:, :, lower], (position - upper).view(1, 1, -1, 1))
    return enlarge(part, (rows.stop - rows.start, width))[0].permute(1, 2, 0).contiguous().numpy()
