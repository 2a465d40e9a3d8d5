"""The fake's `nuke -t SCRIPT.py ARGUMENTS` and `nuke -x SCRIPT.nk FRAMES`: no window, init.py of NUKE_PATH, no menu.py.

python terminal.py -t batch.py shot.nk --frames 1001-1003
python terminal.py -x shot.nk 1001-1003
"""

import os
import runpy
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import nuke  # noqa: E402 - the fake must be found first
from nuke import _session  # noqa: E402


def main() -> None:
    """Begin a session as Nuke does, then run what was asked for."""
    mode, script, *arguments = sys.argv[1:]
    _session.start(gui=False)
    for folder in filter(None, os.environ.get("NUKE_PATH", "").split(os.pathsep)):
        nuke.pluginAddPath(folder)
    try:
        if mode == "-t":
            sys.argv = [script, *arguments]
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
