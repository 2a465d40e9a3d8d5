# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of a shot, kept in its node group: they are saved with the file and travel with the group."""

from collections.abc import Callable
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, PointerProperty, StringProperty

from .host.group import ensure_edge_input
from .host.version import PATH_OPTIONS

TRIMAP_MODES = (
    ("ROTO", "Roto with bands", "One matte, such as a mask; the trimap's unknown region is a band at its border"),
    ("CORE_EDGE", "Core and edge", "One matte that is surely foreground, another one that holds everything doubtful"),
    ("TRIMAP", "Trimap", "A grey picture: black is background, white is foreground, the rest is unknown"),
    ("KEYED", "Keyed matte", "A key with clips for black and white, and a band at its border"),
)
PLANS = (
    ("fast", "Fast", "Large tiles"),
    ("exact", "Exact", "Every pixel as if the whole plate were one tile"),
    ("published", "Published", "Tiles as in the published evaluation"),
)
DEPTHS = (
    ("half", "Half", "16 bits, half the disk space"),
    ("float", "Float", "32 bits, exact"),
)
MISSING_FRAMES = (
    ("HOLD", "Hold", "A gap shows the frame before it"),
    ("EMPTY", "Empty", "A gap shows nothing, alpha 0"),
    ("REFUSE", "Refuse", "Gaps stay, and a render or farm job with missing frames is refused"),
)


ALPHA_SOURCES = (
    ("ACTIVE", "Active Node", "The first output of the active node: the matte after painting and roto, or a painting"),
    ("RESULT", "Corrected Result", "The file in the folder, if another program has corrected it"),
)

#: Called with the name of a shot whose settings changed.
listeners: list[Callable[[str], None]] = []


def _on_change(settings: Any, _: Any) -> None:
    """Frames that are done may be stale now."""
    for listener in listeners:
        listener(settings.id_data.name)


def _on_mode(settings: Any, context: Any) -> None:
    """Core and edge needs a third input."""
    _on_change(settings, context)
    if settings.trimap_mode == "CORE_EDGE" and settings.is_shot:
        ensure_edge_input(settings.id_data)


class LFPNET_PG_shot(bpy.types.PropertyGroup):
    """Settings of one shot."""

    is_shot: BoolProperty(options={"HIDDEN"})
    owner_id: StringProperty(options={"HIDDEN"})
    owner_file: StringProperty(options={"HIDDEN"})
    owner_folder: StringProperty(options={"HIDDEN"})
    owner_group: StringProperty(options={"HIDDEN"})
    owner_node: StringProperty(options={"HIDDEN"})
    owner_scene: StringProperty(options={"HIDDEN"})
    file_name: StringProperty(name="Name", description="What the files of this shot are called")
    folder: StringProperty(
        name="Folder",
        description="Where the mattes of this shot are kept",
        subtype="DIR_PATH",
        options=PATH_OPTIONS,
        update=_on_change,
    )
    frames: StringProperty(
        name="Frames",
        description="Frames to matte, such as 1001-1100 or 1001-1100x5,1203; empty is the footage's range in the scene",
        update=_on_change,
    )
    trimap_mode: EnumProperty(name="From", items=TRIMAP_MODES, update=_on_mode)
    inner_pixels: FloatProperty(
        name="Inner Band",
        description="Unknown pixels inside the border",
        default=8,
        min=0,
        soft_max=100,
        max=1000,
        update=_on_change,
    )
    outer_pixels: FloatProperty(
        name="Outer Band",
        description="Unknown pixels outside the border",
        default=16,
        min=0,
        soft_max=100,
        max=1000,
        update=_on_change,
    )
    clip_black: FloatProperty(
        name="Clip Black", description="Below is background", default=0.05, min=0, max=1, update=_on_change
    )
    clip_white: FloatProperty(
        name="Clip White", description="Above is foreground", default=0.95, min=0, max=1, update=_on_change
    )
    plan: EnumProperty(name="Tiling", items=PLANS, update=_on_change)
    tta: BoolProperty(
        name="Test-Time Augmentation",
        description="Matte every tile flipped and rotated in eight ways and take the mean: eight times as slow",
        update=_on_change,
    )
    model: StringProperty(
        name="Weights", description="Empty takes the default weights of the sidecar", update=_on_change
    )
    depth: EnumProperty(name="Depth", items=DEPTHS, update=_on_change)
    missing_frames: EnumProperty(
        name="Gaps", description="What a render shows where a frame has no matte", items=MISSING_FRAMES
    )
    is_forced: BoolProperty(name="Overwrite", description="Matte frames again that are done already")
    training_folder: StringProperty(
        name="Pairs",
        description="Where approved frames are collected",
        subtype="DIR_PATH",
        options=PATH_OPTIONS,
    )
    alpha_from: EnumProperty(name="Alpha From", description="Where the approved alpha is", items=ALPHA_SOURCES)
    training_minutes: FloatProperty(
        name="Minutes", description="How long fine-tuning may take", default=20, min=1, max=1000
    )


def register() -> None:
    """Attach the settings to node groups."""
    bpy.utils.register_class(LFPNET_PG_shot)
    bpy.types.NodeTree.lfpnet = PointerProperty(type=LFPNET_PG_shot)


def unregister() -> None:
    """Detach them; what is stored in files stays."""
    del bpy.types.NodeTree.lfpnet
    bpy.utils.unregister_class(LFPNET_PG_shot)
