"""LFPNet as a method: weights, plan, tile and test-time augmentation."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import torch

from lfpnet.colour import display_encode, srgb_encode
from lfpnet.data.layouts import EvaluationCase
from lfpnet.evaluation.method import Estimate
from lfpnet.inference import MatteOptions, Predictor
from lfpnet.inference.tiling import SMALLEST_SIDE
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN


@dataclass(frozen=True, eq=False)
class NetworkMethod:
    """A predictor with its options.

    Attributes:
        name: of the method.
        predictor: the network on its device.
        options: plan, tile, augmentation.
        weights: the file, None for the weights of the package.
    """

    name: str
    predictor: Predictor
    options: MatteOptions
    weights: Path | None = None

    @property
    def settings(self) -> dict[str, str]:
        """Weights with their provenance, plan, tile, device."""
        provenance, options = self.predictor.provenance, self.options
        facts = ", ".join(f"{key} {value}" for key, value in provenance.facts.items())
        return {
            "weights": str(self.weights or "those of the package"),
            "weights name": provenance.name,
            "weights licence": provenance.licence,
            "weights facts": facts or "none",
            "plan": options.plan,
            "tile": str(options.tile or "what suits plan, network and trimap"),
            "test-time augmentation": "yes" if options.has_augmentation else "no",
            "alpha truncated to 8 bits": "yes" if options.is_truncated else "no",
            "device": str(self.predictor.device),
            "precision": str(self.predictor.precision).removeprefix("torch."),
            "threads": str(torch.get_num_threads()),
        }

    def __call__(self, case: EvaluationCase) -> Estimate:
        """Matte one case."""
        matte = self.predictor.matte(case.plate, case.trimap, is_linear=case.is_linear, options=self.options)
        encode = display_encode if case.is_linear else srgb_encode
        return Estimate(matte.alpha, encode(matte.foreground).clip(0, 1))


def network_methods(
    weights: Sequence[Path | None], options: Sequence[MatteOptions], *, device: str, precision: str
) -> list[NetworkMethod]:
    """Every weights file with every set of options; each file is loaded once.

    Args:
        weights: files; None stands for the weights of the package.
        options: how to matte.
        device: for all of them.
        precision: for all of them.

    Raises:
        WeightsError: a file is missing or damaged.
        ConfigurationError: device or precision do not exist.
    """
    predictors = [Predictor.load(file, device=device, precision=precision) for file in weights]
    for predictor in predictors:
        _warm_up(predictor)
    titles = _titles(weights, predictors)
    return [
        NetworkMethod(_name(title, choice, options), predictor, choice, file)
        for (title, predictor, file), choice in product(zip(titles, predictors, weights, strict=True), options)
    ]


def _warm_up(predictor: Predictor) -> None:
    """Matte a ramp once: what the first matte compiles and loads is no time of the method."""
    ramp = np.linspace(0, 1, SMALLEST_SIDE, dtype=np.float32)
    plate = np.repeat(np.tile(ramp, (SMALLEST_SIDE, 1))[..., None], 3, axis=2)
    trimap = np.where(plate[..., 0] < 0.3, BACKGROUND, np.where(plate[..., 0] > 0.7, FOREGROUND, UNKNOWN))
    predictor.matte(plate, trimap.astype(np.uint8), is_linear=False, options=MatteOptions(tile=SMALLEST_SIDE))


def _titles(weights: Sequence[Path | None], predictors: Sequence[Predictor]) -> list[str]:
    """The name inside each file; with folder and file name where several carry the same."""
    names = [predictor.provenance.name for predictor in predictors]
    count = Counter(names)
    return [
        name if count[name] == 1 or file is None else f"{name} ({file.parent.name}/{file.stem})"
        for name, file in zip(names, weights, strict=True)
    ]


def _name(title: str, choice: MatteOptions, options: Sequence[MatteOptions]) -> str:
    """The title with the options that differ within the run."""
    parts = [title]
    if len({other.plan for other in options}) > 1:
        parts.append(choice.plan)
    if len({other.tile for other in options}) > 1:
        parts.append(f"tile {choice.tile or 'auto'}")
    if choice.has_augmentation:
        parts.append("TTA")
    return ", ".join(parts)
