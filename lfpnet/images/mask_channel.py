"""Which channel of a picture is the mask: a trimap, a roto, a core or edge matte, an alpha.

The same rule for EXR and for other kinds, so that a roto means the same in every format.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lfpnet.errors import ImageFileError
from lfpnet.images.channel_names import component_of, is_data_pass, mask_layers_of
from lfpnet.images.exr_file import ExrPart, channel_list

#: Red, green and blue that differ by no more than this are one grey: JPEG noise, a rounding of two steps of 255.
GREY_TOLERANCE = 2.0 / 255.0


def find_mask(parts: list[ExrPart], channel: str | None, path: Path) -> tuple[ExrPart, str]:
    """Choose the mask's channel of an EXR file.

    Named by the caller: a channel by its full name, by part and name, by its other spelling (A for alpha), or a layer
    or part that holds one channel. Not named, the first of these that applies:

    1. the only channel of the file;
    2. the only scalar named V (Blender's file output), unless its layer is a pass of data by its name or by its other
       channels: a vector's V has a U beside it;
    3. of the bare channels: by `choose_component`;
    4. of the only other layer of colour, alpha or grey: by `choose_component`.

    Normals, positions, depth, motion and texture coordinates are never masks.

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
    scalars = _scalars(parts)
    if len(scalars) == 1:
        return scalars[0]
    for part, components in _candidate_layers(parts):
        component = choose_component({key: part.channels[name] for key, name in components.items()})
        if component is not None:
            return part, components[component]
    if len(scalars) > 1:
        names = ", ".join(name for _, name in scalars)
        raise ImageFileError(f"{path} has several channels that may be the mask ({names}); name one with --channel.")
    raise ImageFileError(
        f"{path} has no channel that is plainly a mask among {channel_list(parts)}; name it with --channel."
    )


def _scalars(parts: list[ExrPart]) -> list[tuple[ExrPart, str]]:
    """Channels named V that stand alone in a layer that is no pass of data."""
    return [
        (part, components["V"])
        for part in parts
        for layer, components in mask_layers_of(part).items()
        if set(components) == {"V"} and not is_data_pass(layer or part.name)
    ]


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
    """Choose among R, G, B, Y and A of one layer.

    R (or Y), where the picture is a grey of at most three levels and A is not: a trimap that was drawn. Then A, unless
    it is constant; then R (or Y), if red, green and blue are one grey; then a constant A other than 1 (the roto has
    left the frame, beside a coloured plate). Never the luminance of colours: that is a guess.

    Args:
        planes: (h, w) arrays by component, integers already scaled to [0, 1].

    Returns:
        "A", "R", "Y", or None where none is plainly a mask.
    """
    alpha, grey = planes.get("A"), _grey_of(planes)
    if grey is not None and (alpha is None or (_is_drawn(planes[grey]) and not _is_drawn(alpha))):
        return grey
    if alpha is not None and alpha.min() != alpha.max():
        return "A"
    return grey or ("A" if alpha is not None and alpha.flat[0] != 1 else None)


def _grey_of(planes: dict[str, np.ndarray]) -> str | None:
    """The channel that holds a grey picture, or None where there is none or it has colours."""
    if "Y" in planes:
        return "Y"
    is_grey = {"R", "G", "B"} <= set(planes) and _is_grey(planes["R"], planes["G"], planes["B"])
    return "R" if is_grey else None


def _is_drawn(plane: np.ndarray) -> bool:
    """Whether a plane has two or three levels, within the tolerance of a grey: black, a grey and white."""
    lowest, highest = float(plane.min()), float(plane.max())
    if not np.isfinite([lowest, highest]).all() or lowest == highest:
        return False
    between = plane[(plane > lowest + GREY_TOLERANCE) & (plane < highest - GREY_TOLERANCE)]
    return between.size == 0 or float(between.max() - between.min()) <= GREY_TOLERANCE


def _is_grey(red: np.ndarray, green: np.ndarray, blue: np.ndarray) -> bool:
    """Whether three channels agree; infinities and NaN that meet their like agree too."""
    red_wide = red.astype(np.float32)
    with np.errstate(invalid="ignore"):
        return not any((np.abs(red_wide - other) > GREY_TOLERANCE).any() for other in (green, blue))


def _candidate_layers(parts: list[ExrPart]) -> Iterator[tuple[ExrPart, dict[str, str]]]:
    """The bare layer of every part; without one, the only layer there is."""
    layers = [
        (part, layer, components)
        for part in parts
        for layer, components in mask_layers_of(part).items()
        if set(components) & {"R", "G", "B", "A", "Y"} and not is_data_pass(layer or part.name)
    ]
    bare = [(part, components) for part, layer, components in layers if layer == ""]
    yield from bare or ([(part, components) for part, _, components in layers] if len(layers) == 1 else [])
