"""Every knob of the node, as a table: the panel's order, defaults, tool-tips; docs/hosts/nuke.md explains each."""

from __future__ import annotations

from typing import Any, NamedTuple

#: Version of knobs and inner nodes; `upgrade` brings older nodes up to it.
NODE_VERSION = 2

TRIMAP, ROTO, CORE_AND_EDGE = MODES = ("trimap", "soft roto", "core and edge")
CHANNELS = ("alpha", "red", "green", "blue")
PLANS = ("fast", "exact", "published")
INPUT, GLOBAL, CURRENT, CUSTOM = RANGES = ("input", "global", "current frame", "custom")
STALE, MISSING, ALL = ONLY = ("missing or stale", "missing", "all")
DEPTHS = ("half", "float")
#: The order is that of the inputs of the Switch `Show`.
PLATE, MATTE, *_ = SHOWN = ("plate", "matte", "alpha", "foreground", "background", "trimap", "over grey")
#: The order is that of the inputs of the Switch `Outside`.
OUTSIDE = ("error", "hold", "black", "plate")

#: Of the node in the graph: a muted green, as keyers have.
TILE_COLOUR = 0x4B7F5AFF

#: What a button does: nothing in the saved script needs the plugin, a click without it gives one sentence.
BUTTON = """try:
    from lfpnet_nuke import commands
except ImportError:
    say = nuke.message if nuke.GUI else nuke.tprint
    say("This button needs the LFPNet plugin, which this Nuke does not load: add its folder to NUKE_PATH.")
else:
    commands.press("{command}", nuke.thisNode())
"""


class KnobRow(NamedTuple):
    """One knob: its class in Nuke, name, label, default, tool-tip; menus have items, buttons a command."""

    kind: str
    name: str
    label: str
    default: Any = None
    tooltip: str = ""
    items: tuple[str, ...] = ()
    starts_line: bool = True
    #: Ends of the slider.
    span: tuple[float, float] | None = None


def _button(name: str, label: str, tooltip: str, *, starts_line: bool = False) -> KnobRow:
    command = BUTTON.format(command=name.replace("lfp_", "", 1))
    return KnobRow("PyScript_Knob", name, label, command, tooltip, starts_line=starts_line)


ROWS: tuple[KnobRow, ...] = (
    KnobRow("Tab_Knob", "lfp_tab", "LFPNet"),
    KnobRow("Text_Knob", "lfp_state", "status", "Nothing matted yet.", "What the node and its sidecar are doing."),
    KnobRow("Enumeration_Knob", "lfp_mode", "mask is", None, "How the inputs Trimap and Core are understood.", MODES),
    KnobRow("Enumeration_Knob", "lfp_channel", "mask channel", None, "Channel of Trimap and Core.", CHANNELS),
    KnobRow("Double_Knob", "lfp_inner", "inner band", 8.0, "Soft roto: unknown pixels inside its border.",
            span=(0, 64)),
    KnobRow("Double_Knob", "lfp_outer", "outer band", 16.0, "Soft roto: unknown pixels outside its border.",
            span=(0, 64)),
    KnobRow("Enumeration_Knob", "lfp_weights", "weights", None, "Name of a model of the sidecar.", ("default",)),
    _button("lfp_refresh_weights", "refresh", "Ask the sidecar which models it has."),
    KnobRow("Enumeration_Knob", "lfp_plan", "plan", None, "Where tiles lie; fast is for work.", PLANS),
    KnobRow(
        "Boolean_Knob",
        "lfp_tta",
        "test-time augmentation (8x)",
        default=False,
        tooltip="Every tile is also seen turned and mirrored: eight times the cost.",
    ),
    KnobRow("Int_Knob", "lfp_tile", "tile", 0, "Side of a tile in pixels, a multiple of 16; 0 takes the plan's own.",
            span=(0, 1024)),
    KnobRow("Enumeration_Knob", "lfp_range", "frames", None, "Which frames are matted.", RANGES),
    KnobRow("String_Knob", "lfp_frames", "custom", "", "1001-1010x2,1020, say, for the range 'custom'."),
    KnobRow("Enumeration_Knob", "lfp_only", "only", None, "Which of these frames are computed.", ONLY),
    KnobRow("String_Knob", "lfp_views", "views", "", "Names of views, separated by spaces; empty: all of the script."),
    KnobRow("File_Knob", "lfp_cache", "result", "", "EXR files of the result, with %04d, and %V for views."),
    _button("lfp_new_folder", "new folder", "Begin anew where a new node of this name would put its results."),
    _button("lfp_take_over", "take over", "Make the results in this folder this node's, whoever made them."),
    KnobRow("Enumeration_Knob", "lfp_depth", "depth", None, "Of the result's EXR files.", DEPTHS),
    KnobRow("Enumeration_Knob", "lfp_export_depth", "export depth", None, "Depth of the exported plate.", DEPTHS[::-1]),
    KnobRow("Boolean_Knob", "lfp_keep_exports", "keep exports", default=False, tooltip="Leave exports on the disk."),
    _button("lfp_matte", "Matte frames", "Export, matte and read back the chosen frames.", starts_line=True),
    _button("lfp_matte_current", "Matte current frame", "The same for the current frame only."),
    _button("lfp_cancel", "Cancel", "Stop after the tile in work; finished frames stay."),
    _button("lfp_reload", "Reload", "Read the result's files again."),
    KnobRow("Text_Knob", "lfp_frames_state", "results", "Press check.", "Which of the chosen frames have results."),
    _button("lfp_check", "check", "Say which of the chosen frames are done, stale or missing."),
    _button("lfp_select", "select unfinished", "Choose the frames that are stale or missing as 'custom'."),
    _button("lfp_clear", "clear results", "Remove the results of the chosen frames that are this node's."),
    KnobRow("Enumeration_Knob", "lfp_show", "output", None, "The plate, the matte, or a part to look at.", SHOWN),
    KnobRow("Enumeration_Knob", "lfp_outside", "outside", None, "Before the first and after the last result.", OUTSIDE),
    KnobRow("Tab_Knob", "lfp_training_tab", "Training"),
    KnobRow("File_Knob", "lfp_pairs", "pairs", "", "Folder of training pairs: plates and alphas of this shot."),
    KnobRow("String_Knob", "lfp_approved", "approved alpha", "", "Node whose alpha is right; empty: the result."),
    _button("lfp_add_pair", "Add current frame as training pair", "Copy plate and approved alpha.",
            starts_line=True),
    KnobRow("String_Knob", "lfp_new_weights", "new weights", "", "Name of the fine-tuned model."),
    KnobRow("Double_Knob", "lfp_minutes", "minutes", 10.0, "How long to fine-tune at most.", span=(1, 120)),
    _button("lfp_finetune", "Fine-tune on this shot", "Teach the weights these pairs.", starts_line=True),
    _button("lfp_training_state", "Look", "How the fine-tuning goes."),
    _button("lfp_stop_training", "Stop", "End the fine-tuning."),
    KnobRow("Tab_Knob", "lfp_sidecar_tab", "Sidecar"),
    KnobRow("String_Knob", "lfp_address", "address", "", "tcp://host:port of a sidecar elsewhere; empty: here."),
    KnobRow("Boolean_Knob", "lfp_shares_disk", "shared storage", default=False, tooltip="Send it only paths."),
    _button("lfp_sidecar_state", "Look", "Ask the sidecar how it is.", starts_line=True),
    _button("lfp_export", "Export for the farm", "Write plate and masks, to be matted without Nuke."),
    KnobRow("String_Knob", "lfp_farm_command", "farm command", "", "Makes a farm job of the last export."),
    KnobRow("String_Knob", "lfp_id", "id", "", "Whose results are this node's; a copy gets another."),
    KnobRow("String_Knob", "lfp_owner_script", "seen in", "", "The script that this node was seen in last."),
    KnobRow("String_Knob", "lfp_owner_node", "seen as", "", "The name that it had there."),
    KnobRow("Int_Knob", "lfp_version", "version", NODE_VERSION, "Version of this node; do not change it."),
)  # fmt: skip

#: Knobs that no panel shows.
HIDDEN = ("lfp_id", "lfp_owner_script", "lfp_owner_node", "lfp_version")
#: Knobs that hold something; tabs, texts and buttons do not.
VALUE_KNOBS = tuple(row for row in ROWS if row.kind not in ("Tab_Knob", "Text_Knob", "PyScript_Knob"))
