"""The fake's `nuke -t SCRIPT.py ARGUMENTS` and `nuke -x SCRIPT.nk FRAMES`: no window, init.py of NUKE_PATH, no menu.py.

python terminal.py -t batch.py shot.nk --frames=1001-1003
python terminal.py -x shot.nk 1001-1003

As Nuke does, it keeps a last argument for itself that is a range of frames: the script sees it in `nuke.rawArgs` only.
Source: Foundry's command line page ("frame ranges must follow the script name argument").
"""

import os
import re
import runpy
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import nuke  # noqa: E402 - the fake must be found first
from nuke import _session  # noqa: E402

#: What Nuke takes for frames: `7`, `1-10`, `1-10x2`, `1,5,7`.
FRAME_RANGE = re.compile(r"(-?\d+)(-(-?\d+)(x\d+)?)?(,(-?\d+)(-(-?\d+)(x\d+)?)?)*")


def main() -> None:
    """Begin a session as Nuke does, then run what was asked for."""
    mode, script, *arguments = sys.argv[1:]
    _session.start(gui=False)
    nuke.rawArgs[:] = ["nuke", *sys.argv[1:]]
    for folder in filter(None, os.environ.get("NUKE_PATH", "").split(os.pathsep)):
        nuke.pluginAddPath(folder)
    try:
        if mode == "-t":
            is_range = bool(arguments) and FRAME_RANGE.fullmatch(arguments[-1]) is not None
            sys.argv = [script, *(arguments[:-1] if is_range else arguments)]
            runpy.run_path(script, run_name="__main__")
        else:
            nuke.scriptOpen(script)
            frames = nuke.FrameRanges(arguments[0]) if arguments else None
            for node in nuke.allNodes("Write", nuke.root(), recurseGroups=True):
                nuke.execute(node, frames)
    finally:
        for text in _session.current().printed:
            print(text)


if __name__ == "__main__":
    main()
