"""Which process a number means: numbers are given out again, so a process is known by its number and its start.

Source: proc(5): field 22 of /proc/PID/stat is the start in ticks since boot; boot_id tells one boot from another.
"""

import subprocess
import sys
from pathlib import Path


def start_mark(pid: int) -> str:
    """Return when a living process started, as the system tells it; empty when none lives or nothing is told."""
    if sys.platform == "linux":
        return _from_proc(pid)
    if sys.platform == "win32":
        return ""
    # On macOS and BSD only the time is kept, to the second.
    command = ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)]
    told = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - only a number varies
    state, _, started = told.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else started.strip()


def _from_proc(pid: int) -> str:
    try:
        # The name in brackets may hold anything, so count from its end.
        words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
    # A zombie has ended and only waits for its parent.
    return "" if words[0] in "ZX" else f"{boot} {words[19]}"
