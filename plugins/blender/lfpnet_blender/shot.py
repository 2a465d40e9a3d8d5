# SPDX-License-Identifier: GPL-3.0-or-later
"""One shot: a matte node in a scene's compositor, with its settings, inputs and results."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from .errors import ShotProblem
from .host.at_frame import FrameReader, read_frames
from .host.capture import capture
from .host.group import PLATE, show_results
from .host.pixels import read_plain, read_plain_mask
from .host.signature import Signatures
from .host.tree import compositor_tree, working_space
from .host.upstream import Upstream, frame_span, has_keys, is_still, picture_size, source_files, upstream_of
from .masks import MASKS, clipped
from .preferences import Preferences
from .results import ShotResults
from .sidecar.client import Pixels
from .sidecar.shots.frames import parse_frames
from .sidecar.shots.identity import Owner
from .sidecar.shots.request import DEFAULT_MODEL, MatteRequest
from .tasks import Captured

HOST = "Blender"


class Shot:
    """Made anew for every use, as Blender's objects do not outlive an undo."""

    def __init__(self, scene: bpy.types.Scene, node: Any, path: tuple[Any, ...] = ()) -> None:
        """Wrap a matte node of the scene's compositor, which lies in the groups of `path`, the outermost first."""
        self.scene = scene
        self.node = node
        self.path = path
        self.group = node.node_tree
        self.settings = self.group.lfpnet

    @property
    def name(self) -> str:
        """The name of the node group, by which everything else finds the shot again."""
        return self.group.name

    @property
    def title(self) -> str:
        """What the artist calls it."""
        return self.node.label or self.node.name

    def owner(self) -> Owner:
        """Whose results this shot makes."""
        return Owner(self.settings.owner_id, HOST, bpy.data.filepath, self.node.name)

    def request(self, reader: FrameReader | None = None) -> MatteRequest:
        """The settings that change a matte: those of now, or keyed ones where the reader stands."""
        is_keyed = reader is not None and has_keys(self.group)
        settings = reader.data(self.group).lfpnet if is_keyed else self.settings
        has_bands = settings.trimap_mode in ("ROTO", "KEYED")
        clips = [round(settings.clip_black, 4), round(settings.clip_white, 4)]
        return MatteRequest(
            masks=tuple(MASKS[settings.trimap_mode]),
            inner_pixels=settings.inner_pixels if has_bands else 0.0,
            outer_pixels=settings.outer_pixels if has_bands else 0.0,
            plan=settings.plan,
            tta=settings.tta,
            model=settings.model or DEFAULT_MODEL,
            depth=settings.depth,
            working_space=working_space(),
            capture={"clips": clips} if settings.trimap_mode == "KEYED" else {},
        )

    def folder(self) -> Path:
        """Where the results are."""
        return result_folder(self.settings)

    def results(self) -> ShotResults:
        """The files of this shot."""
        return ShotResults(self.folder(), self.settings.file_name, self.owner())

    def frames(self) -> list[int]:
        """The frames to matte: those named in the node, else those of the scene that the footage has.

        Raises:
            ShotProblem: the text makes no sense, or the footage lies outside of the scene's range.
        """
        text = self.settings.frames.strip()
        if not text:
            return self.usual_frames()
        try:
            return parse_frames(text)
        except ValueError as problem:
            raise ShotProblem(str(problem)) from problem

    def usual_frames(self) -> list[int]:
        """The frames of the scene that the footage has; one where nothing moves, as it is shown at every frame.

        Raises:
            ShotProblem: there are none.
        """
        scene, found = self.scene, list(range(self.scene.frame_start, self.scene.frame_end + 1, self.scene.frame_step))
        if self.problem():
            return found
        inputs = self.inputs()
        span = frame_span(inputs["plate"])
        if span is None:
            return found[:1] if is_still(inputs.values()) and not has_keys(self.group) else found
        within = [frame for frame in found if span[0] <= frame <= span[1]]
        if not within:
            raise ShotProblem(
                f"The footage has frames {span[0]}-{span[1]}, the scene {scene.frame_start}-{scene.frame_end}: "
                "move one of them, or name the frames."
            )
        return within

    def problem(self) -> str:
        """Why this shot cannot be matted, or nothing."""
        if self._upstream(PLATE) is None:
            return f"Nothing is linked to the input Plate of {self.title}: link the footage to it."
        for socket_name in MASKS[self.settings.trimap_mode].values():
            if self._upstream(socket_name) is None:
                return f"Nothing is linked to the input {socket_name} of {self.title}: link a mask to it."
        return ""

    def _upstream(self, socket_name: str) -> Upstream | None:
        return upstream_of(self.node, socket_name, self.path)

    def inputs(self) -> dict[str, Upstream]:
        """What feeds the node: `plate` and the masks of the trimap mode.

        Raises:
            ShotProblem: an input is not linked.
        """
        if self.problem():
            raise ShotProblem(self.problem())
        named = {"plate": PLATE, **MASKS[self.settings.trimap_mode]}
        found = {name: self._upstream(socket_name) for name, socket_name in named.items()}
        return {name: upstream for name, upstream in found.items() if upstream is not None}

    def pictures(self, frame: int) -> dict[str, Pixels]:
        """The pixels of all inputs at a frame: read where that is exact, rendered otherwise.

        Raises:
            ShotProblem: footage is missing, or sizes differ.
        """
        inputs = self.inputs()
        size = picture_size(self.scene, inputs["plate"], frame)
        pictures, others = {}, {}
        for name, upstream in inputs.items():
            read = read_plain if name == "plate" else read_plain_mask
            array = read(upstream, frame)
            if array is None:
                others[name] = upstream
            else:
                pictures[name] = _pixels(name, array, "bottom-left")
        if others:
            for name, array in capture(self.scene, others, frame, size).items():
                pictures[name] = _pixels(name, array, "top-left")
        _check_sizes(pictures)
        return pictures

    def captured(self, frame: int) -> Captured:
        """The pictures of a frame and what they were made from.

        Raises:
            ShotProblem: something about the shot has to change first.
        """
        if frame < 0:
            raise ShotProblem(f"Frame {frame} is below 0, which Blender's image sequences cannot show: move the shot.")
        pictures = self.pictures(frame)
        with read_frames(self.scene) as reader:
            request, signature = next(self.looks(reader, [frame]))
        masks = {name: picture for name, picture in pictures.items() if name != "plate"}
        if "clips" in request.capture:
            masks = {name: clipped(mask, *request.capture["clips"]) for name, mask in masks.items()}
        return Captured(pictures["plate"], masks, request, self.sources(frame) | signature)

    def sources(self, frame: int) -> dict[str, str]:
        """The files behind the inputs at a frame, as name, size and time."""
        found = self.files(frame)
        return {name: describe_files(paths) for name, paths in found.items()}

    def files(self, frame: int) -> dict[str, tuple[Path, ...]]:
        """The files behind the inputs at a frame; nothing on disk is looked at."""
        return {name: tuple(source_files(upstream, frame)) for name, upstream in self.inputs().items()}

    def looks(self, reader: FrameReader, frames: Iterable[int]) -> Iterator[tuple[MatteRequest, dict[str, str]]]:
        """Settings, and what the nodes above are set to, at each of the frames.

        Raises:
            ShotProblem: an input is not linked.
        """
        signatures = Signatures(*self.inputs().values())
        for frame in frames:
            reader.go(frame)
            yield self.request(reader), {"nodes": signatures.at(reader)}

    def show(self, span: tuple[int, int]) -> None:
        """Show the results from first to last frame in the node.

        Raises:
            ShotProblem: the files are no results of LFPNet.
        """
        show_results(self.group, self.results().path(span[0]), *span)


def find_shots(scene: bpy.types.Scene) -> list[Shot]:
    """All matte nodes of a scene's compositor, those in groups included."""
    tree = compositor_tree(scene)
    return [] if tree is None else [Shot(scene, node, path) for node, path in _matte_nodes(tree, ())]


def _matte_nodes(tree: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    for node in tree.nodes:
        if is_matte_node(node):
            yield node, path
        elif node.type == "GROUP" and node.node_tree is not None:
            yield from _matte_nodes(node.node_tree, (*path, node))


def find_shot(scene: bpy.types.Scene, name: str) -> Shot | None:
    """The shot of a name: that of its node group, or of the node."""
    return next((shot for shot in find_shots(scene) if name in (shot.name, shot.node.name, shot.node.label)), None)


def active_shot(context: Any) -> Shot | None:
    """The shot that the artist means: the active node or one in the active group, else the selected, else the only."""
    shots = find_shots(context.scene)
    tree = compositor_tree(context.scene)
    outermost = {shot: (*shot.path, shot.node)[0] for shot in shots}
    for is_meant in (lambda shot: outermost[shot] == tree.nodes.active, lambda shot: outermost[shot].select):
        meant = [shot for shot in shots if is_meant(shot)]
        if len(meant) == 1:
            return meant[0]
    return shots[0] if len(shots) == 1 else None


def is_matte_node(node: Any) -> bool:
    """Whether a node is a shot of LFPNet."""
    return node.bl_idname == "CompositorNodeGroup" and node.node_tree is not None and node.node_tree.lfpnet.is_shot


def absolute_folder(text: str, otherwise: Path) -> Path:
    """A folder of Blender's as a path; one beside a file that is not saved is somewhere else."""
    if not text or (text.startswith("//") and not bpy.data.filepath):
        return otherwise
    return Path(bpy.path.abspath(text))


def result_folder(settings: Any) -> Path:
    """Where the results of a shot are; while the file is not saved, a folder of the cache that is its own."""
    return absolute_folder(settings.folder, Preferences().cache_folder / settings.owner_id[:8] / settings.file_name)


def describe_files(paths: tuple[Path, ...]) -> str:
    """Names, sizes and times of files, as one text."""
    described = []
    for path in paths:
        try:
            facts = path.stat()
            described.append(f"{path.name} {facts.st_size} {facts.st_mtime_ns}")
        except OSError:
            described.append(f"{path.name} missing")
    return "; ".join(described) or "no files"


def _pixels(name: str, array: np.ndarray, origin: str) -> Pixels:
    """A plate as RGB, a mask as one channel."""
    if name == "plate":
        rgb = array[..., :3] if array.ndim == 3 else np.repeat(array[..., None], 3, axis=-1)
        return Pixels(np.ascontiguousarray(rgb), ("R", "G", "B"), "scene_linear", origin)
    grey = array if array.ndim == 2 else array[..., :3].mean(axis=-1, dtype=np.float32)
    return Pixels(np.ascontiguousarray(grey), None, "data", origin)


def _check_sizes(pictures: dict[str, Pixels]) -> None:
    height, width = pictures["plate"].array.shape[:2]
    for name, picture in pictures.items():
        if picture.array.shape[:2] != (height, width):
            other = f"{picture.array.shape[1]}x{picture.array.shape[0]}"
            raise ShotProblem(f"The plate is {width}x{height} but the {name} is {other}: scale one to the other.")
