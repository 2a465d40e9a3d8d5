"""What decides a fine-tuning."""

from dataclasses import dataclass

from lfpnet.errors import ConfigurationError
from lfpnet.model.config import LFPNetConfig
from lfpnet.training.config import TrainingConfig
from lfpnet.training.phase import Phase


@dataclass(frozen=True)
class FineTuneOptions:
    """How long, how fast, and on what mixture.

    Attributes:
        minutes: most time that the fit takes.
        steps: most steps that it takes.
        learning_rate: fixed; a tenth of what training starts with keeps what was learnt.
        inner_size: side of the inner patches in pixels.
        batch_size: samples per step.
        procedural_share: part of the samples that comes from the pool, against forgetting, 0 to 1.
        check_steps: steps between two looks at the held-back frames.
        patience: looks without a better one before the fit stops.
        check_samples: crops of held-back frames at every look.
        seed: of the samples.

    Raises:
        ConfigurationError: a value is outside its range.
    """

    minutes: float = 10.0
    steps: int = 600
    learning_rate: float = 2e-4
    inner_size: int = 256
    batch_size: int = 4
    procedural_share: float = 0.35
    check_steps: int = 50
    patience: int = 4
    check_samples: int = 16
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse values that cannot work."""
        for name in ("check_steps", "patience", "check_samples"):
            if getattr(self, name) < 1:
                raise ConfigurationError(f"Expected {name} of at least 1, got {getattr(self, name)}; raise it.")
        if not 0 < self.minutes < float("inf"):
            raise ConfigurationError(f"Expected minutes above 0, got {self.minutes:g}; give the fit some time.")
        if not 0 <= self.procedural_share < 1:
            raise ConfigurationError(
                f"Expected procedural_share from 0 up to 1, got {self.procedural_share:g}; leave room for the shot."
            )

    def config(self, network: LFPNetConfig) -> TrainingConfig:
        """The same as a configuration of training; batch normalization keeps its statistics."""
        phase = Phase(
            self.steps,
            inner_size=self.inner_size,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            final_rate=1.0,
            warm_up_steps=min(20, self.steps),
        )
        return TrainingConfig(
            network,
            (phase,),
            seed=self.seed,
            weight_decay=0.0,
            average_decay=0.98,
            precision="auto",
            has_frozen_statistics=True,
        )
