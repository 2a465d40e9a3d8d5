"""Refusals that the metrics share: an unknown option, pictures of different sizes, values that cannot be compared."""

import numpy as np

from lfpnet.errors import ConfigurationError, InputError, SizeMismatchError


def check_choice(option: str, value: str | None, choices: tuple[str | None, ...]) -> None:
    """Refuse a value that is not among the choices."""
    if value not in choices:
        named = ", ".join(repr(choice) for choice in choices)
        raise ConfigurationError(f"Expected {option} to be one of {named}, but got {value!r}; choose one of these.")


def check_sizes(**pictures: np.ndarray) -> None:
    """Refuse pictures that do not cover the same pixels."""
    if len({picture.shape[:2] for picture in pictures.values()}) > 1:
        found = ", ".join(f"{name} is {_size(picture)}" for name, picture in pictures.items())
        raise SizeMismatchError(
            f"Expected pictures of one size (width x height), but {found}; compare a matte with the truth of its plate."
        )


def check_floats(**pictures: np.ndarray) -> None:
    """Refuse integers, which would be taken for 0..1 and overflow when subtracted, and NaN or Inf."""
    for name, picture in pictures.items():
        if not np.issubdtype(picture.dtype, np.floating):
            raise InputError(f"Expected {name} as floats from 0 to 1, but it is {picture.dtype}; divide by 255 first.")
        if unusable := picture.size - np.count_nonzero(np.isfinite(picture)):
            raise InputError(f"Expected finite values in {name}, but {unusable} are NaN or Inf; fix the picture first.")


def _size(picture: np.ndarray) -> str:
    """Write a size as width x height."""
    height, width = picture.shape[:2]
    return f"{width}x{height}"
