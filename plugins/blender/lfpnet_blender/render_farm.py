# SPDX-License-Identifier: GPL-3.0-or-later
"""Matte frames of a saved file without windows, on a farm.

    blender -b shot.blend -P render_farm.py -- --node "LFPNet plate" --frames 1001-1010 [--again]

The node then shows the mattes, and the file is saved, so that a Blender without the extension renders them.
Exit codes: 0 all frames are done, 1 some are not (the sentence says why), 2 the arguments or the file make no sense.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import bpy


def main(arguments: list[str]) -> int:
    """Matte and say what happened."""
    parser = argparse.ArgumentParser(prog="render_farm.py", description="Matte frames of a Blender file.")
    parser.add_argument("--node", default="", help="name of the matte node or its group; default: the only one")
    parser.add_argument("--frames", default="", help="such as 1001-1010; default: those of the node, else the scene's")
    parser.add_argument("--again", action="store_true", help="matte frames that are done once more")
    parser.add_argument("--check", action="store_true", help="matte nothing, but fail where a frame has no matte")
    parser.add_argument("--no-save", action="store_true", help="leave the .blend as it is: the extension renders it")
    try:
        options = parser.parse_args(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    package = _package()
    try:
        shot = _shot(package, options.node)
        frames = _frames(package, shot, options.frames)
    except (ValueError, package.errors.ShotProblem) as problem:
        return _say(str(problem), 2)
    if options.check:
        missing = shot.results().missing(frames)
        return _say(package.handlers.missing_sentence(shot, missing), 1) if missing else 0
    why_not = "" if options.no_save else package.saving.why_not_savable(bpy.data.filepath)
    if why_not:
        return _say(why_not, 2)
    loaded = None if options.no_save else package.saving.loaded_file(shot)
    code = _matte(package, shot, frames, is_forced=options.again)
    return code if loaded is None else max(code, _save(package, shot.node.name, loaded))


def _matte(package: Any, shot: Any, frames: list[int], *, is_forced: bool) -> int:
    running = package.session.session()
    try:
        run = running.matte(shot, frames, is_forced=is_forced, is_urgent=False)
    except package.errors.ShotProblem as problem:
        return _say(str(problem), 2)
    running.wait()
    return _say(run.sentence(), 1 if run.failed or run.problem or run.is_cancelled else 0)


def _save(package: Any, node: str, loaded: Any) -> int:
    """Have the file show what was matted, by this machine and others."""
    try:
        is_saved = package.saving.save_shown(lambda: _shot(package, node), loaded)
    except (ValueError, OSError, package.errors.ShotProblem) as problem:
        return _say(str(problem), 1)
    return _say(f"{bpy.data.filepath} was saved and shows the mattes.", 0) if is_saved else 0


def _package() -> Any:
    """The extension if it is enabled, else the package that this file is in."""
    for name in bpy.context.preferences.addons.keys():  # noqa: SIM118 - a collection of Blender, not a dict
        if name.split(".")[-1] in ("lfpnet_blender", "lfpnet"):
            return _parts(name)
    folder = Path(__file__).resolve().parent
    sys.path.insert(0, str(folder.parent))
    package = _parts(folder.name)
    package.register()
    return package


def _parts(name: str) -> Any:
    """Import the package with the modules used here."""
    from importlib import import_module

    for part in ("errors", "handlers", "saving", "session", "shot"):
        import_module(f"{name}.{part}")
    return import_module(name)


def _shot(package: Any, name: str) -> Any:
    scene = bpy.context.scene
    shots = package.shot.find_shots(scene)
    if name:
        found = package.shot.find_shot(scene, name)
        if found is None:
            listed = ", ".join(shot.title for shot in shots) or "none"
            raise ValueError(f"{scene.name} has no matte node called {name} (it has {listed}): correct --node.")
        return found
    if len(shots) != 1:
        raise ValueError(f"{scene.name} has {len(shots)} matte nodes: name one with --node.")
    return shots[0]


def _frames(package: Any, shot: Any, text: str) -> list[int]:
    from importlib import import_module

    if not text:
        return shot.frames()
    return import_module(f"{package.__name__}.sidecar.shots.frames").parse_frames(text)


def _say(text: str, code: int) -> int:
    print(f"lfpnet: {text}", file=sys.stdout if code == 0 else sys.stderr, flush=True)
    return code


if __name__ == "__main__":
    exit_code = main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else [])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_code)  # Blender as a module may hang while it ends; the results are on disk
