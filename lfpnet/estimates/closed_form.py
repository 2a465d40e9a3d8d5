"""Closed-form matting: alpha is a linear function of colour in every window of 3 x 3 pixels.

Source: Levin, Lischinski and Weiss, A Closed-Form Solution to Natural Image Matting; the Laplacian is pymatting's.
"""

from types import ModuleType

import numpy as np

from lfpnet.estimates.linear_system import LinearSystem, unknown_pixels
from lfpnet.types import UNKNOWN, PlatePixels, TrimapPixels


def closed_form_system(pymatting: ModuleType, plate_display: PlatePixels, trimap: TrimapPixels) -> LinearSystem:
    """What closed-form matting says of the unknown pixels.

    Args:
        pymatting: the library.
        plate_display: display-encoded, 0 to 1, at least 3 x 3 pixels.
        trimap: 0, 128 or 255.
    """
    is_known = (trimap != UNKNOWN).ravel()
    laplacian = pymatting.cf_laplacian(plate_display.astype(np.float64), is_known=is_known)
    return LinearSystem.of_rows(laplacian.tocsr()[unknown_pixels(trimap)], trimap)
