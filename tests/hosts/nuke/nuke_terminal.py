"""A process of the fake's `nuke -t` or `nuke -x`, without this project on its path."""

import os
import subprocess
import sys

from sidecar_fixtures import ROOT

TERMINAL = ROOT / "tests" / "support" / "fake_nuke" / "terminal.py"


def run_terminal(*arguments, plugin=None, python=None, timeout=500, **environment):
    """Run it and return what it printed; NUKE_PATH has the plugin only when one is given."""
    variables = {name: value for name, value in os.environ.items() if name not in ("NUKE_PATH", "PYTHONPATH")}
    if plugin is not None:
        variables["NUKE_PATH"] = str(plugin)
    call = [*([python] if python else [sys.executable, "-P"]), str(TERMINAL), *map(str, arguments)]
    return subprocess.run(
        call, env={**variables, **environment}, capture_output=True, text=True, timeout=timeout, cwd="/", check=False
    )
