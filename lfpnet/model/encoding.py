"""What the network sees of a patch: normalised plate, one-hot trimap and six maps of the distance to known pixels.

Source: the paper's inputs as the published code extends them; the distance maps are those of Forte and Pitié, F, B,
Alpha Matting. Distances are taken within the patch: a known pixel outside it does not exist.
"""

import cv2
import numpy as np
import torch
from jaxtyping import Float32, UInt8
from torch import Tensor

from lfpnet.trimap import reduced_trimap
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN, PlatePixels, TrimapPixels

#: Mean and standard deviation of ImageNet's display-encoded pixels.
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
#: Widths of the three gaussians of distance, in plate pixels.
DISTANCE_WIDTHS = (0.02 * 320, 0.08 * 320, 0.16 * 320)
CHANNELS = 12


def encode_patch(
    plate_display: PlatePixels, trimap: TrimapPixels, pixel_size: int = 1
) -> Float32[np.ndarray, "12 h w"]:
    """Encode one patch.

    Args:
        plate_display: display-encoded plate, 0 to 1.
        trimap: 0, 128 or 255.
        pixel_size: plate pixels per side of one pixel of this patch; distances count in plate pixels.

    Returns:
        Channels first: 0-2 normalised plate, 3-5 background, unknown and foreground, 6-8 gaussians of the distance to
        the nearest known background pixel, 9-11 to the nearest known foreground pixel.
    """
    height, width = trimap.shape
    encoded = np.empty((CHANNELS, height, width), np.float32)
    for channel in range(3):
        np.subtract(plate_display[..., channel], MEAN[channel], out=encoded[channel])
        encoded[channel] /= DEVIATION[channel]
    for channel, value in enumerate((BACKGROUND, UNKNOWN, FOREGROUND), start=3):
        encoded[channel] = trimap == value
    encoded[6:9] = _closeness(trimap, BACKGROUND, pixel_size)
    encoded[9:12] = _closeness(trimap, FOREGROUND, pixel_size)
    return encoded


def _closeness(trimap: TrimapPixels, value: int, pixel_size: int) -> Float32[np.ndarray, "3 h w"]:
    """Gaussians of the distance to the nearest pixel of `value`; zero where the patch holds none."""
    closeness = np.zeros((3, *trimap.shape), np.float32)
    is_other = (trimap != value).astype(np.uint8)
    if is_other.all():
        return closeness
    distance = cv2.distanceTransform(is_other, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # OpenCV's square roots differ in the last digit by where in memory they land; their squares are whole numbers.
    squared = np.rint(distance * distance)
    for channel, width in enumerate(DISTANCE_WIDTHS):
        # Beyond exp(-80) a float32 is as good as zero, and denormal numbers cost time.
        exponent = squared * np.float32(-(pixel_size**2) / (2 * width**2))
        np.exp(np.maximum(exponent, np.float32(-80.0), out=exponent), out=closeness[channel])
    return closeness


def halve_patch(
    plate_display: PlatePixels, trimap: TrimapPixels
) -> tuple[Float32[np.ndarray, "hh ww 3"], UInt8[np.ndarray, "hh ww"]]:
    """Average 2x2 plate pixels; the trimap stays known as `reduced_trimap` has it.

    Args:
        plate_display: (h, w, 3) with even sides.
        trimap: (h, w), 0, 128 or 255.
    """
    height, width = trimap.shape
    halved = cv2.resize(plate_display, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return halved, reduced_trimap(trimap, 2)


def decode_plate(encoded: Tensor) -> Tensor:
    """The display-encoded plate (b, 3, h, w) that an encoded patch (b, 12, h, w) was made of."""
    mean, deviation = (torch.from_numpy(values).to(encoded).view(1, 3, 1, 1) for values in (MEAN, DEVIATION))
    return encoded[:, :3] * deviation + mean
