"""What a weights file says about itself, read without torch: is it whole, is it ours, whose is it.

Source: the safetensors format: eight bytes with the length of a JSON header, the header, and the tensors without gaps.
"""

import json
import os
from pathlib import Path
from typing import Any

from lfpnet.errors import WeightsError
from lfpnet.regular_file import open_regular

FORMAT = "lfpnet-1"
#: A hundred times what a network of ours needs; the format itself would allow 100 MB.
_HEADER_BYTES = 8 << 20


def read_header(path: Path) -> dict[str, Any]:
    """Read the provenance of weights whose file is complete.

    Args:
        path: of a safetensors file.

    Returns:
        `name`, `licence`, `made_by` and `facts`; see `lfpnet.model.checkpoint.Provenance`.

    Raises:
        WeightsError: the file is missing, shorter or longer than its header says, damaged, or not ours.
    """
    try:
        with open_regular(path) as stream:
            actual = os.fstat(stream.fileno()).st_size
            nbytes = int.from_bytes(stream.read(8), "little")
            header = json.loads(stream.read(nbytes)) if 0 < nbytes <= _HEADER_BYTES else {}
        metadata = header.pop("__metadata__", {})
        expected = 8 + nbytes + max((tensor["data_offsets"][1] for tensor in header.values()), default=0)
        provenance = json.loads(metadata["provenance"]) if metadata.get("format") == FORMAT else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
        raise WeightsError(
            f"Expected a safetensors file at {path}, got '{error}'; check the path or copy the file again."
        ) from error
    if not isinstance(provenance, dict):
        raise WeightsError(f"Expected weights in the form '{FORMAT}' at {path}, got another file; import it first.")
    if actual != expected:
        raise WeightsError(f"Expected {expected} bytes in {path}, got {actual}; copy the file again.")
    return provenance
