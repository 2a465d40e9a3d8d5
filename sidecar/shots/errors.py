"""The one error of this package."""


class ShotError(ValueError):
    """A range, name, record or pair cannot be; its text is one sentence with what to do."""
