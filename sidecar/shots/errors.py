"""The one error of this package."""

from __future__ import annotations


class ShotError(ValueError):
    """A range, name, record or pair cannot be; its text is one sentence with what to do."""
