"""How good a network is on held-out samples: error of alpha in the unknown region, and a picture of it."""

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from lfpnet.model.network import LFPNet
from lfpnet.training.batches import Batch


def validate(
    network: LFPNet, batches: Iterable[Batch], *, precision: torch.dtype
) -> tuple[dict[str, float], np.ndarray]:
    """Judge a network.

    Args:
        network: in evaluation mode.
        batches: held-out samples, at least one batch.
        precision: that the network computes in.

    Returns:
        Mean squared and mean absolute error of alpha over unknown pixels (`validation/mse`, `validation/mad`), those
        of the trimap itself with one half for unknown, and a picture of the first batch: plate, truth, alpha.
    """
    squared = absolute = thresholded = 0.0
    pixels = 0
    picture = np.zeros((1, 1, 3), np.uint8)
    device = next(network.parameters()).device
    with torch.no_grad():
        for number, batch in enumerate(one.to(device) for one in batches):
            with torch.autocast(device.type, precision, enabled=precision != torch.float32):
                alpha = network(batch.inner, batch.context, batch.plate).alpha
            error = (alpha - batch.alpha)[batch.is_unknown].double()
            squared += error.square().sum().item()
            absolute += error.abs().sum().item()
            thresholded += (0.5 - batch.alpha)[batch.is_unknown].double().square().sum().item()
            pixels += error.numel()
            if number == 0:
                picture = _picture(batch, alpha)
    return {
        "validation/mse": squared / max(1, pixels),
        "validation/mad": absolute / max(1, pixels),
        "validation/mse_of_one_half": thresholded / max(1, pixels),
    }, picture


def _picture(batch: Batch, alpha: Tensor) -> np.ndarray:
    """Rows of plate, true alpha and alpha for up to eight samples."""
    rows = [batch.plate, batch.alpha.expand(-1, 3, -1, -1), alpha.float().expand(-1, 3, -1, -1)]
    columns = [torch.cat([row[index] for row in rows], dim=1) for index in range(min(8, len(alpha)))]
    return (torch.cat(columns, dim=2).clamp(0, 1) * 255).byte().permute(1, 2, 0).cpu().numpy()
