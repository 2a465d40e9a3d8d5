"""A coarse alpha from the propagating module alone: seconds before the matte is done.

Source: the context alpha of the paper, section 4.1.3.
"""

import cv2
import numpy as np
import torch

from lfpnet.inference.patches import PatchCutter
from lfpnet.inference.restoration import restore_known_alpha
from lfpnet.inference.tiling import Tile
from lfpnet.model.network import LFPNet
from lfpnet.types import UNKNOWN, AlphaPixels, TrimapPixels

#: Plate pixels per side of one context patch.
CONTEXT_SIDE = 1024


def coarse_alpha(
    network: LFPNet, device: torch.device, cutter: PatchCutter, trimap: TrimapPixels
) -> AlphaPixels | None:
    """Alpha of the whole plate at a quarter of its detail, known pixels restored.

    Args:
        network: on `device`.
        device: where to compute.
        cutter: gives context patches.
        trimap: 0, 128 or 255.

    Returns:
        (h, w), or None when the network predicts no context alpha.
    """
    if network.config.propagating == "none" or not network.config.has_context_alpha:
        return None
    height, width = trimap.shape
    alpha = np.zeros((height, width), np.float32)
    for top in range(0, height, CONTEXT_SIDE):
        for left in range(0, width, CONTEXT_SIDE):
            tile = Tile(top, left, CONTEXT_SIDE)
            rows, columns = tile.inside(height, width)
            if not (trimap[rows, columns] == UNKNOWN).any():
                continue
            context = torch.from_numpy(cutter.cut_context(tile))[None].to(device)
            predicted = network.context_alpha(context.contiguous(memory_format=torch.channels_last))
            assert predicted is not None
            enlarged = cv2.resize(predicted[0, 0].float().cpu().numpy(), (CONTEXT_SIDE, CONTEXT_SIDE))
            alpha[rows, columns] = enlarged[: rows.stop - top, : columns.stop - left]
    restore_known_alpha(alpha, trimap)
    return alpha
