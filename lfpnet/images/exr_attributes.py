"""Header attributes of a written EXR: the plate's own, then the caller's.

OpenEXR wraps integers beyond 32 bits without a word and refuses numpy scalars, so both are settled here.
"""

import math
from collections.abc import Mapping
from typing import Any

from lfpnet.errors import ConfigurationError
from lfpnet.images.exr_file import STRUCTURAL_ATTRIBUTES

#: Attributes under this prefix tell how a matte was made; those of an earlier matte do not describe the next one.
OWN_PREFIX = "lfpnet/"

AttributeValue = str | int | float


def merged_attributes(plate_header: Mapping[str, Any], attributes: Mapping[str, AttributeValue]) -> dict[str, Any]:
    """Join the plate's attributes with the caller's; the caller's win.

    Args:
        plate_header: as read from the plate; a copy is made, because OpenEXR changes what it is given.
        attributes: by name; integers of 32 bits.

    Raises:
        ConfigurationError: a name or value that an EXR header cannot hold.
    """
    kept = {name: value for name, value in plate_header.items() if not name.startswith(OWN_PREFIX)}
    return kept | {_checked_name(name): _checked_value(name, value) for name, value in attributes.items()}


def _checked_name(name: str) -> str:
    is_allowed = 0 < len(name.encode()) <= 255 and "\0" not in name and name not in STRUCTURAL_ATTRIBUTES
    if not is_allowed:
        raise ConfigurationError(f"{name!r} cannot name an EXR attribute; choose 1 to 255 bytes, such as lfpnet/plan.")
    return name


def _checked_value(name: str, value: AttributeValue) -> AttributeValue:
    """Plain Python values of the same meaning."""
    if isinstance(value, str) and "\0" not in value:
        return str(value)
    if isinstance(value, int) and -(2**31) <= value < 2**31:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    raise ConfigurationError(
        f"EXR attribute {name} was expected to be text, a 32-bit integer or a finite float, not {value!r}."
    )
