# SPDX-License-Identifier: GPL-3.0-or-later
"""The tab LFPNet in the compositor's sidebar."""

import textwrap
from collections.abc import Iterable
from typing import Any

import bpy

from .host.preview import is_previewing
from .host.tree import compositor_tree
from .operators.base import NO_SHOT, NOT_CHOSEN
from .operators.training import pairs_of
from .sentences import Said, training_share
from .session import session
from .shot import Shot, active_shot, find_shots
from .sidecar.shots.frames import format_frames

_ICONS = {"ok": "CHECKMARK", "info": "INFO", "busy": "SORTTIME", "error": "ERROR"}
_STATES = (("done", "CHECKMARK"), ("stale", "FILE_REFRESH"), ("unknown", "QUESTION"), ("missing", "X"))
#: Width of a letter of the panel in pixels, roughly.
_LETTER = 7.0


class _Panel:
    """Where the panels are."""

    bl_space_type = "NODE_EDITOR"
    bl_region_type = "UI"
    bl_category = "LFPNet"

    @classmethod
    def poll(cls, context: Any) -> bool:
        """In the compositor only."""
        return context.space_data.tree_type == "CompositorNodeTree"


class _ShotPanel(_Panel):
    """A part of the panel that needs a shot."""

    bl_parent_id = "LFPNET_PT_main"

    @classmethod
    def poll(cls, context: Any) -> bool:
        """With a matte node chosen."""
        return super().poll(context) and active_shot(context) is not None


class LFPNET_PT_main(_Panel, bpy.types.Panel):
    """The sidecar, and the buttons."""

    bl_idname = "LFPNET_PT_main"
    bl_label = "LFPNet"

    def draw(self, context: Any) -> None:
        """State first, then what to do."""
        layout, running = self.layout, session()
        _say(layout, running.sidecar(), context)
        row = layout.row(align=True)
        if running.snapshot.state in ("none", "asleep", "failed"):
            row.operator("lfpnet.connect", icon="PLAY")
        row.operator("lfpnet.open_preferences", text="Preferences", icon="PREFERENCES")
        shot = active_shot(context)
        if shot is None:
            _say(layout, Said(NOT_CHOSEN if find_shots(context.scene) else NO_SHOT, "info"), context)
            layout.operator("lfpnet.add_matte", icon="ADD")
            return
        _buttons(layout, shot)
        _say(layout, Said(shot.problem(), "error"), context)
        said = running.said.get(shot.name, Said("", "ok"))
        _say(layout, said, context)
        if " belongs to " in said.text:
            layout.operator("lfpnet.take_over", icon="FILE_TICK")


class LFPNET_PT_frames(_ShotPanel, bpy.types.Panel):
    """Which frames are done, stale and missing."""

    bl_label = "Frames"

    def draw(self, context: Any) -> None:
        """Range, states, folder."""
        shot = active_shot(context)
        layout, settings = self.layout, shot.settings
        layout.use_property_split = True
        layout.prop(settings, "frames")
        layout.prop(settings, "is_forced")
        states = session().states.get(shot.name)
        if states is None:
            layout.label(text="Reload looks up which frames are done.")
        else:
            for state, icon in _STATES:
                _list_frames(layout, state, icon, [frame for frame, found in states.items() if found == state])
        row = layout.row(align=True)
        row.operator("lfpnet.reload", icon="FILE_REFRESH")
        row.operator("lfpnet.show_in_folder", icon="FILE_FOLDER")
        layout.prop(settings, "folder")
        layout.prop(settings, "missing_frames")
        layout.prop(settings, "depth")


class LFPNET_PT_trimap(_ShotPanel, bpy.types.Panel):
    """What makes the trimap."""

    bl_label = "Trimap"

    def draw(self, context: Any) -> None:
        """Only the sliders that have an effect."""
        shot = active_shot(context)
        layout, settings = self.layout, shot.settings
        layout.use_property_split = True
        layout.prop(settings, "trimap_mode")
        if settings.trimap_mode == "KEYED":
            layout.prop(settings, "clip_black")
            layout.prop(settings, "clip_white")
        if settings.trimap_mode in ("ROTO", "KEYED"):
            layout.prop(settings, "inner_pixels")
            layout.prop(settings, "outer_pixels")
        is_shown = is_previewing(compositor_tree(context.scene))
        text = "Hide Trimap" if is_shown else "Preview Trimap"
        layout.operator("lfpnet.preview_trimap", text=text, icon="HIDE_OFF", depress=is_shown)


class LFPNET_PT_quality(_ShotPanel, bpy.types.Panel):
    """Weights and quality."""

    bl_label = "Quality"

    def draw(self, context: Any) -> None:
        """The weights come from the sidecar."""
        shot = active_shot(context)
        layout, settings = self.layout, shot.settings
        layout.use_property_split = True
        row = layout.split(factor=0.4)
        row.alignment = "RIGHT"
        row.label(text="Weights")
        row.menu("LFPNET_MT_weights", text=settings.model or "Default")
        layout.prop(settings, "plan")
        layout.prop(settings, "tta")


class LFPNET_PT_training(_ShotPanel, bpy.types.Panel):
    """Training pairs and fine-tuning."""

    bl_label = "Fine-tuning"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 - Blender reads it from the class

    def draw(self, context: Any) -> None:
        """Pairs first."""
        shot = active_shot(context)
        layout = self.layout
        pairs = pairs_of(shot)
        layout.label(text=f"Pairs: {format_frames(pairs)}" if pairs else "No training pairs yet.")
        layout.use_property_split = True
        layout.prop(shot.settings, "alpha_from")
        layout.operator("lfpnet.add_training_pair", icon="ADD")
        layout.prop(shot.settings, "training_folder")
        layout.prop(shot.settings, "training_minutes")
        if session().is_training:
            layout.operator("lfpnet.stop_finetune", icon="CANCEL")
        else:
            layout.operator("lfpnet.finetune", icon="MODIFIER")
        share = training_share(session().training)
        if share is not None:
            layout.progress(factor=share, text=f"{100 * share:.0f} % of the steps")
        _say(layout, session().fine_tuning(), context)


class LFPNET_MT_weights(bpy.types.Menu):
    """The weights that the sidecar offers."""

    bl_label = "Weights"

    def draw(self, _: Any) -> None:
        """One entry for each model."""
        models = [model for model in session().snapshot.models if model["name"] != "default"]
        self.layout.operator("lfpnet.choose_weights", text="Default").model = ""
        for model in models:
            text = str(model.get("title") or model["name"])
            self.layout.operator("lfpnet.choose_weights", text=text).model = str(model["name"])
        if not models:
            self.layout.label(text="The sidecar's other weights are listed once it runs.")


def _buttons(layout: Any, shot: Shot) -> None:
    run = session().runs.get(shot.name)
    column = layout.column(align=True)
    column.operator("lfpnet.matte_frame", icon="IMAGE_ALPHA")
    column.operator("lfpnet.matte_range", icon="SEQUENCE")
    column.operator("lfpnet.cancel", icon="CANCEL")
    if run is not None:
        text = f"{100 * run.share:.0f} % of {run.total} frame" + ("s" if run.total > 1 else "")
        layout.progress(factor=run.share, text=text)


def _list_frames(layout: Any, state: str, icon: str, frames: Iterable[int]) -> None:
    listed = list(frames)
    if listed:
        layout.label(text=textwrap.shorten(f"{len(listed)} {state}: {format_frames(listed)}", 60), icon=icon)


def _say(layout: Any, said: Said, context: Any) -> None:
    """A sentence in as many lines as the panel is narrow."""
    if not said.text:
        return
    width = max(20, int(context.region.width / (_LETTER * (context.preferences.system.ui_scale or 1.0))) - 4)
    column = layout.column(align=True)
    column.alert = said.level == "error"
    for index, line in enumerate(textwrap.wrap(said.text, width)):
        column.label(text=line, icon=_ICONS[said.level] if index == 0 else "BLANK1")


def _draw_add_menu(menu: Any, _: Any) -> None:
    menu.layout.separator()
    menu.layout.operator("lfpnet.add_matte", icon="IMAGE_ALPHA")


_CLASSES = (
    LFPNET_PT_main,
    LFPNET_PT_frames,
    LFPNET_PT_trimap,
    LFPNET_PT_quality,
    LFPNET_PT_training,
    LFPNET_MT_weights,
)


def register() -> None:
    """Register the panels and the entry of Add > Keying."""
    for found in _CLASSES:
        bpy.utils.register_class(found)
    bpy.types.NODE_MT_category_compositor_keying.append(_draw_add_menu)


def unregister() -> None:
    """Remove them again."""
    bpy.types.NODE_MT_category_compositor_keying.remove(_draw_add_menu)
    for found in reversed(_CLASSES):
        bpy.utils.unregister_class(found)
