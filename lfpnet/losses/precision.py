"""Losses are summed in float32 whatever the network runs in: half precision would round away small differences."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import torch
from torch import Tensor

P = ParamSpec("P")
R = TypeVar("R")


def in_full_precision(loss: Callable[P, R]) -> Callable[P, R]:
    """Widen half and bfloat16 tensors to float32 and switch autocast off while the loss is computed.

    Args:
        loss: a function of tensors, at least one of them given; float64 stays float64, masks stay masks.

    Returns:
        The same function. Gradients arrive in the precision that the tensor was given in.
    """

    @wraps(loss)
    def computed(*args: P.args, **kwargs: P.kwargs) -> R:
        given = (*args, *kwargs.values())
        device = next(value.device.type for value in given if isinstance(value, Tensor))
        with torch.autocast(device, enabled=False):
            return _call(loss, [_widened(value) for value in args], {name: _widened(kwargs[name]) for name in kwargs})

    return computed


def _call(function: Callable[..., R], args: list[Any], kwargs: dict[str, Any]) -> R:
    """Call with arguments that the type checker can no longer follow."""
    return function(*args, **kwargs)


def _widened(value: object) -> object:
    """Return half precision tensors as float32 and anything else as it is."""
    if isinstance(value, Tensor) and value.dtype in (torch.float16, torch.bfloat16):
        return value.float()
    return value
