"""The training loop: draw, predict, step, average; stop and go on at any time with the same numbers."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from lfpnet.errors import ConfigurationError, OutputError
from lfpnet.model.checkpoint import Provenance, fill_network, read_checkpoint, save_checkpoint
from lfpnet.model.network import build_network
from lfpnet.training.batches import Batch, SampleKey, StreamOf, batches, batches_of
from lfpnet.training.config import TrainingConfig
from lfpnet.training.log import TrainingLog
from lfpnet.training.optimisation import Optimisation
from lfpnet.training.phase import Phase
from lfpnet.training.preflight import check_memory, check_run
from lfpnet.training.processes import Processes
from lfpnet.training.snapshots import STATE, Snapshot, read_snapshot, write_snapshot
from lfpnet.training.threads import threads_of_run
from lfpnet.training.validation import validate


class Trainer:
    """One run in one folder.

    Args:
        config: what to compute.
        folder: where state, log and weights go; a state found there is continued.
        training: makes the stream of training samples for an inner size.
        held_out: makes the stream of validation samples for an inner size.
        provenance: stored with the weights.
        workers: processes that make samples.
        device: where to compute.
        processes: those of `torchrun`; they must all see the folder.
        threads: of this process on the CPU; None takes those that a continued run had, so that its numbers stay the
            same, and torch's choice for a fresh one.

    Raises:
        ConfigurationError: the folder holds a run with another configuration, or the processes cannot share a step.
        WeightsError: the weights to start from do not fit.
        OutputError: the folder cannot be made, or the disk has no room for the state.
        DeviceError: the memory has no room for a step.
    """

    def __init__(
        self,
        config: TrainingConfig,
        folder: Path,
        *,
        training: StreamOf,
        held_out: StreamOf,
        provenance: Provenance,
        workers: int = 0,
        device: torch.device | None = None,
        processes: Processes | None = None,
        threads: int | None = None,
    ) -> None:
        _make(folder)
        torch.manual_seed(config.seed)
        self.config, self.folder, self.workers, self.provenance = config, folder, workers, provenance
        self._training, self._held_out = training, held_out
        self.device = device or torch.device("cpu")
        self.processes = processes or Processes()
        self._state = folder / STATE
        network = build_network(config.network)
        if config.weights and not self._state.exists():
            fill_network(network, read_checkpoint(Path(config.weights)).tensors, config.weights)
        check_run(config, network, folder, self.processes)
        check_memory(config, self.device, self.processes.count)
        network.to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.processes.share(network)
        self.optimisation = Optimisation(network, config, self.processes)
        self.network, self.average = network, self.optimisation.average
        self.step, self.seconds, self.threads = 0, 0.0, threads or torch.get_num_threads()
        if self._state.exists():
            self._continue(read_snapshot(self._state), has_own_threads=threads is not None)

    def run(
        self,
        progress: Callable[[int, dict[str, float]], None] | None = None,
        is_stopped: Callable[[], bool] | None = None,
    ) -> Path:
        """Train to the end of the last phase, or until stopped; either way the leading process saves the state.

        Args:
            progress: told the step and its numbers.
            is_stopped: asked after every step; one process that says so stops all.

        Returns:
            The weights file of the averaged network.
        """
        log = TrainingLog(self.folder) if self.processes.leads else None
        try:
            with threads_of_run(self.threads):
                self._train(log, progress, is_stopped)
        finally:
            if log is not None:
                log.close()
        if self.processes.leads:
            self.save()
        self.processes.wait()
        return self._weights

    def _train(
        self,
        log: TrainingLog | None,
        progress: Callable[[int, dict[str, float]], None] | None,
        is_stopped: Callable[[], bool] | None,
    ) -> None:
        """Take every remaining step; save now and then."""
        self.optimisation.begin()
        saved = started = time.monotonic()
        before = self.seconds
        for shares, phase, inside in self._remaining():
            values = self.optimisation.step(shares, phase, inside, self.step)
            self.step += 1
            self.seconds = before + time.monotonic() - started
            if log is not None:
                self._tell(log, values)
                if time.monotonic() - saved > self.config.checkpoint_seconds:
                    saved = time.monotonic()
                    self.save()
            if progress is not None:
                progress(self.step, values)
            if is_stopped is not None and self.processes.agree(is_stopped(), self.device):
                break

    def _tell(self, log: TrainingLog, values: dict[str, float]) -> None:
        """Log the numbers of a step, and those of the held-out samples when it is their turn."""
        if self.step % self.config.validation_steps == 0 or self.step == self.config.total_steps:
            figures, picture = self.validate()
            values |= figures
            log.picture(self.step, "plate, truth, alpha", picture)
        log.write(self.step, {**values, "seconds": self.seconds})

    def validate(self) -> tuple[dict[str, float], np.ndarray]:
        """Judge the averaged network on the held-out samples."""
        size = self.config.phases[self.config.phase_at(max(0, self.step - 1))[0]].inner_size
        count = self.config.validation_samples
        held_out = batches(
            self._held_out(size), self.config.network, first=0, count=count, batch_size=16, workers=self.workers
        )
        self.average.network.eval()
        return validate(self.average.network, held_out, precision=self.optimisation.precision)

    def save(self) -> Path:
        """Write the state of the run and the averaged weights."""
        snapshot = Snapshot(
            self.step,
            self.seconds,
            self.config.to_dict(),
            self.network.state_dict(),
            self.average.network.state_dict(),
            self.optimisation.optimiser.state_dict(),
            self.optimisation.scaler.state_dict(),
            self.processes.count,
            self.threads,
        )
        write_snapshot(self._state, snapshot)
        facts = {**self.provenance.facts, "steps": self.step, "seconds": round(self.seconds)}
        facts["samples"] = self.config.samples_before(self.step)
        save_checkpoint(self._weights, self.average.network, replace(self.provenance, facts=facts))
        return self._weights

    @property
    def _weights(self) -> Path:
        return self.folder / "weights.safetensors"

    def _continue(self, snapshot: Snapshot, *, has_own_threads: bool) -> None:
        if TrainingConfig.of_dict(_plain(snapshot.config)) != self.config:
            raise ConfigurationError(
                f"Expected the configuration that {self.folder} was started with, got another one; choose a new folder "
                "or leave the configuration as it was."
            )
        self.network.load_state_dict(snapshot.network)
        self.average.network.load_state_dict(snapshot.average)
        self.optimisation.optimiser.load_state_dict(snapshot.optimiser)
        if snapshot.scaler:
            self.optimisation.scaler.load_state_dict(snapshot.scaler)
        self.step, self.seconds = snapshot.step, snapshot.seconds
        if snapshot.threads and snapshot.processes == self.processes.count and not has_own_threads:
            self.threads = snapshot.threads

    def _remaining(self) -> Iterator[tuple[list[Batch], Phase, int]]:
        """Every step from here to the end: this process's samples in turns, the phase, and the step within."""
        start, inside = self.config.phase_at(self.step)
        for phase in self.config.phases[start:]:
            order = _order(phase, inside, self.config.samples_before(self.step), self.processes)
            drawn = batches_of(self._training, self.config.network, order, workers=self.workers)
            for shares in _grouped(drawn, phase.accumulation):
                yield [share.to(self.device) for share in shares], phase, inside
                inside += 1
            inside = 0


def _order(phase: Phase, inside: int, first: int, processes: Processes) -> Iterator[list[SampleKey]]:
    """The keys of this process's turns, from step `inside` of a phase on; `first` is the next sample of the run."""
    turns = phase.accumulation * processes.count
    share = phase.batch_size // turns
    for step in range(inside, phase.steps):
        size = phase.size_at(step)
        for turn in range(processes.rank, turns, processes.count):
            start = first + (step - inside) * phase.batch_size + turn * share
            yield [(size, index) for index in range(start, start + share)]


def _grouped(batches: Iterator[Batch], count: int) -> Iterator[list[Batch]]:
    """Lists of `count` batches."""
    while group := list(islice(batches, count)):
        yield group


def _make(folder: Path) -> None:
    """Make the folder of a run."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"Expected to make the folder {folder}, got '{error}'; choose another.") from error


def _plain(values: dict[str, object]) -> dict[str, object]:
    """Snapshot values as a file would give them."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}
