"""Fine-tuning from the comp: frames with an approved alpha become pairs, and the sidecar teaches the weights."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Any, Callable

from . import host
from .errors import PluginError
from .frames import default_pattern
from .models import models_folder, training_sentence
from .ownership import identify
from .sidecar.client import Client
from .sidecar.shots.pairs import add_training_pair, training_pairs


def add_pair(node: Any) -> str:
    """Render plate and approved alpha of the current frame and copy them to the pairs; return a sentence."""
    scene = host.scene_of(node)
    folder = _pairs_folder(node)
    if "Plate" not in scene.inputs:
        raise PluginError(f"Expected something connected to the input Plate of {scene.node}, got nothing: connect it.")
    view = scene.views[0]
    approved = str(node["lfp_approved"].value() or "").strip()
    with tempfile.TemporaryDirectory(prefix="lfpnet-pair-") as temporary:
        files = {"plate": Path(temporary) / "plate.exr", "alpha": Path(temporary) / "alpha.exr"}
        host.export_pair(scene.node, scene.frame, view, files["plate"], files["alpha"], approved)
        add_training_pair(folder, _shot_name(), scene.frame, files["plate"], files["alpha"])
    pairs = training_pairs(folder)
    return f"Frame {scene.frame} is a training pair now; {sum(map(len, pairs.values()))} pairs are in {folder}."


def request(node: Any) -> Callable[[Client], str]:
    """Check what the node asks for and return what begins the fine-tuning; that returns a sentence, on any thread."""
    folder, name = _pairs_folder(node), str(node["lfp_new_weights"].value() or "").strip()
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise PluginError(f"Expected a name of letters, digits, dots and dashes for the new weights, got '{name}'.")
    count = sum(map(len, training_pairs(folder).values())) if folder.is_dir() else 0
    if count < 2:  # one teaches, one judges
        raise PluginError(f"Expected two training pairs or more in {folder}, found {count}: add frames first.")
    folder_of_models = models_folder()
    output = folder_of_models / f"{name}.safetensors"
    if output.exists():
        raise PluginError(f"There are weights called {name} already in {folder_of_models}: choose another name.")
    arguments = ["--shots", str(folder.absolute()), "--output", str(output), "--name", name]
    arguments += ["--minutes", f"{float(node['lfp_minutes'].value()):g}"]

    def begin(client: Client) -> str:
        folder_of_models.mkdir(parents=True, exist_ok=True)
        client.train_start(arguments, command="finetune")
        return f"Fine-tuning on {count} pairs has begun; press Look to see how it goes."

    return begin


def state(client: Client) -> str:
    """Say how the training goes."""
    return training_sentence(client.train_status(log_lines=3))


def stop(client: Client) -> str:
    """Ask the training to end."""
    return training_sentence(client.train_stop())


def _pairs_folder(node: Any) -> Path:
    named = str(node["lfp_pairs"].value() or "").strip()
    if named:
        return Path(named)
    owner = identify(node)
    return Path(default_pattern(owner.file, owner.node, owner, host.home())).parent.parent / "pairs"


def _shot_name() -> str:
    script = host.script_path()
    return re.sub(r"\W+", "_", os.path.splitext(os.path.basename(script))[0]) or "shot"  # noqa: PTH119, PTH122
