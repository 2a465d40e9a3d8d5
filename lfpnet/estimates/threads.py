"""Independent work side by side, in as many threads as torch has."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch
from threadpoolctl import threadpool_limits

T = TypeVar("T")


def side_by_side(work: Sequence[Callable[[], T]]) -> list[T]:
    """Do some work in threads of its own, or one after another where torch has one thread.

    The linear algebra below gets one thread: its vectors are short, and a second thread only waits.

    Args:
        work: functions that do not touch what another one does.

    Returns:
        What each gave, in their order; the first error is raised once all have ended.
    """
    threads = min(len(work), torch.get_num_threads())
    with threadpool_limits(1, user_api="blas"):
        if threads <= 1:
            return [do() for do in work]
        with ThreadPoolExecutor(threads, "estimates") as pool:
            pending = [pool.submit(do) for do in work]
            return [done.result() for done in pending]
