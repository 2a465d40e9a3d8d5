"""The nodes inside the group, as a table: native ones only, so that scripts open and render without the plugin."""

from __future__ import annotations

from typing import Any, NamedTuple

#: Inputs of the group, in order.
INPUTS = ("Plate", "Trimap", "Core")
#: Layers of the result's EXR files and their channels in Nuke.
LAYERS = {
    "lfp_fg": ("red", "green", "blue"),
    "lfp_bg": ("red", "green", "blue"),
    "lfp_trimap": ("alpha",),
}


class InnerNode(NamedTuple):
    """One node: its class, name, the inner nodes it takes, knobs and expressions."""

    kind: str
    name: str
    inputs: tuple[str, ...]
    knobs: dict[str, Any]
    expressions: dict[str, str]


#: The node's own knob, so that there is one path and Nuke evaluates it, Tcl and all.
RESULT_FILE = "[value parent.lfp_cache]"
#: How the result is read: values as they lie in the file, no frame invented, and never from a local copy that lags
#: behind. Every knob that a studio may have given another default is set. The range comes with the first result.
RESULT_KNOBS: dict[str, Any] = {
    "file": RESULT_FILE,
    "proxy": "",
    "raw": True,
    "premultiplied": False,
    "auto_alpha": False,
    "before": "hold",
    "after": "hold",
    "frame_mode": "expression",
    "frame": "",
    "on_error": "error",
    "localizationPolicy": "off",
}
#: Parts of the matte to look at: name of the node -> what it puts into red, green, blue and alpha.
LOOKS = {
    "Alpha": ("rgba.alpha",) * 4,
    "Foreground": ("lfp_fg.red", "lfp_fg.green", "lfp_fg.blue", "rgba.alpha"),
    "Background": ("lfp_bg.red", "lfp_bg.green", "lfp_bg.blue", "rgba.alpha"),
    "Trimap_used": ("lfp_trimap.alpha",) * 4,
}
#: Middle grey, scene-linear, without alpha: what is left of the plate shows.
GREY = (0.18, 0.18, 0.18, 1.0)
#: 1 before the first and after the last frame of the result, else 0.
IS_OUTSIDE = "((frame<Result.first)+(frame>Result.last))"
OUTSIDE_MESSAGE = "No matte of this frame: it is outside of the result's range. Matte it, or choose another 'outside'."


def inner_nodes() -> list[InnerNode]:
    """Return the nodes, each after those it takes."""
    nodes = [InnerNode("Input", name, (), {"number": index}, {}) for index, name in enumerate(INPUTS)]
    nodes += [
        InnerNode("Read", "Result", (), dict(RESULT_KNOBS), {}),
        InnerNode("Assert", "Range", ("Result",), {"message": OUTSIDE_MESSAGE}, {"expression": f"1-{IS_OUTSIDE}"}),
        InnerNode("Constant", "Black", (), {"channels": "rgba", "color": 0.0}, {}),
        # error: Range; hold and plate: Result; black: Black where there is no result
        InnerNode(
            "Switch",
            "Outside",
            ("Range", "Result", "Black"),
            {},
            {"which": f"(parent.lfp_outside>0)+(parent.lfp_outside==2)*{IS_OUTSIDE}"},
        ),
    ]
    below = "Plate"
    for layer, channels in {"rgba": ("red", "green", "blue", "alpha"), **LAYERS}.items():
        name = f"Copy_{layer}"
        nodes.append(InnerNode("Copy", name, (below, "Outside"), copy_knobs(layer, channels), {}))
        below = name
    for name, sources in LOOKS.items():
        nodes.append(InnerNode("Copy", name, (below, below), look_knobs(sources), {}))
    nodes.append(InnerNode("Constant", "Grey", (), {"channels": "rgba", "color": GREY}, {}))
    nodes.append(InnerNode("Merge2", "Over_grey", ("Grey", below), {"operation": "over", "bbox": "union"}, {}))
    which = f"parent.lfp_show*(1-(parent.lfp_outside==3)*{IS_OUTSIDE})"
    nodes.append(InnerNode("Switch", "Show", ("Plate", below, *LOOKS, "Over_grey"), {}, {"which": which}))
    nodes.append(InnerNode("Output", "Output1", ("Show",), {}, {}))
    return nodes


def look_knobs(sources: tuple[str, ...]) -> dict[str, Any]:
    """Return the knobs of a Copy that puts channels into red, green, blue and alpha, to be looked at."""
    knobs = copy_knobs("rgba", ("red", "green", "blue", "alpha"))
    return {**knobs, **{f"from{index}": source for index, source in enumerate(sources)}}


def copy_knobs(layer: str, channels: tuple[str, ...]) -> dict[str, Any]:
    """Return the knobs of a Copy that takes these channels of its second input, and only these."""
    knobs: dict[str, Any] = {"bbox": "union", "channels": "none", "mix": 1.0}
    for index in range(4):
        channel = f"{layer}.{channels[index]}" if index < len(channels) else "none"
        knobs[f"from{index}"] = knobs[f"to{index}"] = channel
    return knobs
