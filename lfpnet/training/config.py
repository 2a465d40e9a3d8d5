"""One file says all of a training run: network, data, optimiser and phases.

Source: the paper, section 5.2, for the constants of preset `lfpnet`.
"""

import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from lfpnet.data.augment import PAPER_RADII, ErosionDilation
from lfpnet.data.samples import SampleChances
from lfpnet.errors import ConfigurationError
from lfpnet.model.config import LFPNetConfig
from lfpnet.training.phase import Phase
from lfpnet.training.precision import TrainingPrecision
from lfpnet.training.stages import PAPER_PHASE, paper_stages

Stages = Literal["short", "paper"]
#: A wider unknown region would leave no known pixel in most crops.
LONGEST_REACH = 500.0


@dataclass(frozen=True)
class TrainingConfig:
    """Everything that decides what a run computes.

    Attributes:
        network: what is trained.
        phases: one after another.
        seed: of the first weights and of the samples.
        optimiser: `adamw` or `radam`.
        weight_decay: of the optimiser.
        betas: of the optimiser.
        gradient_limit: norm that gradients are clipped to.
        average_decay: of the average of the weights, which is what a run hands out.
        precision: `bf16`, `fp16`, `fp32`, or `auto` for what suits the device.
        propagating_weight: weight of equation 2 beside equation 3.
        checkpoint_seconds: time between two saves of the state.
        validation_steps: steps between two looks at the held-out samples.
        validation_samples: how many of them.
        weights: file whose weights the run starts from; empty: fresh ones.
        has_frozen_statistics: whether batch normalization keeps the statistics it has.
        trimap_radii: smallest and largest reach in pixels of the unknown region into either side, for samples of pools.
        chances: how often each augmentation is taken, for samples of pools.

    Raises:
        ConfigurationError: a value is outside its range.
    """

    network: LFPNetConfig
    phases: tuple[Phase, ...]
    seed: int = 1
    optimiser: Literal["adamw", "radam"] = "adamw"
    weight_decay: float = 1e-2
    betas: tuple[float, float] = (0.9, 0.99)
    gradient_limit: float = 1.0
    average_decay: float = 0.999
    precision: TrainingPrecision = "bf16"
    propagating_weight: float = 0.25
    checkpoint_seconds: float = 300.0
    validation_steps: int = 500
    validation_samples: int = 96
    weights: str = ""
    has_frozen_statistics: bool = False
    trimap_radii: tuple[float, float] = ErosionDilation.radii
    chances: SampleChances = field(default_factory=SampleChances)

    def __post_init__(self) -> None:
        """Refuse what would fail hours later."""
        for name, choices in (("optimiser", ("adamw", "radam")), ("precision", get_args(TrainingPrecision))):
            if getattr(self, name) not in choices:
                raise ConfigurationError(
                    f"Expected {name} among {', '.join(choices)}, got {getattr(self, name)!r}; choose one of them."
                )
        for name in ("validation_steps", "validation_samples"):
            if not isinstance(getattr(self, name), int) or getattr(self, name) < 1:
                raise ConfigurationError(f"Expected {name} of at least 1, got {getattr(self, name)!r}; raise it.")
        _check_radii(self.trimap_radii)

    @classmethod
    def of_preset(cls, preset: str, *, steps: int = 20000, stages: Stages = "short") -> "TrainingConfig":
        """What we train the preset with when nothing else is said, or the paper's stages.

        Args:
            preset: of the network.
            steps: of all phases together, at least 1.
            stages: `short` trains everything at once; `paper` goes through the paper's stages.

        Raises:
            ConfigurationError: no preset has that name, or there are too few steps.
        """
        network = LFPNetConfig.of_preset(preset)
        constants: dict[str, Any] = {}
        if preset == "lfpnet":
            constants = {"optimiser": "radam", "weight_decay": 1e-5, "betas": (0.5, 0.999), "gradient_limit": 10.0}
            constants["trimap_radii"] = PAPER_RADII
        phases = paper_stages(preset, steps) if stages == "paper" else _short(preset, steps)
        return cls(network, phases, **constants)

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
            built = tuple(Phase(**{key: _tuple_of(value) for key, value in phase.items()}) for phase in phases)
            chances = SampleChances(**values.pop("chances", {}))
            plain = {name: _tuple_of(value) for name, value in values.items()}
            return cls(network, built, chances=chances, **plain)
        except TypeError as error:
            raise ConfigurationError(
                f"Expected known options in every phase and among the chances, got '{error}'; fix the file."
            ) from error

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


def _short(preset: str, steps: int) -> tuple[Phase, ...]:
    """Everything at once; a compact network sees larger patches at the end."""
    if preset == "lfpnet":
        return (Phase(steps, **PAPER_PHASE),)
    large = Phase(max(1, steps // 10), inner_size=256, batch_size=4, learning_rate=4e-4, warm_up_steps=20)
    return (Phase(steps - large.steps), large) if steps > 1 else (Phase(steps),)


def _check_radii(radii: Any) -> None:
    """Raise unless these are two reaches in order."""
    is_pair = isinstance(radii, tuple) and len(radii) == 2
    if not is_pair or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in radii):
        raise ConfigurationError(f"Expected trimap_radii as two numbers of pixels, got {radii!r}; fix them.")
    if not 0 <= radii[0] <= radii[1] <= LONGEST_REACH:
        raise ConfigurationError(
            f"Expected trimap_radii from 0 to {LONGEST_REACH:g} pixels, the smaller one first, got {radii}; fix them."
        )


def _tuple_of(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _without(values: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != key}
