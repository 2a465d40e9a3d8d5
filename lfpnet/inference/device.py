"""Which device computes, in which precision, and what its errors mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, get_args

import torch

from lfpnet.errors import ConfigurationError, DeviceError

PrecisionName = Literal["auto", "fp32", "bf16", "fp16"]
_TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def choose_device(name: str) -> torch.device:
    """The device called `name`; `auto` takes CUDA, then Apple's GPU, then the CPU.

    Raises:
        ConfigurationError: no device has that name.
        DeviceError: the device is not in this machine.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda", 0)
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ConfigurationError(
            f"Expected a device such as auto, cpu, cuda:0 or mps, got '{name}'; use 'auto'."
        ) from error
    is_there = {
        "cpu": lambda: True,
        "cuda": lambda: (device.index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available,
    }
    if not is_there.get(device.type, lambda: False)():
        raise DeviceError(f"Expected the device '{name}' in this machine, got none; use 'auto' or 'cpu'.")
    return device


def choose_precision(name: str, device: torch.device) -> torch.dtype:
    """The type to compute in; `auto` takes fp16 on a GPU and fp32 on the CPU.

    Raises:
        ConfigurationError: no precision has that name, or the device cannot compute in it.
    """
    if name == "auto":
        return torch.float32 if device.type == "cpu" else torch.float16
    if name not in _TYPES:
        raise ConfigurationError(
            f"Expected a precision among {', '.join(get_args(PrecisionName))}, got '{name}'; use 'auto'."
        )
    if name == "fp16" and device.type == "cpu":
        raise ConfigurationError("Expected fp32 or bf16 on the CPU, got fp16, which CPUs compute slowly; use 'bf16'.")
    return _TYPES[name]


@contextmanager
def translated_device_errors() -> Iterator[None]:
    """Turn 'out of memory' of any device into a DeviceError."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise DeviceError(_OUT_OF_MEMORY) from error
    except RuntimeError as error:
        if "memory" not in str(error).lower():
            raise
        raise DeviceError(_OUT_OF_MEMORY) from error


_OUT_OF_MEMORY = (
    "Expected room for one tile on the device, got 'out of memory'; use a smaller --tile, or close what else uses it."
)
