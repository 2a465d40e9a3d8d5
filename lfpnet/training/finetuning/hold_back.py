"""Which frames teach and which judge."""

from collections.abc import Sequence

from lfpnet.data.layouts import Case
from lfpnet.errors import ConfigurationError


def hold_back(cases: Sequence[Case], *, every: int = 4, names: Sequence[str] = ()) -> tuple[list[Case], list[Case]]:
    """Split the frames of a shot.

    Args:
        cases: frames with approved alphas, in order.
        every: every so many-th frame is held back, the last one where there are fewer.
        names: frames to hold back instead, as the layout names them (`1004`, or `sh010/1004`).

    Returns:
        Frames that teach, and frames that are held back; both hold at least one.

    Raises:
        ConfigurationError: too few frames, a name that no frame has, or nothing left to learn from.
    """
    if len(cases) < 2:
        raise ConfigurationError(
            f"Expected at least two frames with alpha, one to learn from and one to judge by, got {len(cases)}; "
            "approve another alpha."
        )
    if every < 2:
        raise ConfigurationError(f"Expected to hold back every 2nd frame or fewer, got every {every}; raise it.")
    if names:
        unknown = [name for name in names if not any(_is_named(case, name) for case in cases)]
        if unknown:
            raise ConfigurationError(
                f"Expected frames among {', '.join(case.name for case in cases)} to hold back, got "
                f"{', '.join(unknown)}; name frames that have an alpha."
            )
        held = [case for case in cases if any(_is_named(case, name) for name in names)]
    else:
        held = list(cases[every - 1 :: every]) or [cases[-1]]
    taught = [case for case in cases if case not in held]
    if not taught:
        raise ConfigurationError("Expected frames to learn from, but all are held back; hold back fewer.")
    return taught, held


def _is_named(case: Case, name: str) -> bool:
    return name in (case.name, case.name.rpartition("/")[2])
