# SPDX-License-Identifier: GPL-3.0-or-later
"""What nodes, masks and sliders are at any frame: a copy of the scene without objects goes there, the artist's stays.

Keys, drivers and the shape keys of masks are followed, as Blender itself evaluates the copy; nothing is rendered.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy

from .quiet import quietly
from .tree import SceneCopy, compositor_tree
from .upstream import Placed
from .version import HAS_GROUP_COMPOSITOR


class FrameReader:
    """Goes from frame to frame; made by `read_frames`."""

    def __init__(self, copy: SceneCopy) -> None:
        """Stand at no frame yet."""
        self._copy = copy
        self._graph: Any = None

    def go(self, frame: int) -> None:
        """Evaluate a frame."""
        self._copy.scene.frame_set(frame)
        self._graph = self._copy.scene.view_layers[0].depsgraph

    def node(self, placed: Placed) -> Any:
        """A node as it is at this frame."""
        if placed.path:
            return placed.node.id_data.evaluated_get(self._graph).nodes[placed.node.name]
        if HAS_GROUP_COMPOSITOR:
            return self._copy.tree.evaluated_get(self._graph).nodes[placed.node.name]
        return compositor_tree(self._copy.scene.evaluated_get(self._graph)).nodes[placed.node.name]

    def data(self, block: Any) -> Any:
        """A mask or node group as it is at this frame."""
        return block.evaluated_get(self._graph)


@contextmanager
def read_frames(scene: bpy.types.Scene) -> Iterator[FrameReader]:
    """Look at frames of a scene's compositor."""
    with quietly(keeps_frame_handlers=False):
        copy = SceneCopy(scene)
        try:
            copy.empty()
            yield FrameReader(copy)
        finally:
            copy.remove()
