"""What an artist draws: a shape on key frames, in between moved as the keys' shapes change."""

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float32

#: The shape follows the subject at this scale in pixels of 432 lines, not strand by strand.
_SMOOTH = 6.0


def keyed_rotos(alphas: Sequence[np.ndarray], every: int) -> list[Float32[np.ndarray, "h w"]]:
    """Hard rotos, drawn from the truth on every n-th and the last frame, interpolated between.

    Args:
        alphas: the truth of every frame.
        every: frames from key to key.

    Returns:
        0 or 1 for every frame.
    """
    last = len(alphas) - 1
    keys = sorted({*range(0, len(alphas), every), last})
    drawn = {key: _shape(alphas[key]) for key in keys}
    rotos = []
    for frame in range(len(alphas)):
        before = max(key for key in keys if key <= frame)
        after = min(key for key in keys if key >= frame)
        share = (frame - before) / max(1, after - before)
        rotos.append(_between(drawn[before], drawn[after], share))
    return rotos


def _shape(alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Signed distance to the smoothed contour, positive inside, and its centre."""
    sigma = max(1.0, _SMOOTH * alpha.shape[0] / 432)
    inside = (cv2.GaussianBlur(alpha, (0, 0), sigma) > 0.25).astype(np.uint8)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 5) - cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    rows, columns = np.nonzero(inside)
    centre = np.array([columns.mean(), rows.mean()]) if len(rows) else np.zeros(2)
    return np.asarray(distance, np.float32), centre


def _between(
    first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray], share: float
) -> Float32[np.ndarray, "h w"]:
    """The shape at a share of the way, both moved to the centre between them."""
    centre = (1 - share) * first[1] + share * second[1]
    moved = [_moved(distance, centre - at) for distance, at in (first, second)]
    return ((1 - share) * moved[0] + share * moved[1] > 0).astype(np.float32)


def _moved(distance: np.ndarray, by: np.ndarray) -> np.ndarray:
    pose = np.array([[1, 0, by[0]], [0, 1, by[1]]])
    return cv2.warpAffine(distance, pose, distance.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
