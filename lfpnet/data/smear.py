"""What an open shutter does: coverage and premultiplied colour smeared together along one path."""

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

_PATH_POINTS = 8
_SUBPIXEL_BITS = 4


def path_kernel(rng: np.random.Generator, reach: int) -> Float32[np.ndarray, "side side"]:
    """Draw a short curved stroke through the middle of a square of 2 `reach` + 1 pixels, summing to one."""
    side = 2 * reach + 1
    angle, curve = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.4)
    along = np.linspace(-1, 1, _PATH_POINTS)
    x = reach + 0.9 * reach * along * np.cos(angle + curve * along)
    y = reach + 0.9 * reach * along * np.sin(angle + curve * along)
    kernel = np.zeros((side, side), np.uint8)
    stroke = np.round(np.stack([x, y], axis=1) * 2**_SUBPIXEL_BITS).astype(np.int32)
    cv2.polylines(kernel, [stroke], isClosed=False, color=[255], lineType=cv2.LINE_AA, shift=_SUBPIXEL_BITS)
    return kernel.astype(np.float32) / max(int(kernel.sum()), 1)


def smear(
    colour: UInt8[np.ndarray, "h w 3"], alpha: UInt8[np.ndarray, "h w"], kernel: Float32[np.ndarray, "side side"]
) -> tuple[UInt8[np.ndarray, "h w 3"], UInt8[np.ndarray, "h w"]]:
    """Smear a foreground by a kernel.

    Args:
        colour: unpremultiplied, display-encoded.
        alpha: coverage times 255.
        kernel: where each point is seen while the shutter is open; sums to one.

    Returns:
        Unpremultiplied colour (smeared by itself where nothing is covered) and coverage times 255.
    """
    weight = alpha.astype(np.float32) / 255
    covered = _filtered(weight, kernel)
    premultiplied = _filtered(colour * weight[..., None], kernel)
    alone = _filtered(colour.astype(np.float32), kernel)
    unpremultiplied = np.where(
        covered[..., None] > 1 / 510, premultiplied / np.maximum(covered, 1e-4)[..., None], alone
    )
    return (
        np.clip(np.rint(unpremultiplied), 0, 255).astype(np.uint8),
        np.clip(np.rint(covered * 255), 0, 255).astype(np.uint8),
    )


def _filtered(pixels: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Weigh every pixel's neighbours by the kernel; beyond the edge the picture is mirrored.

    In double precision: in single, what is rounded later may depend on where in memory the result lands.
    """
    wide = np.asarray(pixels, np.float64)
    return np.asarray(cv2.filter2D(wide, cv2.CV_64F, kernel.astype(np.float64), borderType=cv2.BORDER_REFLECT_101))
