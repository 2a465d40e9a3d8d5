"""Figures of a trained variant on held-out scenes, cropped and stitched with a chosen inner patch.

A scene is a sample whose inner patch is twice as wide as those of training; its surroundings are long enough for the
context of every tile, so that no tile looks beyond the picture.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

import numpy as np
import torch
from jaxtyping import Float32

from lfpnet.data.samples import TrainingSample
from lfpnet.inference.blending import tile_weights
from lfpnet.metrics import connectivity_error, gradient_error, mse, sad
from lfpnet.model.network import LFPNet
from lfpnet.training.ablation.narrow import narrowed
from lfpnet.training.batches import Batch, encode_sample
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN

_METRICS = {"sad": sad, "mse": mse, "grad": gradient_error, "conn": connectivity_error}


def judge(network: LFPNet, scenes: Sequence[TrainingSample], side: int, context: float) -> dict[str, float]:
    """Measure alpha over the unknown pixels of the middle of every scene.

    Args:
        network: in evaluation mode.
        scenes: at least one; the middle half of each is judged.
        side: of the inner patches in pixels, at most that of the middle.
        context: sides of the inner patch that the context reaches, 1 to 2.

    Returns:
        Means over scenes: `sad` (thousands), `mse`, `grad` and `conn` (thousands).
    """
    sums = dict.fromkeys(_METRICS, 0.0)
    for scene in scenes:
        alpha, middle = _stitched(network, scene, side, context), _middle(scene.trimap)
        truth = (_middle(scene.alpha) / 255).astype(np.float32)
        for name, metric in _METRICS.items():
            sums[name] += float(metric(alpha, truth, middle))
    return {name: total / len(scenes) for name, total in sums.items()}


def _stitched(network: LFPNet, scene: TrainingSample, side: int, context: float) -> Float32[np.ndarray, "h w"]:
    """Alpha of the middle of a scene."""
    middle = _middle(scene.trimap)
    total, weight = np.zeros(middle.shape, np.float32), np.zeros(middle.shape, np.float32)
    weights = tile_weights(side, max(1, side // 8))
    for top, left in _corners(len(middle), side):
        inside = slice(top, top + side), slice(left, left + side)
        if (middle[inside] == UNKNOWN).any():
            total[inside] += weights * _predicted(network, narrowed(_window(scene, top, left, side), context))
            weight[inside] += weights
    alpha = total / np.maximum(weight, np.float32(1e-6))
    alpha[middle == BACKGROUND], alpha[middle == FOREGROUND] = 0, 1
    return alpha


def _corners(length: int, side: int) -> Iterator[tuple[int, int]]:
    """Top and left of tiles that cover a square, evenly spread."""
    count = -(-length // side)
    starts = np.linspace(0, length - side, count).round().astype(int).tolist()
    return ((top, left) for top in starts for left in starts)


def _window(scene: TrainingSample, top: int, left: int, side: int) -> TrainingSample:
    """The context crop of a tile of the scene's middle."""
    start = len(scene.trimap) // 4 - side // 2
    rows, columns = (slice(start + at, start + at + 2 * side) for at in (top, left))
    arrays = {one.name: getattr(scene, one.name) for one in fields(scene)}
    pictures = {name: pixels for name, pixels in arrays.items() if isinstance(pixels, np.ndarray)}
    return replace(scene, **{name: pixels[rows, columns] for name, pixels in pictures.items()})


def _predicted(network: LFPNet, sample: TrainingSample) -> Float32[np.ndarray, "s s"]:
    """Alpha of one inner patch, in single precision."""
    tensors = encode_sample(sample, network.config)
    batch = Batch(**{name: value[None] for name, value in tensors.items()}).to(next(network.parameters()).device)
    with torch.no_grad():
        return network(batch.inner, batch.context, batch.plate).alpha[0, 0].float().cpu().numpy()


def _middle(pixels: np.ndarray) -> np.ndarray:
    quarter = len(pixels) // 4
    return np.ascontiguousarray(pixels[quarter:-quarter, quarter:-quarter])
