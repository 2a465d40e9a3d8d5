"""The fit: steps at a low rate while the held-back frames gain from it, and the best weights seen."""

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from lfpnet.data.pool import Pool
from lfpnet.data.samples import SampleStream
from lfpnet.model.network import LFPNet
from lfpnet.training.batches import batches
from lfpnet.training.finetuning.frames import ShotFrame
from lfpnet.training.finetuning.options import FineTuneOptions
from lfpnet.training.finetuning.stream import ShotStream
from lfpnet.training.optimisation import Optimisation
from lfpnet.training.processes import Processes
from lfpnet.training.validation import validate


@dataclass(frozen=True)
class Check:
    """One look at crops that nothing is learnt from.

    Attributes:
        step: steps done.
        shot_mse: mean squared error of alpha over unknown pixels of held-back frames.
        procedural_mse: the same of procedural samples: what is forgotten.
    """

    step: int
    shot_mse: float
    procedural_mse: float


@dataclass(frozen=True, eq=False)
class Fit:
    """What came of it.

    Attributes:
        network: with the best weights, on the CPU.
        best: the look at which they were taken; at step 0 nothing was gained.
        checks: all of them, the first before anything was learnt.
        steps: that were taken.
        seconds: that they took.
        reason: why it ended, as a part of a sentence.
    """

    network: LFPNet
    best: Check
    checks: tuple[Check, ...]
    steps: int
    seconds: float
    reason: str


def fit(
    network: LFPNet,
    taught: list[ShotFrame],
    held: list[ShotFrame],
    pool: Pool,
    options: FineTuneOptions,
    *,
    device: torch.device | None = None,
    workers: int = 0,
    progress: Callable[[int, dict[str, float]], None] | None = None,
    is_stopped: Callable[[], bool] | None = None,
) -> Fit:
    """Fine-tune a copy of `network`.

    Args:
        network: what is known so far.
        taught: frames to learn from.
        held: frames to judge by.
        pool: procedural foregrounds and backgrounds.
        options: how.
        device: where to compute.
        workers: processes that make samples.
        progress: told the step and its numbers.
        is_stopped: asked after every step; the best weights so far are kept.

    Raises:
        ConfigurationError: an option is outside its range.
        DeviceError: the samples do not fit into the device's memory.
    """
    config = options.config(network.config)
    (phase,) = config.phases
    device = device or torch.device("cpu")
    network = copy.deepcopy(network).to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimisation = Optimisation(network, config, Processes())
    optimisation.begin()
    judge = _Judge(optimisation, held, pool, options)
    stream = ShotStream(pool, taught, phase.inner_size, options.seed, procedural_share=options.procedural_share)
    started, reason, step = time.monotonic(), "all steps were taken", 0
    count = phase.steps * phase.batch_size
    for batch in batches(stream, config.network, first=0, count=count, batch_size=phase.batch_size, workers=workers):
        values = optimisation.step([batch.to(device)], phase, step, step)
        step += 1
        is_late = time.monotonic() - started > 60 * options.minutes
        is_asked = is_stopped is not None and is_stopped()
        if step % options.check_steps == 0 or step == phase.steps or is_late or is_asked:
            values |= judge.look(step)
        if progress is not None:
            progress(step, values)
        if is_late or is_asked:
            reason = "the time was up" if is_late else "it was stopped"
            break
        if judge.looks_since_best >= options.patience:
            reason = f"the held-back frames gained nothing for {options.patience} looks"
            break
    return Fit(judge.best_network, judge.best, tuple(judge.checks), step, time.monotonic() - started, reason)


class _Judge:
    """Looks at the averaged network and keeps the best one, first of all the one that there was."""

    def __init__(self, optimisation: Optimisation, held: list[ShotFrame], pool: Pool, options: FineTuneOptions) -> None:
        self._optimisation, self._options = optimisation, options
        seed, size = options.seed + 1, options.inner_size
        self._shot = ShotStream(pool, held, size, seed, procedural_share=0.0, as_shot=1.0, own_trimap=1.0)
        self._procedural = SampleStream(pool, size, seed)
        self.checks: list[Check] = []
        self.look(0)

    @property
    def looks_since_best(self) -> int:
        return len(self.checks) - 1 - self.checks.index(self.best)

    def look(self, step: int) -> dict[str, float]:
        """Measure, and keep the weights if they are the best."""
        check = Check(step, self._error(self._shot), self._error(self._procedural))
        if not self.checks or check.shot_mse < self.best.shot_mse:
            self.best = check
            self.best_network = copy.deepcopy(self._optimisation.average.network).cpu()
        self.checks.append(check)
        return {"held-back mse": check.shot_mse, "procedural mse": check.procedural_mse}

    def _error(self, stream: SampleStream) -> float:
        config, count = self._optimisation.config, self._options.check_samples
        held = batches(stream, config.network, first=0, count=count, batch_size=min(4, count), workers=0)
        figures, _ = validate(self._optimisation.average.network, held, precision=self._optimisation.precision)
        return figures["validation/mse"]
