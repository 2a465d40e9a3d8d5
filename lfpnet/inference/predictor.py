"""The predictor: plate and trimap in; alpha, foreground and background out, tile by tile.

Source: the paper, section 4 (crop and stitch); the published evaluation for the plans `published` and `exact`.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32, UInt8
from torch import Tensor

from lfpnet.errors import CancelledError, ConfigurationError, DeviceError
from lfpnet.images.finite import replace_non_finite
from lfpnet.inference.augmentation import ALL_TURNS, TRANSPOSED, UNTURNED, Turn
from lfpnet.inference.blending import TileBlender, tile_weights
from lfpnet.inference.device import choose_device, choose_precision, translated_device_errors
from lfpnet.inference.options import MatteOptions
from lfpnet.inference.patches import PatchCutter
from lfpnet.inference.preview import coarse_alpha
from lfpnet.inference.restoration import restore_known_alpha, restore_plate_space, restore_possible_alpha
from lfpnet.inference.tiling import SMALLEST_SIDE, Plan, Tile, plan_tiles
from lfpnet.model.checkpoint import Provenance, load_network
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.network import LFPNet
from lfpnet.pymatting_library import load_pymatting
from lfpnet.trimap import inspect
from lfpnet.types import AlphaPixels, Matte, PlatePixels, TrimapPixels
from lfpnet.weights import default_weights

_log = logging.getLogger(__name__)


class Predictor:
    """A network on a device, ready to matte plates of any size.

    Args:
        network: its normalizations are folded: it serves for nothing but inference afterwards.
        provenance: where the weights come from.
        device: `auto`, `cpu`, `cuda:0` or `mps`.
        precision: `auto`, `fp32`, `bf16` or `fp16`.

    Raises:
        ConfigurationError: device or precision do not exist.
        DeviceError: the device is not in this machine.
    """

    def __init__(
        self, network: LFPNet, provenance: Provenance, *, device: str = "auto", precision: str = "auto"
    ) -> None:
        self.device = choose_device(device)
        self.precision = choose_precision(precision, self.device)
        self.provenance = provenance
        self.config = network.config
        if self.config.has_estimates:
            load_pymatting("makes the estimates that these weights take")  # now, and not under the first matte
        self._layout = _memory_layout(self.device, self.precision, self.config)
        self._network = network.prepare_for_inference().to(self.device)
        self._network.to(memory_format=self._layout)  # type: ignore[call-overload]

    @classmethod
    def load(cls, weights: Path | None = None, *, device: str = "auto", precision: str = "auto") -> "Predictor":
        """A predictor with the weights of a file, or the default ones that ship with the package.

        Raises:
            WeightsError: the file is missing, damaged or not of this network.
        """
        network, provenance = load_network(default_weights() if weights is None else weights)
        return cls(network, provenance, device=device, precision=precision)

    def matte(
        self,
        plate: PlatePixels,
        trimap: UInt8[np.ndarray, "_ _"],  # its size is compared in a sentence
        *,
        is_linear: bool = True,
        options: MatteOptions | None = None,
        progress: Callable[[int, int], None] | None = None,
        is_cancelled: Callable[[], bool] | None = None,
        preview: Callable[[AlphaPixels], None] | None = None,
    ) -> Matte:
        """Matte one plate.

        Args:
            plate: scene-linear of any range, or display-encoded 0 to 1. NaN and infinities count as 0 and +-65504.
            trimap: 0, 128 or 255, of the plate's size.
            is_linear: whether the plate is scene-linear.
            options: plan, tile, augmentation; None takes the defaults.
            progress: told after every tile how many are done and how many there are.
            is_cancelled: asked before every tile.
            preview: given a coarse alpha (h, w) before the first tile, when the network can make one.

        Returns:
            Alpha, and foreground and background in scene-linear; alpha F + (1 - alpha) B is the linear plate.

        Raises:
            SizeMismatchError: plate and trimap differ in size.
            TrimapError: the trimap holds other values.
            ConfigurationError: an option is outside its range.
            DeviceError: the smallest tile does not fit into the device's memory.
            CancelledError: the caller cancelled.
        """
        options = options or MatteOptions()
        inspect(trimap, plate.shape)
        plate = _finite(plate)
        check = partial(_check, is_cancelled) if is_cancelled is not None else None
        cutter = PatchCutter(plate, trimap, is_linear=is_linear, network=self.config, check=check)
        if preview is not None and (coarse := self._preview(cutter, trimap)) is not None:
            preview(coarse)
        matte = self._matte_with_smaller_tiles(cutter, trimap, options, progress, is_cancelled)
        restore_known_alpha(matte.alpha, trimap)
        if cutter.estimates is not None:
            cutter.estimates.refine(matte.alpha, trimap)
        if options.plan == "fast":  # the other plans give the network's alpha to the last digit
            restore_possible_alpha(matte, plate, trimap, is_linear=is_linear)
        if options.is_truncated:
            np.divide(np.floor(matte.alpha * 255), 255, out=matte.alpha)
        if options.alpha_depth == "half":
            matte.alpha[:] = matte.alpha.astype(np.float16)
        return restore_plate_space(matte, plate, trimap, is_linear=is_linear)

    def _preview(self, cutter: PatchCutter, trimap: TrimapPixels) -> AlphaPixels | None:
        """Alpha from the propagating module alone."""
        with torch.inference_mode(), self._autocast(), translated_device_errors():
            return coarse_alpha(self._network, self.device, cutter, trimap)

    def _matte_with_smaller_tiles(
        self,
        cutter: PatchCutter,
        trimap: TrimapPixels,
        options: MatteOptions,
        progress: Callable[[int, int], None] | None,
        is_cancelled: Callable[[], bool] | None,
    ) -> Matte:
        """Matte with the tiles asked for; while they do not fit into memory, with half their side."""
        side = options.tile_side(self.config.structure, trimap)
        plan = plan_tiles(options.plan, trimap, side)
        try:
            return self._matte_tiles(plan, cutter, trimap, options, progress, is_cancelled)
        except DeviceError:
            smaller = side // 2 // 16 * 16
            if smaller < SMALLEST_SIDE:
                raise
            _log.warning("Tiles of %d pixels do not fit into the device's memory; going on with %d.", side, smaller)
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        options = replace(options, tile=smaller)
        return self._matte_with_smaller_tiles(cutter, trimap, options, progress, is_cancelled)

    def _matte_tiles(
        self,
        plan: Plan,
        cutter: PatchCutter,
        trimap: TrimapPixels,
        options: MatteOptions,
        progress: Callable[[int, int], None] | None,
        is_cancelled: Callable[[], bool] | None,
    ) -> Matte:
        """Predict every tile of the plan and blend them; display-encoded."""
        blender = TileBlender(*trimap.shape)
        # Only the published network was measured transposed; another one need not look at the plate askew.
        is_transposed = plan.is_transposed and self.config.structure == "published"
        turns = ALL_TURNS if options.has_augmentation else (TRANSPOSED if is_transposed else UNTURNED,)
        for number, tile in enumerate(plan.tiles):
            if is_cancelled is not None and is_cancelled():
                raise CancelledError(f"The matte was cancelled after {number} of {len(plan.tiles)} tiles.")
            values = self._predict(cutter, tile, turns)
            blender.add(tile, values, tile_weights(tile.side, plan.ramp))
            if progress is not None:
                progress(number + 1, len(plan.tiles))
        return blender.blend()

    def _predict(self, cutter: PatchCutter, tile: Tile, turns: tuple[Turn, ...]) -> Float32[np.ndarray, "s s 7"]:
        """Mean prediction of one tile over some turns: alpha, foreground, background."""
        total: Tensor | None = None
        with torch.inference_mode(), self._autocast(), translated_device_errors():
            for turn in turns:
                predicted = self._network(*(self._on_device(patch) for patch in cutter.cut(tile, turn)))
                matte = turn.undo(torch.cat(predicted[:3], dim=1).float())
                total = matte if total is None else total + matte
            assert total is not None
            return (total / len(turns))[0].permute(1, 2, 0).contiguous().cpu().numpy()

    def _on_device(self, patch: np.ndarray) -> Tensor:
        """One patch (c, h, w) as a batch (1, c, h, w) in the network's layout."""
        return torch.from_numpy(patch)[None].to(self.device).contiguous(memory_format=self._layout)

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, self.precision, enabled=self.precision != torch.float32)


def _check(is_cancelled: Callable[[], bool]) -> None:
    """End the work on the estimates, which comes before the first tile."""
    if is_cancelled():
        raise CancelledError("The matte was cancelled before its first tile.")


def _memory_layout(device: torch.device, precision: torch.dtype, config: LFPNetConfig) -> torch.memory_format:
    """Channels last, but for the published network in single precision on a CPU.

    There group normalization over channels last is no faster and six times less exact (`benchmarks/speed`).
    """
    is_exact = device.type == "cpu" and precision == torch.float32 and config.structure == "published"
    return torch.contiguous_format if is_exact else torch.channels_last


def _finite(plate: PlatePixels) -> PlatePixels:
    """The plate itself, or a copy without NaN and infinities."""
    if not np.issubdtype(plate.dtype, np.float32) or plate.ndim != 3 or plate.shape[2] != 3:
        raise ConfigurationError(
            f"Expected a plate of float32 (h, w, 3), got {plate.dtype} {plate.shape}; convert it first."
        )
    if np.isfinite(plate).all():
        return plate
    repaired = plate.copy()
    count = replace_non_finite(repaired)
    _log.warning("The plate holds %d pixels that are NaN or infinite; they count as 0 and +-65504.", count)
    return repaired
