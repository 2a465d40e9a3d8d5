"""Read one recipe a line from the standard input, render it, answer with one line of JSON; end with the input.

Blender prints on its own, so an answer starts with a mark. Errors are answers too: the host decides what follows.
"""

import json
import os
import sys
import time
import traceback

import bpy  # pyright: ignore[reportMissingImports]
import numpy as np

from .passes import render_foreground
from .scene import empty_scene, place_camera, place_lights, set_motion
from .subjects import SUBJECTS

MARK = "LFPNET "


def main() -> None:
    """Serve until the input ends."""
    _answer({"blender": bpy.app.version_string})
    for line in sys.stdin:
        try:
            _answer(_render(json.loads(line)))
        except Exception as problem:  # the answer carries it
            traceback.print_exc()
            _answer({"problem": f"{type(problem).__name__}: {problem}"})
    sys.stdout.flush()
    os._exit(0)  # bpy 4.5 as a module hangs in its own clean-up


def _render(recipe: dict) -> dict:
    """Build the scene of a recipe, render it and leave colour and alpha in `recipe["raw"]`."""
    started = time.process_time()
    empty_scene(recipe)
    rng = np.random.default_rng(recipe["seed"])
    subject = SUBJECTS[recipe["kind"]](rng)
    place_camera(rng, subject, defocus=recipe["defocus"])
    place_lights(rng)
    set_motion(rng, subject, recipe["motion"])
    built = time.process_time()
    colour, alpha, seconds = render_foreground(recipe)
    np.savez(recipe["raw"], colour=colour, alpha=alpha)
    return {"seconds": {"build": round(built - started, 2), **seconds}}


def _answer(answer: dict) -> None:
    """One line that the host can tell from Blender's own."""
    print("\n" + MARK + json.dumps(answer), flush=True)  # noqa: T201 - the standard output is the channel to the host


if __name__ == "__main__":
    main()
