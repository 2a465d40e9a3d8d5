"""Which channels of an EXR file are the plate's colour."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lfpnet.errors import ImageFileError
from lfpnet.images.channel_names import is_data_pass, mask_layers_of
from lfpnet.images.exr_file import ExrPart, channel_list


class ColourLayer(NamedTuple):
    """Colour in a file: its part, its layer ("" is bare) and three channel names (red, green, blue) or one (grey)."""

    part: ExrPart
    layer: str
    names: tuple[str, ...]


def find_colour(parts: list[ExrPart], layer: str | None, path: Path) -> ColourLayer:
    """Choose the colour channels.

    Without a layer: the first part with bare R, G, B or Y; else the only colour layer; else the only one that Blender
    calls Combined. With a layer: that layer of any part, or the part of that name.

    Args:
        parts: all parts of the file.
        layer: a layer or part by name, or None.
        path: the file, for the sentence.

    Raises:
        ImageFileError: no colour, several colour layers to choose from, or no layer of that name.
    """
    found = list(_colour_layers(parts))
    if layer is not None:
        named = [colour for colour in found if layer in _titles(colour)]
        if not named:
            raise ImageFileError(f"{path} has no colour layer {layer}; it has the channels {channel_list(parts)}.")
        return named[0]
    if not found:
        raise ImageFileError(
            f"{path} was expected to have R, G, B or Y at full resolution in half or float, "
            f"but has the channels {channel_list(parts)}; export its colour again."
        )
    bare = [colour for colour in found if colour.layer == ""]
    combined = [colour for colour in found if colour.layer.rpartition(".")[2] == "Combined"]
    if bare or len(found) == 1:
        return (bare or found)[0]
    if len(combined) == 1:
        return combined[0]
    layers = ", ".join(dict.fromkeys(colour.layer for colour in found))
    raise ImageFileError(f"{path} has several colour layers ({layers}); say which with the layer option.")


def _colour_layers(parts: list[ExrPart]) -> Iterator[ColourLayer]:
    """Every layer with all of R, G, B, or with a Y that belongs neither to chroma nor to a vector."""
    for part in parts:
        for layer, components in mask_layers_of(part).items():
            if {"R", "G", "B"} <= set(components):
                yield ColourLayer(part, layer, (components["R"], components["G"], components["B"]))
            elif "Y" in components and not is_data_pass(layer):
                yield ColourLayer(part, layer, (components["Y"],))


def _titles(colour: ColourLayer) -> set[str]:
    """All names by which a caller may ask for a layer."""
    if colour.layer == "":
        return {"", colour.part.name}
    return {colour.layer, f"{colour.part.name}.{colour.layer}"}
