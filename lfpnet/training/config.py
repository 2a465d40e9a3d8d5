"""One file says all of a training run: network, data, optimiser and phases.

Source: the paper, section 5.2, for the constants of preset `lfpnet`.
"""

import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from lfpnet.errors import ConfigurationError
from lfpnet.model.config import LFPNetConfig


@dataclass(frozen=True)
class Phase:
    """A stretch of training with one patch size and one choice of trained parts.

    Attributes:
        steps: optimiser steps.
        inner_size: side of the inner patches in pixels, a multiple of 16; the context patch is twice as wide.
        batch_size: samples per step.
        learning_rate: the highest rate of the phase.
        final_rate: fraction of it that is left at the end (cosine in between); 1 keeps it fixed.
        warm_up_steps: steps over which the rate rises from zero.
        trains: parts whose weights move, of `propagating` and `matting`.
    """

    steps: int
    inner_size: int = 128
    batch_size: int = 16
    learning_rate: float = 2e-3
    final_rate: float = 0.0
    warm_up_steps: int = 60
    trains: tuple[str, ...] = ("propagating", "matting")


@dataclass(frozen=True)
class TrainingConfig:
    """Everything that decides what a run computes."""

    network: LFPNetConfig
    phases: tuple[Phase, ...]
    seed: int = 1
    optimiser: Literal["adamw", "radam"] = "adamw"
    weight_decay: float = 1e-2
    betas: tuple[float, float] = (0.9, 0.99)
    gradient_limit: float = 1.0
    average_decay: float = 0.999
    precision: Literal["fp32", "bf16"] = "bf16"
    propagating_weight: float = 0.25
    checkpoint_seconds: float = 300.0
    validation_steps: int = 500
    validation_samples: int = 96

    @classmethod
    def of_preset(cls, preset: str, *, steps: int = 20000) -> "TrainingConfig":
        """What we train the preset with when nothing else is said."""
        network = LFPNetConfig.of_preset(preset)
        if preset == "lfpnet":
            constants = {"inner_size": 320, "batch_size": 1, "learning_rate": 1e-5, "final_rate": 1.0}
            phase = Phase(steps=steps, warm_up_steps=0, **constants)
            return cls(network, (phase,), optimiser="radam", weight_decay=1e-5, betas=(0.5, 0.999), gradient_limit=10.0)
        large = steps // 10
        return cls(
            network,
            (
                Phase(steps=steps - large),
                Phase(steps=large, inner_size=256, batch_size=4, learning_rate=4e-4, warm_up_steps=20),
            ),
        )

    @classmethod
    def of_file(cls, path: Path) -> "TrainingConfig":
        """Read a TOML file.

        Raises:
            ConfigurationError: the file is missing, is no TOML, or names an unknown option.
        """
        try:
            values = tomllib.loads(path.read_text())
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"Expected a TOML file with a training configuration at {path}, got '{error}'; start from "
                "`lfpnet train --print-config`."
            ) from error
        return cls.of_dict(values)

    @classmethod
    def of_dict(cls, values: dict[str, Any]) -> "TrainingConfig":
        """The configuration in plain values, as a file or a snapshot holds them."""
        known = {one.name for one in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ConfigurationError(
                f"Expected training options among {', '.join(sorted(known))}, got {', '.join(unknown)}; remove them."
            )
        values = dict(values)
        network = values.pop("network", {})
        phases = values.pop("phases", [])
        if not phases:
            raise ConfigurationError("Expected at least one phase, got none; add a [[phases]] table with its steps.")
        network = LFPNetConfig.of_preset(network.get("preset", "lfpnet-compact"), **_without(network, "preset"))
        try:
            built = tuple(Phase(**{**phase, "trains": tuple(phase.get("trains", Phase.trains))}) for phase in phases)
            if "betas" in values:
                values["betas"] = tuple(values["betas"])
            return cls(network, built, **values)
        except TypeError as error:
            raise ConfigurationError(f"Expected known options in every phase, got '{error}'; mend the file.") from error

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as `of_dict` takes them."""
        return asdict(self)

    @property
    def total_steps(self) -> int:
        """Steps of all phases."""
        return sum(phase.steps for phase in self.phases)

    def phase_at(self, step: int) -> tuple[int, int]:
        """Index of the phase that `step` belongs to and the number of its steps before."""
        index = 0
        while index < len(self.phases) - 1 and step >= self.phases[index].steps:
            step -= self.phases[index].steps
            index += 1
        return index, step

    def samples_before(self, step: int) -> int:
        """Samples drawn before `step`: the index of the next one, whatever was interrupted."""
        index, inside = self.phase_at(step)
        return sum(phase.steps * phase.batch_size for phase in self.phases[:index]) + (
            inside * self.phases[index].batch_size
        )


def _without(values: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != key}
