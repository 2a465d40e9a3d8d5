"""Data and display windows as OpenEXR defines them: corners (x0, y0, x1, y1), both inclusive, y downwards.

The data window says where pixels exist, the display window is the format. They differ with overscan (data window
larger, often with a negative origin) and with a cropped bounding box (data window smaller).
"""

Window = tuple[int, int, int, int]


def full_window(height: int, width: int) -> Window:
    """The window of a picture that has no window of its own."""
    return 0, 0, width - 1, height - 1


def window_size(window: Window) -> tuple[int, int]:
    """Height and width of a window."""
    left, top, right, bottom = window
    return bottom - top + 1, right - left + 1


def size_text(height: int, width: int) -> str:
    """A size as artists say it, width first."""
    return f"{width} x {height}"
