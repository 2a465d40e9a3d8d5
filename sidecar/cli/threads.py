"""How many threads and processes a training command was given."""

import argparse

import torch

from lfpnet.errors import ConfigurationError


def check_counts(arguments: argparse.Namespace) -> None:
    """Refuse `--threads` and `--workers` below 0 before anything is computed.

    Raises:
        ConfigurationError: one of them is.
    """
    for name in ("threads", "workers"):
        if getattr(arguments, name) < 0:
            raise ConfigurationError(f"Expected --{name} of at least 0, got {getattr(arguments, name)}; raise it.")


def use_threads(count: int) -> None:
    """Compute with `count` threads from here on; 0 leaves it to torch."""
    if count:
        torch.set_num_threads(count)
