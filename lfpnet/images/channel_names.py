"""How hosts spell channels, and which layers a part of an EXR file holds.

A name is `layer.channel`, the last dot parting the two: R, fg.R (Nuke, Blender), fg.red (older Nuke),
ViewLayer.Combined.R (Blender), matte.V (Blender's scalar). In a multi-part file the part's name is the layer (Blender
5).
Source: OpenEXR technical introduction, section on layers; file output of Blender 4.2 to 5.0 as measured.
"""

from lfpnet.images.exr_file import ExrPart

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
