"""How much memory this process has, for `status`."""

import sys
from pathlib import Path


def resident_bytes() -> int:
    """Return the resident set of this process in bytes (on macOS its peak)."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * 4096
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def device_bytes() -> dict[str, int]:
    """Return allocated bytes of each CUDA device, without importing torch if nobody has."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "cuda") or not torch.cuda.is_available():
        return {}
    return {f"cuda:{index}": int(torch.cuda.memory_allocated(index)) for index in range(torch.cuda.device_count())}
