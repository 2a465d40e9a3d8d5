"""The one check that two pictures cover the same pixels."""

from collections.abc import Sequence

from lfpnet.errors import SizeMismatchError


def require_same_size(name: str, shape: Sequence[int], other_name: str, other_shape: Sequence[int]) -> None:
    """Raise SizeMismatchError, naming both sizes as width x height, unless the first two axes agree."""
    if tuple(shape[:2]) != tuple(other_shape[:2]):
        raise SizeMismatchError(
            f"The {name} and the {other_name} must have the same size, but the {name} is {shape[1]} x {shape[0]} "
            f"pixels and the {other_name} is {other_shape[1]} x {other_shape[0]}; export both from the same frame."
        )
