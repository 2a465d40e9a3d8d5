"""Frames with approved alphas as the 8-bit pictures that samples are cut from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int32, UInt8

from lfpnet.colour import display_encode
from lfpnet.data.layouts import Case, EvaluationCase, OnSkip, check_cases
from lfpnet.errors import TrimapError
from lfpnet.estimates import Estimates
from lfpnet.training.finetuning.layers import extended_layers
from lfpnet.types import UNKNOWN, PlatePixels, TrimapPixels

#: Places kept for each frame; crops are cut about them.
PLACES = 4096


@dataclass(frozen=True, eq=False)
class ShotFrame:
    """One frame; pictures are display-encoded.

    Attributes:
        name: of the frame.
        plate: as it was shot.
        alpha: coverage times 255.
        trimap: 0, 128 or 255, as the frame is matted with.
        foreground: unpremultiplied, defined everywhere.
        background: defined everywhere.
        places: x and y of unknown pixels.
        is_linear: whether its layers mix as light.
        estimates: classical estimates times 255 of the whole plate under its own trimap, for the networks that take
            them.
    """

    name: str
    plate: UInt8[np.ndarray, "h w 3"]
    alpha: UInt8[np.ndarray, "h w"]
    trimap: UInt8[np.ndarray, "h w"]
    foreground: UInt8[np.ndarray, "h w 3"]
    background: UInt8[np.ndarray, "h w 3"]
    places: Int32[np.ndarray, "k 2"]
    is_linear: bool
    estimates: UInt8[np.ndarray, "10 h w"] | None = None


def usable_frames(cases: Sequence[Case], *, on_skip: OnSkip | None = None) -> list[Case]:
    """Read every frame once, so that what is wrong with one is known before anything is computed.

    Args:
        cases: plates with alphas.
        on_skip: told the sentence of every frame that cannot be used; None refuses them.

    Returns:
        The frames that can teach or judge.

    Raises:
        InputError: the sentence of the first frame that cannot be used.
    """
    return check_cases(cases, on_skip=on_skip, check=lambda case: _unknown_places(case.read()))


def read_frames(cases: Sequence[Case], *, seed: int = 1, has_estimates: bool = False) -> list[ShotFrame]:
    """Read frames and extend their colours beyond the alpha.

    Args:
        cases: plates with alphas; foreground and background are used where they exist.
        seed: of the places that crops are cut about.
        has_estimates: whether the network takes classical estimates, which are then made for each whole frame.

    Returns:
        The frames in the same order.

    Raises:
        ImageFileError: a file cannot be read.
        SizeMismatchError: pictures of a frame do not match.
        TrimapError: a frame has no unknown pixel.
        ConfigurationError: pymatting is not installed.
    """
    generators = (np.random.default_rng([seed, number]) for number in range(len(cases)))
    return [_frame(case.read(), rng, has_estimates) for case, rng in zip(cases, generators, strict=True)]


def _frame(case: EvaluationCase, rng: np.random.Generator, has_estimates: bool) -> ShotFrame:
    rows, columns = _unknown_places(case)
    chosen = rng.integers(0, len(rows), PLACES)
    plate, foreground, background = (_display(case, layer) for layer in (case.plate, case.foreground, case.background))
    assert plate is not None
    foreground, background = extended_layers(plate, case.alpha, foreground, background)
    return ShotFrame(
        name=case.name,
        plate=_eight_bit(plate),
        alpha=_eight_bit(case.alpha),
        trimap=case.trimap,
        foreground=_eight_bit(foreground),
        background=_eight_bit(background),
        places=np.stack([columns[chosen], rows[chosen]], axis=1).astype(np.int32),
        is_linear=case.is_linear,
        estimates=_estimates(plate, case.trimap) if has_estimates else None,
    )


def _estimates(plate: PlatePixels, trimap: TrimapPixels) -> UInt8[np.ndarray, "10 h w"]:
    """What inference will give the network of this plate."""
    return _eight_bit(Estimates.of_plate(plate, trimap, is_linear=False).over(plate, trimap, 0, 0))


def _unknown_places(case: EvaluationCase) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the unknown pixels, at least one."""
    rows, columns = np.nonzero(case.trimap == UNKNOWN)
    if not len(rows):
        raise TrimapError(
            f"Expected unknown pixels in frame {case.name}, but its alpha is nowhere soft and its trimap nowhere "
            "unknown; leave the frame out."
        )
    return rows, columns


def _display(case: EvaluationCase, layer: PlatePixels | None) -> PlatePixels | None:
    """A layer as the network sees it."""
    if layer is None:
        return None
    return display_encode(layer) if case.is_linear else np.clip(layer, 0, 1)


def _eight_bit(values: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
