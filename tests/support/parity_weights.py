"""Deterministic weights and pictures for parity with the published network, from their description.

Every value is a hash of the tensor's published name and the value's flat index, so that two strangers who never
exchanged a file compute with the same network. Source: lfpnet-architecture facts, section 3.
"""

import zlib
from collections.abc import Mapping

import numpy as np
import torch

#: Names of the shared backbone in the matting module -> in the propagating module, whose values both have.
_SHARED = {f"res{n + 1}.": f"resnet.layer{n}." for n in (1, 2, 3, 4)}
#: End of the names of the norms that close a backbone block: kept small so that rounding does not grow. (The facts also
#: name conv2.1 and ro_conv.1, but the vectors were made with names that end in `.gn.weight`, which their rule missed.)
_BRANCH_END = "bn3.weight"


def hashed(seed: int, count: int) -> np.ndarray:
    """`count` 32-bit numbers, as uint64."""
    values = (np.uint64(seed) + np.arange(count, dtype=np.uint64) * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
    for _ in range(2):
        values ^= values >> np.uint64(16)
        values *= np.uint64(0x45D9F3B)
        values &= np.uint64(0xFFFFFFFF)
    return values ^ (values >> np.uint64(16))


def parity_weights(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, torch.Tensor]:
    """A value for every tensor of a published state dict."""
    return {name: torch.from_numpy(_values(name, shape)) for name, shape in shapes.items()}


def scene(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """A plate (h, w, 3) and a trimap (h, w), both 8-bit, of integer waves and hashed noise."""
    y, x = np.arange(height)[:, None], np.arange(width)[None, :]
    short = min(height, width)
    across = (x - width * 11 // 20) / (1.3 if width >= height else 1.0)
    distance = np.hypot(across, y - height * 9 // 20)
    teeth = (_wave(3 * x + 2 * y, 23) + _wave(5 * y - 2 * x + 10 * width, 37)) / 510
    alpha = np.floor(np.clip((0.34 * short - distance) / (0.10 * short) + teeth, 0, 1) * 255 + 0.5).astype(np.int64)
    plate = np.empty((height, width, 3), np.uint8)
    for c in range(3):
        front = (_wave(x * (c + 1) + 2 * y, 41 + 7 * c) * 3 + 160 + 200 * (c == 0)) // 5
        waves = _wave(2 * x - y * (c + 1) + 4 * height, 97 - 11 * c) + _wave(x + y, 301)
        behind = (2 * waves + 120 * (c == 2)) // 5
        noise = (hashed(zlib.crc32(f"scene{c}".encode()), height * width) >> np.uint64(28)).astype(np.int64)
        mixed = (alpha * front + (255 - alpha) * behind) // 255 + noise.reshape(height, width)
        plate[..., c] = np.clip(mixed, 0, 255)
    trimap = np.where(distance < 0.20 * short, 255, np.where(distance > 0.42 * short, 0, 128)).astype(np.uint8)
    return plate, trimap


def _values(name: str, shape: tuple[int, ...]) -> np.ndarray:
    shared = next((name.replace(own, other, 1) for own, other in _SHARED.items() if name.startswith(own)), name)
    unit = hashed(zlib.crc32(shared.encode()), int(np.prod(shape))).astype(np.float64) / 2**31 - 1
    return _scaled(name, unit.reshape(shape)).astype(np.float32)


def _scaled(name: str, unit: np.ndarray) -> np.ndarray:
    if unit.ndim == 4 and name != "setensor":
        return _convolution(name, unit)
    if name.startswith("out_prelu"):
        return 0.25 + 0.05 * unit
    if name == "out_conv1.0.bias":
        return 0.5 + 0.1 * unit
    if name.endswith(".weight"):
        return (0.2 if name.endswith(_BRANCH_END) else 1.0) * (1 + 0.25 * unit)
    return 0.1 * unit if name.endswith(".bias") else unit


def _convolution(name: str, unit: np.ndarray) -> np.ndarray:
    """Variance 1 / fan-in, and a spike on one centre tap per output channel that keeps the network well conditioned."""
    outputs, inputs, rows, columns = unit.shape
    weights = unit * np.sqrt(3 / (inputs * rows * columns))
    if name.startswith("out_conv1"):
        return weights * 0.35
    if not name.startswith("out_conv"):
        output = np.arange(outputs)
        tap = output * inputs // outputs if inputs > outputs else output % inputs
        weights[output, tap, rows // 2, columns // 2] += 2.0
    return weights


def _wave(position: np.ndarray, half_period: int) -> np.ndarray:
    """Integer triangle wave, 0 to 255."""
    return np.abs(position % (2 * half_period) - half_period) * 255 // half_period
