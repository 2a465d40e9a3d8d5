"""The node classes of the fake with their knobs: class, default and menu of each. What is not here does not exist.

Source: knob names, classes, defaults and menus as a public scan of Nuke 17.0v3 lists them (facts, in our own words and
shortened to what scripts of this project touch); EXR knobs of Write from public files of the writer and from scripts.
Guess: Root, which the scan lacks, after saved scripts.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class KnobFact(NamedTuple):
    """Class of a knob, its default and, for menus, its items."""

    kind: str
    default: Any = None
    items: tuple[str, ...] = ()


class NodeFact(NamedTuple):
    """Number of inputs (least, most) and knobs."""

    inputs: tuple[int, int]
    knobs: dict[str, KnobFact]


def _menu(*items: str, default: str | None = None) -> KnobFact:
    return KnobFact("Enumeration_Knob", default, items)


TEXT, FILE, SCRIPT = KnobFact("String_Knob", ""), KnobFact("File_Knob", ""), KnobFact("Script_Knob", "")
PYTHON, OFF, ON = KnobFact("PythonKnob", ""), KnobFact("Boolean_Knob", False), KnobFact("Boolean_Knob", True)
FORMAT, NUMBER, COLOUR = KnobFact("Format_Knob"), KnobFact("Array_Knob", 0.0), KnobFact("AColor_Knob", 0.0)
FRAME, NO_CHANNEL = KnobFact("Int_Knob", 1), KnobFact("Channel_Knob", "none")

GENERIC = {
    "name": TEXT,
    "label": KnobFact("Multiline_Eval_String_Knob", ""),
    "selected": OFF,
    "xpos": KnobFact("Int_Knob", 0),
    "ypos": KnobFact("Int_Knob", 0),
    "disable": KnobFact("Disable_Knob", False),
    "hide_input": OFF,
    "cached": OFF,
    "postage_stamp": OFF,
    "tile_color": KnobFact("Int_Knob", 0),
    "note_font_size": NUMBER,
    "help": KnobFact("EvalString_Knob", ""),
    "knobChanged": PYTHON,
    "onCreate": PYTHON,
    "onDestroy": PYTHON,
    "updateUI": PYTHON,
    "autolabel": PYTHON,
}

COLOUR_SPACES = ("default", "linear", "sRGB", "rec709", "Cineon", "AlexaV3LogC", "ARRILogC4", "SLog3", "Log3G10")
FILE_TYPES = (" ", "cin", "dpx", "exr", "hdr", "jpeg", "mov", "png", "targa", "tiff")

#: What `file_type exr` brings.
EXR_KNOBS = {
    "write_ACES_compliant_EXR": OFF,
    "autocrop": OFF,
    "datatype": _menu("16 bit half", "32 bit float"),
    "compression": _menu(
        "none",
        "Zip (1 scanline)",
        "Zip (16 scanlines)",
        "PIZ Wavelet (32 scanlines)",
        "RLE",
        "B44",
        "B44A",
        "DWAA",
        "DWAB",
        default="Zip (1 scanline)",
    ),
    "dw_compression_level": KnobFact("Array_Knob", 45.0),
    "heroview": _menu("main"),
    "metadata": _menu(
        "no metadata",
        "default metadata",
        "default metadata and exr/*",
        "all metadata except input/*",
        "all metadata",
        default="default metadata",
    ),
    "noprefix": OFF,
    "interleave": _menu("channels, layers and views", "channels and layers", "channels"),
    "first_part": NO_CHANNEL,
    "standard layer name format": OFF,
    "write_full_layer_names": OFF,
    "truncateChannelNames": OFF,
}

NODES: dict[str, NodeFact] = {
    "Read": NodeFact(
        (0, 0),
        {
            "file_type": _menu(*FILE_TYPES),
            "file": FILE,
            "format": FORMAT,
            "proxy": FILE,
            "proxy_format": FORMAT,
            "first": FRAME,
            "before": _menu("hold", "loop", "bounce", "black"),
            "last": FRAME,
            "after": _menu("hold", "loop", "bounce", "black"),
            "frame_mode": _menu("expression", "start at", "offset"),
            "frame": TEXT,
            "origfirst": FRAME,
            "origlast": FRAME,
            "on_error": _menu("error", "black", "checkerboard", "nearest frame"),
            "reload": SCRIPT,
            "colorspace": _menu(*COLOUR_SPACES),
            "premultiplied": OFF,
            "raw": OFF,
            "auto_alpha": OFF,
            "localizationPolicy": _menu(
                "on",
                "fromAutoLocalizePath\tfrom auto-localize path",
                "onDemand\ton demand",
                "off",
                default="fromAutoLocalizePath",
            ),
        },
    ),
    "Write": NodeFact(
        (1, 1),
        {
            "channels": KnobFact("ChannelMask_Knob", "rgb"),
            "file": FILE,
            "proxy": FILE,
            "file_type": _menu(*FILE_TYPES),
            "frame_mode": _menu("expression", "start at", "offset"),
            "frame": TEXT,
            "views": KnobFact("MultiView_Knob", ""),
            "colorspace": _menu(*COLOUR_SPACES),
            "premultiplied": OFF,
            "raw": OFF,
            "create_directories": OFF,
            "use_limit": OFF,
            "first": FRAME,
            "last": FRAME,
            "render_order": KnobFact("Array_Knob", 1.0),
            "on_error": _menu("error", "black", "checkerboard"),
            "reading": OFF,
            "reload": SCRIPT,
            "read_all_lines": OFF,
            "beforeRender": PYTHON,
            "beforeFrameRender": PYTHON,
            "afterFrameRender": PYTHON,
            "afterRender": PYTHON,
            "Render": KnobFact("PyScript_Knob", "nukescripts.render_panel((nuke.thisNode(),), False)"),
        },
    ),
    "Constant": NodeFact(
        (0, 0),
        {
            "channels": KnobFact("Channel_Knob", "rgb"),
            "color": COLOUR,
            "format": FORMAT,
            "first": KnobFact("Array_Knob", 1.0),
            "last": KnobFact("Array_Knob", 1.0),
        },
    ),
    "CheckerBoard2": NodeFact(
        (0, 0),
        {
            "format": FORMAT,
            "boxsize": KnobFact("Array_Knob", 64.0),
            "color0": KnobFact("AColor_Knob", 0.1),
            "color1": KnobFact("AColor_Knob", 0.5),
            "color2": KnobFact("AColor_Knob", 0.1),
            "color3": KnobFact("AColor_Knob", 0.5),
            "linewidth": KnobFact("Array_Knob", 0.0),
            "centerlinewidth": KnobFact("Array_Knob", 3.0),
        },
    ),
    "Shuffle": NodeFact(
        (1, 2),
        {
            "in": KnobFact("Channel_Knob", "rgba"),
            "in2": NO_CHANNEL,
            **{
                name: _menu(
                    "red", "green", "blue", "alpha", "red2", "green2", "blue2", "alpha2", "black", "white", default=name
                )
                for name in ("red", "green", "blue", "alpha")
            },
            "out": KnobFact("Channel_Knob", "rgba"),
        },
    ),
    "Copy": NodeFact(
        (2, 3),
        {
            **{
                f"{way}{index}": KnobFact("Channel_Knob", "none" if index else "rgba.alpha")
                for index in range(4)
                for way in ("from", "to")
            },
            "channels": KnobFact("ChannelMask_Knob", "none"),
            "bbox": _menu("union", "B\tB side", "A\tA side"),
            "metainput": _menu("B", "A", "All"),
            "mix": KnobFact("Array_Knob", 1.0),
        },
    ),
    "Merge2": NodeFact(
        (2, 64),
        {
            "operation": _menu("over", "plus", "multiply", "stencil", "mask", default="over"),
            "bbox": _menu("union", "intersection", "A", "B"),
            "Achannels": KnobFact("Channel_Knob", "rgba"),
            "Bchannels": KnobFact("Channel_Knob", "rgba"),
            "output": KnobFact("Channel_Knob", "rgba"),
            "also_merge": KnobFact("ChannelMask_Knob", "none"),
            "metainput": _menu("B", "A", "All"),
            "mix": KnobFact("Array_Knob", 1.0),
        },
    ),
    "Crop": NodeFact(
        (1, 1),
        {
            "box": KnobFact("BBox_Knob", None),
            "softness": NUMBER,
            "reformat": OFF,
            "intersect": OFF,
            "crop": ON,
            "preset": _menu("format", "square", "4:3", "16:9", "14:9", "1.66:1", "1.85:1", "2.35:1"),
        },
    ),
    "Assert": NodeFact(
        (1, 1),
        {
            "expression": KnobFact("Array_Knob", 1.0),
            "message": KnobFact("EvalString_Knob", "[knob expression] is not true"),
        },
    ),
    "Switch": NodeFact((2, 10000), {"which": NUMBER}),
    "AddChannels": NodeFact((1, 1), {"channels": KnobFact("ChannelMask_Knob", "none"), "color": COLOUR}),
    "Roto": NodeFact(
        (0, 4), {"output": KnobFact("ChannelMask_Knob", "alpha"), "format": FORMAT, "cliptype": _menu("format", "none")}
    ),
    "Dot": NodeFact((1, 1), {}),
    "NoOp": NodeFact((1, 1), {}),
    "Group": NodeFact((0, 10000), {}),
    "Input": NodeFact((0, 0), {"number": NUMBER}),
    "Output": NodeFact((1, 1), {}),
}

ROOT = {
    "name": FILE,
    "project_directory": FILE,
    "frame": KnobFact("Int_Knob", 1),
    "first_frame": FRAME,
    "last_frame": KnobFact("Int_Knob", 100),
    "lock_range": OFF,
    "fps": KnobFact("Array_Knob", 24.0),
    "format": FORMAT,
    "proxy": OFF,
    "proxy_type": _menu("format", "scale", default="scale"),
    "proxy_scale": KnobFact("Array_Knob", 0.5),
    "views": KnobFact("Multiline_Eval_String_Knob", ""),
    "colorManagement": _menu("Nuke", "OCIO"),
    "OCIO_config": _menu("nuke-default", "fn-nuke_cg-config-v1.0.0_aces-v1.3_ocio-v2.1", "custom"),
    "workingSpaceLUT": _menu("linear", "ACES - ACEScg", "scene_linear"),
    "onScriptLoad": PYTHON,
    "onScriptSave": PYTHON,
}
