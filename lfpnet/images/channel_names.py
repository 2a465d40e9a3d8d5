"""How hosts spell channels, and which layers a part of an EXR file holds.

A name is `layer.channel`, the last dot parting the two: R, fg.R (Nuke, Blender), fg.red (older Nuke),
ViewLayer.Combined.R (Blender), matte.V (Blender's scalar). In a multi-part file the part's name is the layer (Blender
5).
Source: OpenEXR technical introduction, section on layers; file output of Blender 4.2 to 5.0 as measured.
"""

import re

from lfpnet.images.exr_file import ExrPart

#: Names of layers that hold data and no picture, however their channels are called.
_DATA_PASSES = re.compile(
    r"(^|[._ ])(n|p|normals?|position|points?|pref|depth|z|uv|st|mist|motion(vectors?)?|vectors?|forward|backward|"
    r"velocity|index(ob|ma)?|id|objectid|materialid|crypto\w*)\d*$",
    re.IGNORECASE,
)
_SPELLINGS = {
    "r": "R", "red": "R", "g": "G", "green": "G", "b": "B", "blue": "B", "a": "A", "alpha": "A", "y": "Y", "v": "V",
}  # fmt: skip


def component_of(name: str) -> str:
    """R, G, B, A, Y or V for any spelling of these, without the layer; other names as they are."""
    component = name.rpartition(".")[2]
    return _SPELLINGS.get(component.lower(), component)


def layers_of(part: ExrPart) -> dict[str, dict[str, str]]:
    """The usable channels of a part by layer and component.

    Returns:
        For example {"": {"R": "R", ...}, "fg": {"R": "fg.red", ...}}; the bare layer is named "".
    """
    layers: dict[str, dict[str, str]] = {}
    for name in part.channels:
        layers.setdefault(name.rpartition(".")[0], {}).setdefault(component_of(name), name)
    return layers


def is_data_pass(layer: str) -> bool:
    """Whether a layer holds data by its name: normals, positions, depth, motion, texture coordinates, numbers."""
    return _DATA_PASSES.search(layer) is not None


def mask_layers_of(part: ExrPart) -> dict[str, dict[str, str]]:
    """Like `layers_of`, without what belongs to a vector: Y beside an X or Z, V beside a U, luminance beside chroma."""
    spelt = {name.rpartition(".")[0]: set[str]() for name in part.channel_names}
    for name in part.channel_names:
        spelt[name.rpartition(".")[0]].add(name.rpartition(".")[2].upper())
    layers = {layer: dict(components) for layer, components in layers_of(part).items()}
    for layer, components in layers.items():
        if spelt[layer] & {"X", "RY", "BY"} or ("Z" in spelt[layer] and layer):
            components.pop("Y", None)
        if "U" in spelt[layer]:
            components.pop("V", None)
    return {layer: components for layer, components in layers.items() if components}
