"""What a node gives for one frame and view: channels on a bounding box, a format, what lies outside.

Nuke's rows go upwards and `r`, `t` lie beyond the last pixel; the arrays here have the highest row first.
Source: Nuke's rule that edge pixels go on for ever outside the box unless the picture is black outside.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ._formats import Box, Format


@dataclass(frozen=True)
class Picture:
    """Channels (height, width) float32 on `box`."""

    format: Format
    box: Box
    channels: dict[str, np.ndarray] = field(default_factory=dict)
    is_black_outside: bool = False

    def on(self, box: Box, channel: str) -> np.ndarray:
        """One channel on another box; zeros when there is no such channel."""
        if channel not in self.channels or not self.box.w() or not self.box.h():
            return np.zeros((box.h(), box.w()), np.float32)
        columns = np.arange(box.x(), box.r()) - self.box.x()
        rows = self.box.t() - 1 - np.arange(box.t() - 1, box.y() - 1, -1)
        pixels = self.channels[channel]
        found = pixels[np.clip(rows, 0, len(pixels) - 1)[:, None], np.clip(columns, 0, pixels.shape[1] - 1)]
        if self.is_black_outside:
            is_inside = ((rows >= 0) & (rows < len(pixels)))[:, None] & (columns >= 0) & (columns < pixels.shape[1])
            found = np.where(is_inside, found, np.float32(0))
        return np.ascontiguousarray(found, np.float32)

    def all_on(self, box: Box) -> dict[str, np.ndarray]:
        """Every channel on another box."""
        return {channel: self.on(box, channel) for channel in self.channels}

    def sample(self, channel: str, x: int, y: int) -> float:
        """One value."""
        return float(self.on(Box(x, y, x + 1, y + 1), channel)[0, 0])

    def padded(self) -> Picture:
        """One black pixel more on each side, which is how Nuke makes everything outside black."""
        box = Box(self.box.x() - 1, self.box.y() - 1, self.box.r() + 1, self.box.t() + 1)
        black = replace(self, is_black_outside=True)
        return replace(black, box=box, channels=black.all_on(box))

    def half_size(self) -> Picture:
        """Every second pixel, for proxy mode."""
        box = Box(self.box.x() // 2, self.box.y() // 2, -(-self.box.r() // 2), -(-self.box.t() // 2))
        columns = np.arange(box.x(), box.r()) * 2 - self.box.x()
        rows = self.box.t() - 1 - np.arange(box.t() - 1, box.y() - 1, -1) * 2
        shape = (self.box.h() - 1, self.box.w() - 1)
        near = np.clip(rows, 0, shape[0])[:, None], np.clip(columns, 0, shape[1])
        size = Format(-(-self.format.width() // 2), -(-self.format.height() // 2))
        return replace(self, format=size, box=box, channels={name: one[near] for name, one in self.channels.items()})


def union(first: Box, second: Box) -> Box:
    """The smallest box around both."""
    return Box(
        min(first.x(), second.x()), min(first.y(), second.y()), max(first.r(), second.r()), max(first.t(), second.t())
    )


def whole(size: Format) -> Box:
    """The box of a format."""
    return Box(0, 0, size.width(), size.height())
