"""Every error that lfpnet raises on purpose. Each is one sentence: what was expected, what came, what to do.

LfpnetError
├── InputError              what the caller gave cannot be used; the same call fails again
│   ├── ImageFileError      a file is missing, unreadable, truncated, hostile or of an unknown kind
│   ├── SizeMismatchError   plate and trimap (or core, edge, alpha ...) differ in size
│   ├── TrimapError         a trimap cannot be made or holds nothing to work from
│   ├── WeightsError        a checkpoint is damaged, incomplete or not of this network (lists every problem)
│   └── ConfigurationError  an option has a value outside its range
├── OutputError             a result cannot be written; retry after fixing the folder or the disk
├── DeviceError             the device is missing or out of memory; retry with smaller tiles or another device
└── CancelledError          the caller asked to stop; nothing was written
"""

from collections.abc import Sequence


class LfpnetError(Exception):
    """Base of all errors raised on purpose; `retryable` says whether the same request may succeed later."""

    retryable = False


class InputError(LfpnetError):
    """What the caller gave cannot be used."""


class ImageFileError(InputError):
    """A picture cannot be read."""


class SizeMismatchError(InputError):
    """Two pictures that must cover the same pixels do not."""


class TrimapError(InputError):
    """A trimap cannot be made from what was given."""


class WeightsError(InputError):
    """A checkpoint does not fit; `problems` lists every finding."""

    def __init__(self, sentence: str, problems: Sequence[str] = ()) -> None:
        """Join the sentence with its findings, one a line."""
        super().__init__("\n  - ".join([sentence, *problems]))
        self.problems = tuple(problems)


class ConfigurationError(InputError):
    """An option has a value outside its range."""


class OutputError(LfpnetError):
    """A result cannot be written."""

    retryable = True


class DeviceError(LfpnetError):
    """The device is missing or out of memory."""

    retryable = True


class CancelledError(LfpnetError):
    """The caller asked to stop."""

    retryable = True
