"""`map` over one process or several, one thread each."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Any

import cv2

_AT_A_TIME = 4


@contextmanager
def mapping(workers: int) -> Iterator[Callable[..., Iterator[Any]]]:
    """Open a `map` whose results come in order; what waits is dropped when the block ends early.

    Args:
        workers: processes; 1 works in this one.
    """
    if workers == 1:
        yield map
        return
    context = get_context("spawn")
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=cv2.setNumThreads, initargs=(1,))
    try:
        yield partial(executor.map, chunksize=_AT_A_TIME)
    finally:
        executor.shutdown(cancel_futures=True)
