"""One step of training: predict, weigh, step, average; alone or among processes, in turns where memory is short."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lfpnet.errors import ConfigurationError, DeviceError
from lfpnet.inference.device import translated_device_errors
from lfpnet.model.network import LFPNet
from lfpnet.training.batches import Batch
from lfpnet.training.config import TrainingConfig
from lfpnet.training.ema import WeightAverage
from lfpnet.training.freezing import choose_trained_parts
from lfpnet.training.objective import objective, objective_of_context
from lfpnet.training.phase import Phase
from lfpnet.training.precision import training_precision
from lfpnet.training.processes import Processes
from lfpnet.training.schedule import learning_rate


class Optimisation:
    """A network, the average of its weights, and what moves them.

    Args:
        network: on its device; its weights change.
        config: optimiser, precision, weights of the losses.
        processes: those that share every step.
    """

    def __init__(self, network: LFPNet, config: TrainingConfig, processes: Processes) -> None:
        self.network, self.config, self.processes = network, config, processes
        self.device = next(network.parameters()).device
        self.precision = training_precision(config.precision, self.device)
        self.average = WeightAverage(network, config.average_decay)
        self.optimiser = _optimiser(config, network)
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.precision == torch.float16)

    def begin(self) -> None:
        """Put the network into training mode."""
        self.network.train()
        if self.config.has_frozen_statistics:
            for module in self.network.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):
                    module.eval()

    def step(self, shares: Sequence[Batch], phase: Phase, inside: int, number: int) -> dict[str, float]:
        """Take one step.

        Args:
            shares: this process's samples of the step, in as many turns.
            phase: what is trained, and how fast.
            inside: steps of the phase before this one.
            number: steps of the run before this one.

        Returns:
            Loss, its parts, mean squared error, gradient norm and rate; means over all processes.

        Raises:
            ConfigurationError: the loss is no number any more.
            DeviceError: the samples do not fit into the device's memory.
        """
        rate = learning_rate(phase, inside)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        if inside == 0 and phase.has_fresh_optimiser:
            self.optimiser.state.clear()
        choose_trained_parts(self.network, phase.trains)
        self.optimiser.zero_grad(set_to_none=True)
        try:
            with translated_device_errors():
                turns = [self._gradients(batch, phase, len(shares)) for batch in shares]
        except DeviceError as error:
            raise DeviceError(
                f"Expected room on {self.device} for {phase.batch_size} samples of {phase.size_at(inside)} pixels, got "
                "'out of memory'; lower batch_size or inner_size, or raise accumulation, and run again."
            ) from error
        values = {name: torch.stack([turn[name] for turn in turns]).mean() for name in turns[0]}
        self.processes.average(list(values.values()))
        figures = {name: value.item() for name, value in values.items()}
        if not math.isfinite(figures["loss"]) and not self.scaler.is_enabled():
            raise ConfigurationError(
                f"Expected a loss that is a number, got {figures['loss']} at step {number + 1}; lower the learning "
                "rate, or go on from the last saved state with another precision."
            )
        norm = self._move(number)
        return {"loss": figures.pop("loss"), "mse": figures.pop("mse"), "gradient": norm, "rate": rate, **figures}

    def _gradients(self, batch: Batch, phase: Phase, turns: int) -> dict[str, Tensor]:
        """Add the gradients of one turn; the numbers of it for the log."""
        loss, parts, mse = self._loss(batch, phase)
        self.scaler.scale(loss / turns).backward()
        named = {f"loss/{name}": part.detach().float() for name, part in parts.items()}
        return {"loss": loss.detach().float(), "mse": mse, **named}

    def _loss(self, batch: Batch, phase: Phase) -> tuple[Tensor, dict[str, Tensor], Tensor]:
        """What is minimised, its parts, and the mean squared error of alpha over unknown pixels."""
        nothing = torch.zeros((), device=self.device)
        with torch.autocast(self.device.type, self.precision, enabled=self.precision != torch.float32):
            if phase.minimises == "context_alpha":
                return *objective_of_context(self.network, batch), nothing
            inner, context = (t.to(memory_format=torch.channels_last) for t in (batch.inner, batch.context))
            prediction = self.network(inner, context, batch.plate)
        loss, parts = objective(prediction, batch, self.config.propagating_weight)
        unknown = (prediction.alpha.detach().float() - batch.alpha)[batch.is_unknown]
        return loss, parts, unknown.square().mean() if unknown.numel() else nothing

    def _move(self, number: int) -> float:
        """Average the gradients over the processes, clip them, move weights and their average."""
        self.scaler.unscale_(self.optimiser)
        trained = [value for value in self.network.parameters() if value.requires_grad]
        self.processes.average([value.grad for value in trained if value.grad is not None])
        norm = nn.utils.clip_grad_norm_(trained, self.config.gradient_limit).item()
        self.scaler.step(self.optimiser)
        self.scaler.update()
        self.processes.average([value for value in self.network.buffers() if value.is_floating_point()])
        self.average.update(self.network, number)
        return norm


def _optimiser(config: TrainingConfig, network: LFPNet) -> torch.optim.Optimizer:
    """The optimiser of the configuration; its rate is set at every step."""
    constants = {"lr": 0.0, "betas": config.betas, "weight_decay": config.weight_decay}
    if config.optimiser == "radam":
        return torch.optim.RAdam(network.parameters(), **constants)
    return torch.optim.AdamW(network.parameters(), fused=True, **constants)
