"""At which scale an ablation runs."""

from dataclasses import asdict, dataclass
from typing import Any

from lfpnet.errors import ConfigurationError
from lfpnet.model.config import LFPNetConfig
from lfpnet.training.ablation.variants import Variant
from lfpnet.training.config import TrainingConfig
from lfpnet.training.phase import Phase

#: Inner patches of one and a half sides must be possible.
SIDE_MULTIPLE = 32


@dataclass(frozen=True)
class AblationOptions:
    """The same for every variant: only what a table varies differs.

    Attributes:
        network: of which the bottleneck is varied.
        steps: of every training.
        seeds: every variant is trained once with each.
        inner_size: side of the inner patches of training in pixels, a multiple of 32.
        batch_size: samples per step.
        learning_rate: the highest; it falls to zero.
        scenes: held-out pictures, the same for all, of twice the inner size.

    Raises:
        ConfigurationError: a value is outside its range.
    """

    network: LFPNetConfig
    steps: int = 400
    seeds: tuple[int, ...] = (1, 2)
    inner_size: int = 64
    batch_size: int = 16
    learning_rate: float = 2e-3
    scenes: int = 64

    def __post_init__(self) -> None:
        """Refuse values that cannot work."""
        if self.inner_size % SIDE_MULTIPLE or self.inner_size < SIDE_MULTIPLE:
            raise ConfigurationError(f"Expected an inner size that is a multiple of {SIDE_MULTIPLE}, got "
                                     f"{self.inner_size}; round it.")  # fmt: skip
        if not self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise ConfigurationError(f"Expected different seeds, at least one, got {list(self.seeds)}; name others.")
        if self.scenes < 1:
            raise ConfigurationError(f"Expected at least one held-out scene, got {self.scenes}; raise it.")
        self.config(Variant(), self.seeds[0])

    def config(self, variant: Variant, seed: int) -> TrainingConfig:
        """The configuration of one training."""
        phase = Phase(
            self.steps,
            inner_size=self.inner_size,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            warm_up_steps=min(60, max(1, self.steps // 10)),
        )
        return TrainingConfig(
            self.network.with_propagating(variant.propagating),
            (phase,),
            seed=seed,
            average_decay=0.99,
            precision="auto",
            validation_steps=self.steps,
            validation_samples=16,
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for the record."""
        return asdict(self)
