"""Which channel of a picture is the mask: a trimap, a roto, a core or edge matte, an alpha.

The same rule for EXR and for other kinds, so that a roto means the same in every format.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lfpnet.errors import ImageFileError
from lfpnet.images.channel_names import component_of, layers_of
from lfpnet.images.exr_file import ExrPart, channel_list

#: Red, green and blue that differ by no more than this are one grey: JPEG noise, a rounding of two steps of 255.
GREY_TOLERANCE = 2.0 / 255.0


def find_mask(parts: list[ExrPart], channel: str | None, path: Path) -> tuple[ExrPart, str]:
    """Choose the mask's channel of an EXR file.

    Named by the caller: a channel by its full name, by part and name, by its other spelling (A for alpha), or a layer
    or part that holds one channel. Not named, the first of these that applies:

    1. the only channel of the file;
    2. the only channel named Y or V, in any layer (a grey picture, or a scalar written by Blender);
    3. of the bare channels, or of the only layer: by `choose_component`.

    Args:
        parts: all parts of the file.
        channel: the caller's choice, or None.
        path: the file, for the sentence.

    Returns:
        The part and the channel's name.

    Raises:
        ImageFileError: nothing of that name, or nothing that is plainly a mask.
    """
    found = [(part, name) for part in parts for name in part.channels]
    if channel is not None:
        return _named(found, channel, parts, path)
    if len(found) == 1:
        return found[0]
    scalars = [(part, name) for part, name in found if component_of(name) in ("Y", "V")]
    if len(scalars) == 1:
        return scalars[0]
    for part, components in _candidate_layers(parts):
        component = choose_component({key: part.channels[name] for key, name in components.items()})
        if component is not None:
            return part, components[component]
    raise ImageFileError(
        f"{path} has no channel that is plainly a mask among {channel_list(parts)}; name it with the channel option."
    )


def _named(found: list[tuple[ExrPart, str]], channel: str, parts: list[ExrPart], path: Path) -> tuple[ExrPart, str]:
    """The one channel that the caller's name means, by the strictest reading that finds any."""
    readings = (
        [(part, name) for part, name in found if channel in (name, f"{part.name}.{name}")],
        [(part, name) for part, name in found if _spelt_alike(name, channel)],
        [(part, name) for part, name in found if channel in (name.rpartition(".")[0], part.name)],
    )
    chosen = next((reading for reading in readings if reading), [])
    if not chosen:
        raise ImageFileError(f"{path} has no channel {channel}; it has {channel_list(parts)}, name one of these.")
    if len(chosen) > 1:
        raise ImageFileError(
            f"{path} has {len(chosen)} channels that {channel} may mean among {channel_list(parts)}; "
            "name one in full, with its part and a dot before it where there are parts."
        )
    return chosen[0]


def _spelt_alike(name: str, channel: str) -> bool:
    """Same layer, and the same component in any spelling."""
    return (name.rpartition(".")[0], component_of(name)) == (channel.rpartition(".")[0], component_of(channel))


def choose_component(planes: dict[str, np.ndarray]) -> str | None:
    """Choose among R, G, B and A of one layer.

    A, unless it is constant; then R, if red, green and blue are one grey; then a constant A other than 1 (the roto has
    left the frame, beside a coloured plate). Never the luminance of colours: that is a guess.

    Args:
        planes: (h, w) arrays by component, integers already scaled to [0, 1].

    Returns:
        "A", "R", or None where neither is plainly a mask.
    """
    alpha = planes.get("A")
    if alpha is not None and alpha.min() != alpha.max():
        return "A"
    if {"R", "G", "B"} <= set(planes) and _is_grey(planes["R"], planes["G"], planes["B"]):
        return "R"
    return "A" if alpha is not None and alpha.flat[0] != 1 else None


def _is_grey(red: np.ndarray, green: np.ndarray, blue: np.ndarray) -> bool:
    """Whether three channels agree; infinities and NaN that meet their like agree too."""
    red_wide = red.astype(np.float32)
    with np.errstate(invalid="ignore"):
        return not any((np.abs(red_wide - other) > GREY_TOLERANCE).any() for other in (green, blue))


def _candidate_layers(parts: list[ExrPart]) -> Iterator[tuple[ExrPart, dict[str, str]]]:
    """The bare layer of every part; without one, the only layer there is."""
    layers = [(part, layer, components) for part in parts for layer, components in layers_of(part).items()]
    bare = [(part, components) for part, layer, components in layers if layer == ""]
    yield from bare or ([(part, components) for part, _, components in layers] if len(layers) == 1 else [])
