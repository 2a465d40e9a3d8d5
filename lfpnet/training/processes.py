"""The processes of one run: one, or as many as `torchrun` started, on this machine or on several.

Gradients are averaged by one exchange a step. Every process draws its own samples of the step, so that the samples of a
run do not depend on the number of processes.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn

from lfpnet.inference.device import choose_device


@dataclass(frozen=True)
class Processes:
    """This process among those of the run.

    Attributes:
        rank: 0 leads: it alone writes files, validates and shows progress.
        count: processes of the run.
    """

    rank: int = 0
    count: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes the files."""
        return self.rank == 0

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Replace tensors of one device by their means over all processes."""
        if self.count == 1 or not tensors:
            return
        flat = torch.cat([tensor.detach().float().flatten() for tensor in tensors])
        distributed.all_reduce(flat)
        parts = (flat / self.count).split([tensor.numel() for tensor in tensors])
        for tensor, mean in zip(tensors, parts, strict=True):
            tensor.detach().copy_(mean.view_as(tensor))

    def share(self, network: nn.Module) -> None:
        """Give every process the weights of the leading one."""
        if self.count > 1:
            for value in network.state_dict().values():
                distributed.broadcast(value, src=0)

    def agree(self, is_true: bool, device: torch.device) -> bool:
        """Whether it is true in any process."""
        if self.count == 1:
            return is_true
        answer = torch.tensor(float(is_true), device=device)
        distributed.all_reduce(answer)
        return bool(answer.item() > 0)

    def wait(self) -> None:
        """Return once every process has come here."""
        if self.count > 1:
            distributed.barrier()


@contextmanager
def joined_processes(device: str) -> Iterator[tuple[Processes, torch.device]]:
    """Join the processes that `torchrun` started, or be alone.

    Args:
        device: `auto`, `cpu`, `cuda` ...; with several processes on a machine with GPUs each takes its own.

    Yields:
        This process and its device.

    Raises:
        ConfigurationError: no device has that name.
        DeviceError: the device is not in this machine.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Processes(), choose_device(device)
        return
    chosen = choose_device(device)
    if chosen.type == "cuda":
        chosen = choose_device(f"cuda:{os.environ.get('LOCAL_RANK', '0')}")
        torch.cuda.set_device(chosen)
    distributed.init_process_group("nccl" if chosen.type == "cuda" else "gloo")
    try:
        yield Processes(distributed.get_rank(), distributed.get_world_size()), chosen
    finally:
        distributed.destroy_process_group()
