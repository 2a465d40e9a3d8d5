"""A bar that library code moves: it is told (finished, total)."""

from collections.abc import Callable
from typing import Any


def advancing(bar: Any) -> Callable[[int, int], None]:
    """Move a tqdm bar to the number that is done."""

    def advance(done: int, _total: int) -> None:
        bar.update(done - bar.n)

    return advance
