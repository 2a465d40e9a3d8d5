"""The training loop: draw, predict, step, average; stop and go on at any time with the same numbers."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from lfpnet.data.samples import SampleStream
from lfpnet.errors import ConfigurationError
from lfpnet.model.checkpoint import Provenance, save_checkpoint
from lfpnet.model.network import LFPNet, build_network
from lfpnet.training.average import WeightAverage
from lfpnet.training.batches import Batch, batches
from lfpnet.training.config import Phase, TrainingConfig
from lfpnet.training.log import TrainingLog
from lfpnet.training.objective import objective
from lfpnet.training.schedule import learning_rate
from lfpnet.training.snapshots import Snapshot, read_snapshot, write_snapshot
from lfpnet.training.validation import validate

StreamOf = Callable[[int], SampleStream]


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

    Raises:
        ConfigurationError: the folder holds a run with another configuration.
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
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(config.seed)
        self.config, self.folder, self.workers, self.provenance = config, folder, workers, provenance
        self._training, self._held_out = training, held_out
        self.device = device or torch.device("cpu")
        self.network = build_network(config.network).to(self.device)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = WeightAverage(self.network, config.average_decay)
        self.optimiser = _optimiser(config, self.network)
        self.step, self.seconds = 0, 0.0
        self._state = folder / "state.pt"
        if self._state.exists():
            self._continue(read_snapshot(self._state))

    def run(
        self,
        progress: Callable[[int, dict[str, float]], None] | None = None,
        is_stopped: Callable[[], bool] | None = None,
    ) -> Path:
        """Train to the end of the last phase, or until stopped; either way the state is saved.

        Args:
            progress: told the step and its numbers.
            is_stopped: asked after every step.

        Returns:
            The weights file of the averaged network.
        """
        log = TrainingLog(self.folder)
        self.network.train()
        saved = started = time.monotonic()
        before = self.seconds
        for batch, phase, inside in self._remaining():
            values = self._step(batch, phase, inside)
            self.step += 1
            self.seconds = before + time.monotonic() - started
            if self.step % self.config.validation_steps == 0 or self.step == self.config.total_steps:
                figures, picture = self.validate()
                values |= figures
                log.picture(self.step, "plate, truth, alpha", picture)
            log.write(self.step, {**values, "seconds": self.seconds})
            if progress is not None:
                progress(self.step, values)
            if time.monotonic() - saved > self.config.checkpoint_seconds:
                saved = time.monotonic()
                self.save()
            if is_stopped is not None and is_stopped():
                break
        log.close()
        return self.save()

    def validate(self) -> tuple[dict[str, float], np.ndarray]:
        """Judge the averaged network on the held-out samples."""
        size = self.config.phases[self.config.phase_at(max(0, self.step - 1))[0]].inner_size
        count = self.config.validation_samples
        held_out = batches(
            self._held_out(size), self.config.network, first=0, count=count, batch_size=16, workers=self.workers
        )
        self.average.network.eval()
        return validate(self.average.network, held_out, is_bf16=self.config.precision == "bf16")

    def save(self) -> Path:
        """Write the state of the run and the averaged weights."""
        snapshot = Snapshot(
            self.step,
            self.seconds,
            self.config.to_dict(),
            self.network.state_dict(),
            self.average.network.state_dict(),
            self.optimiser.state_dict(),
        )
        write_snapshot(self._state, snapshot)
        facts = {**self.provenance.facts, "steps": self.step, "seconds": round(self.seconds)}
        facts["samples"] = self.config.samples_before(self.step)
        weights = self.folder / "weights.safetensors"
        save_checkpoint(weights, self.average.network, replace(self.provenance, facts=facts))
        return weights

    def _continue(self, snapshot: Snapshot) -> None:
        if TrainingConfig.of_dict(_plain(snapshot.config)) != self.config:
            raise ConfigurationError(
                f"Expected the configuration that {self.folder} was started with, got another one; choose a new folder "
                "or leave the configuration as it was."
            )
        self.network.load_state_dict(snapshot.network)
        self.average.network.load_state_dict(snapshot.average)
        self.optimiser.load_state_dict(snapshot.optimiser)
        self.step, self.seconds = snapshot.step, snapshot.seconds

    def _remaining(self) -> Iterator[tuple[Batch, Phase, int]]:
        """Every batch from here to the end, with its phase and the step within."""
        start, inside = self.config.phase_at(self.step)
        for phase in self.config.phases[start:]:
            stream = self._training(phase.inner_size)
            first = self.config.samples_before(self.step)
            count = (phase.steps - inside) * phase.batch_size
            drawn = batches(
                stream,
                self.config.network,
                first=first,
                count=count,
                batch_size=phase.batch_size,
                workers=self.workers,
            )
            for batch in drawn:
                yield batch.to(self.device), phase, inside
                inside += 1
            inside = 0

    def _step(self, batch: Batch, phase: Phase, inside: int) -> dict[str, float]:
        rate = learning_rate(phase, inside)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        _choose_trained_parts(self.network, phase)
        inner, context = (t.to(memory_format=torch.channels_last) for t in (batch.inner, batch.context))
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.precision == "bf16"):
            prediction = self.network(inner, context, batch.plate)
        loss, parts = objective(prediction, batch, self.config.propagating_weight)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        trained = [value for value in self.network.parameters() if value.requires_grad]
        norm = nn.utils.clip_grad_norm_(trained, self.config.gradient_limit)
        self.optimiser.step()
        self.average.update(self.network, self.step)
        unknown = (prediction.alpha.detach() - batch.alpha)[batch.is_unknown]
        mse = unknown.square().mean().item() if unknown.numel() else 0.0
        values = {f"loss/{name}": value.item() for name, value in parts.items()}
        return {"loss": loss.item(), "mse": mse, "gradient": norm.item(), "rate": rate, **values}


def _optimiser(config: TrainingConfig, network: LFPNet) -> torch.optim.Optimizer:
    """The optimiser of the configuration; its rate is set at every step."""
    constants = {"lr": 0.0, "betas": config.betas, "weight_decay": config.weight_decay}
    if config.optimiser == "radam":
        return torch.optim.RAdam(network.parameters(), **constants)
    return torch.optim.AdamW(network.parameters(), fused=True, **constants)


def _choose_trained_parts(network: LFPNet, phase: Phase) -> None:
    """Let only the parts of the phase move; a shared backbone moves with either."""
    network.requires_grad_(requires_grad=False)
    for name in phase.trains:
        part = getattr(network, name)
        if part is not None:
            part.requires_grad_(requires_grad=True)


def _plain(values: dict[str, object]) -> dict[str, object]:
    """Snapshot values as a file would give them."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}
