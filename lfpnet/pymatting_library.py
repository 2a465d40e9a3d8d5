"""pymatting, loaded and run with torch's threads and without taking them away."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import torch
from threadpoolctl import threadpool_limits

from lfpnet.errors import ConfigurationError


def load_pymatting(purpose: str) -> ModuleType:
    """The library.

    Args:
        purpose: who needs it, for the sentence.

    Raises:
        ConfigurationError: it cannot be imported; the sentence says how to get it.
    """
    try:
        with warnings.catch_warnings(), threads_of_torch():
            warnings.simplefilter("ignore")  # its compiler warns about itself
            import pymatting
    except ImportError as error:
        raise ConfigurationError(
            f"Expected pymatting, which {purpose}, got '{error}'; install it with `pip install pymatting`."
        ) from error
    return pymatting


@contextmanager
def threads_of_torch() -> Iterator[None]:
    """Give pymatting at most as many threads as torch has, and keep the number that torch had.

    Importing pymatting's compiler, and running it, leaves OpenMP with a thread for every core, which torch takes over:
    on shared cores a small convolution took 62 ms instead of 0.5 ms. The linear algebra below it gets one thread: its
    vectors are short, and a second thread only waits, which cost as much as the first one's work.
    """
    threads = torch.get_num_threads()
    compiler = sys.modules.get("numba")
    if compiler is not None:
        compiler.set_num_threads(min(threads, compiler.config.NUMBA_NUM_THREADS))
    try:
        with threadpool_limits(1, user_api="blas"):
            yield
    finally:
        torch.set_num_threads(threads)
