"""The quick form of the soak `shell-loops`: the promise of the sidecar as a user would test it."""

import subprocess
import sys
from pathlib import Path


def test_two_shell_loops_survive_two_kills_of_the_server():
    call = [sys.executable, str(Path(__file__).with_name("soak.py")), "shell-loops", "--loop-frames", "8"]
    done = subprocess.run(call, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    assert "8 frames of two shell loops right after 2 kills" in done.stdout
