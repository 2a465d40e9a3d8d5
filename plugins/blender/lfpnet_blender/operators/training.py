# SPDX-License-Identifier: GPL-3.0-or-later
"""Add frame as training pair, fine-tune on this shot, stop it."""

import tempfile
import time
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from bpy.props import EnumProperty, FloatProperty, IntProperty, StringProperty

from ..errors import ShotProblem
from ..exr import write_channels
from ..host.capture import capture
from ..host.tree import compositor_tree
from ..host.upstream import Upstream
from ..models_folder import models_folder
from ..preferences import Preferences
from ..session import session
from ..settings import ALPHA_SOURCES
from ..shot import Shot, absolute_folder, active_shot
from ..sidecar.client import Pixels
from ..sidecar.shots.fingerprint import file_fingerprint
from ..sidecar.shots.pairs import add_training_pair, training_pairs
from ..sidecar.shots.record import frame_state, read_record
from ..trimap_preview import make_trimap
from .base import ShotOperator

OWN_OUTPUT = (
    "The alpha of frame {} is the network's own output, from which it learns nothing: paint or roto its faults, click "
    "the node that gives the corrected alpha, and take it from Active Node."
)
#: Half results differ by so much from what the compositor hands on.
_SAME = 1e-3
NOT_LOCAL = "Fine-tuning needs a sidecar on this machine: empty the address in the preferences."


class LFPNET_OT_add_training_pair(ShotOperator, bpy.types.Operator):
    """Keep plate, trimap and approved alpha of this frame for fine-tuning"""  # noqa: D415 - a tool-tip

    bl_idname = "lfpnet.add_training_pair"
    bl_label = "Add Frame as Training Pair"

    node: StringProperty(name="Node", options={"SKIP_SAVE"})
    frame: IntProperty(name="Frame", default=-1, options={"SKIP_SAVE"})
    alpha_from: EnumProperty(
        name="Alpha From",
        items=(("NODE", "As in the Panel", "What the panel says"), *ALPHA_SOURCES),
        options={"SKIP_SAVE"},
    )

    @classmethod
    def reason(cls, context: Any) -> str:
        """Not linked."""
        shot = active_shot(context)
        return super().reason(context) if shot is None else shot.problem()

    def execute(self, context: Any) -> set[str]:
        """Write the pictures and copy them into the folder of pairs."""
        try:
            shot = self.shot(context)
            frame = context.scene.frame_current if self.frame < 0 else self.frame
            folder = pairs_folder(shot)
            with tempfile.TemporaryDirectory(prefix="lfpnet-pair-") as temporary:
                plate, trimap = _write_inputs(shot, frame, Path(temporary))
                chosen = shot.settings.alpha_from if self.alpha_from == "NODE" else self.alpha_from
                alpha = _result(shot, frame) if chosen == "RESULT" else _painted(shot, frame, Path(temporary))
                add_training_pair(folder, shot.settings.file_name, frame, plate, alpha, trimap)
        except (ShotProblem, ValueError, OSError) as problem:
            return self.fail(problem)
        self.report({"INFO"}, f"Frame {frame} is a training pair now, in {folder}.")
        return {"FINISHED"}


class LFPNET_OT_finetune(ShotOperator, bpy.types.Operator):
    """Teach the weights this shot from its training pairs; the sidecar trains, Blender stays usable"""  # noqa: D415 - a tool-tip

    bl_idname = "lfpnet.finetune"
    bl_label = "Fine-tune on This Shot"

    node: StringProperty(name="Node", options={"SKIP_SAVE"})
    minutes: FloatProperty(name="Minutes", default=0, options={"SKIP_SAVE"})

    @classmethod
    def reason(cls, context: Any) -> str:
        """No pairs, under way already, or a sidecar elsewhere."""
        if session().is_training:
            return "Fine-tuning is going on: wait, or stop it."
        if not Preferences().is_local:
            return NOT_LOCAL
        shot = active_shot(context)
        if shot is not None and len(pairs_of(shot)) < 2:
            return "Fine-tuning needs two training pairs at least: add approved frames first."
        return super().reason(context)

    def execute(self, context: Any) -> set[str]:
        """Order it; in background wait for its end."""
        try:
            shot = self.shot(context)
            refuse_own_output(shot)
            session().train(training_arguments(shot, self.minutes or shot.settings.training_minutes))
        except (ShotProblem, OSError) as problem:
            return self.fail(problem)
        if bpy.app.background:
            session().wait()
            if session().training.get("state") not in ("done", "ended"):
                return self.fail(session().fine_tuning().text)
        return {"FINISHED"}


class LFPNET_OT_stop_finetune(bpy.types.Operator):
    """End fine-tuning"""  # noqa: D415 - a tool-tip

    bl_idname = "lfpnet.stop_finetune"
    bl_label = "Stop Fine-tuning"

    @classmethod
    def poll(cls, _: Any) -> bool:
        """Only while it goes on."""
        if not session().is_training:
            cls.poll_message_set("No fine-tuning is going on.")
        return session().is_training

    def execute(self, _: Any) -> set[str]:
        """Order it and return."""
        session().stop_training()
        return {"FINISHED"}


def pairs_folder(shot: Shot) -> Path:
    """Where the training pairs are."""
    return absolute_folder(shot.settings.training_folder, Preferences().cache_folder / "training")


def pairs_of(shot: Shot) -> list[int]:
    """Frames of this shot that are training pairs."""
    folder = pairs_folder(shot)
    return training_pairs(folder).get(shot.settings.file_name, []) if folder.is_dir() else []


def training_arguments(shot: Shot, minutes: float) -> list[str]:
    """What `lfpnet finetune` is called with: new weights where the sidecar finds them, named after shot and time."""
    pairs = pairs_folder(shot) / shot.settings.file_name
    name = f"{shot.settings.file_name}-{time.strftime('%Y%m%d-%H%M%S')}"
    weights = models_folder() / f"{name}.safetensors"
    weights.parent.mkdir(parents=True, exist_ok=True)
    return ["--shots", str(pairs), "--output", str(weights), "--minutes", f"{minutes:g}", "--name", name]


def _write_inputs(shot: Shot, frame: int, folder: Path) -> tuple[Path, Path]:
    task = shot.captured(frame)
    plate = _top_down(task.plate)
    write_channels(folder / "plate.exr", {name: plate[..., index] for index, name in enumerate("RGB")})
    masks = {name: _top_down(mask) for name, mask in task.masks.items()}
    trimap = make_trimap(masks, task.request.inner_pixels, task.request.outer_pixels)
    write_channels(folder / "trimap.exr", {"Y": trimap.astype(np.float32) / 255})
    return folder / "plate.exr", folder / "trimap.exr"


def refuse_own_output(shot: Shot) -> None:
    """Refuse to teach the network what it said itself.

    Raises:
        ShotProblem: the alpha of a pair is still the result that the network gave.
    """
    name, results = shot.settings.file_name, shot.results()
    for frame in pairs_of(shot):
        alpha = pairs_folder(shot) / name / "alpha" / f"{name}.{frame:04d}.exr"
        result = results.path(frame)
        if _is_own(result) and file_fingerprint(alpha) == file_fingerprint(result):
            raise ShotProblem(OWN_OUTPUT.format(frame))


def _is_own(result: Path) -> bool:
    """Whether a result is as the network gave it: nobody has written the file since."""
    record = read_record(result)
    return result.is_file() and record is not None and frame_state(result, record.inputs, record.recipe) == "done"


def _result(shot: Shot, frame: int) -> Path:
    path = shot.results().path(frame)
    if frame not in shot.results().finished():
        raise ShotProblem(f"Frame {frame} has no matte yet: matte it first.")
    if _is_own(path):
        raise ShotProblem(OWN_OUTPUT.format(frame))
    return path


def _painted(shot: Shot, frame: int, folder: Path) -> Path:
    node = compositor_tree(shot.scene).nodes.active
    if node is None or not node.outputs:
        raise ShotProblem("No node with an output is active: click the node that gives the approved alpha.")
    plate = shot.captured(frame).plate
    height, width = plate.array.shape[:2]
    own = Upstream(shot.node, shot.node.outputs["Alpha"], shot.path)
    sockets = {"alpha": Upstream(node, node.outputs[0]), "own": own}
    found = capture(shot.scene, sockets, frame, (width, height))
    alpha = found["alpha"] if found["alpha"].ndim == 2 else found["alpha"][..., 3]
    if frame in shot.results().finished() and np.abs(alpha - found["own"]).max() < _SAME:
        raise ShotProblem(OWN_OUTPUT.format(frame))
    write_channels(folder / "alpha.exr", {"A": alpha})
    return folder / "alpha.exr"


def _top_down(pixels: Pixels) -> np.ndarray:
    return pixels.array[::-1] if pixels.origin == "bottom-left" else pixels.array
