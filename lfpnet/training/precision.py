"""The type that training computes in; weights, losses and optimiser stay in single precision."""

from typing import Literal

import torch

from lfpnet.inference.device import choose_precision

TrainingPrecision = Literal["auto", "fp32", "bf16", "fp16"]


def training_precision(name: str, device: torch.device) -> torch.dtype:
    """The type called `name`; `auto` takes bf16 where the device has it, fp16 on older GPUs, fp32 elsewhere.

    Raises:
        ConfigurationError: no precision has that name, or the device cannot train in it.
    """
    if name != "auto":
        return choose_precision(name, device)
    if device.type == "cuda":
        has_bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if has_bf16 else torch.float16
    return torch.bfloat16 if device.type == "cpu" else torch.float32
