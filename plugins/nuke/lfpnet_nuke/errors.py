"""The one error that this plugin raises on purpose: a sentence with what was expected, what came and what to do."""

from __future__ import annotations


class PluginError(Exception):
    """Shown to the artist as it is."""


class FrameError(PluginError):
    """Concerns one frame; the next one may do."""


class BusyError(PluginError):
    """Nuke executes something else now; the same call may succeed later."""


class CancelledByArtist(PluginError):  # noqa: N818 - nothing went wrong
    """The artist asked to stop."""


def sentence_of(problem: BaseException) -> str:
    """Return the sentence of an error; foreign ones get their type in front."""
    text = str(getattr(problem, "sentence", None) or problem).strip()
    # By name: this module is read before the vendored parts can be imported.
    is_of_shots = any(kind.__name__ == "ShotError" for kind in type(problem).__mro__)
    is_known = isinstance(problem, PluginError) or hasattr(problem, "sentence") or is_of_shots
    return text if is_known else f"Something unforeseen happened ({type(problem).__name__}: {text}): see the log."
