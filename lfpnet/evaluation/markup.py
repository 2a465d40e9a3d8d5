"""Pieces of HTML: tags with escaped attributes, figures as tables print them, pictures inside the page."""

import base64
from collections.abc import Sequence
from html import escape

#: Heading, factor and decimals of each figure, as the papers' tables print them.
FIGURE_COLUMNS = {
    "sad": ("SAD (10³)", 1.0, 2),
    "mse": ("MSE (10⁻³)", 1000.0, 2),
    "grad": ("Grad (10³)", 1.0, 2),
    "conn": ("Conn (10³)", 1.0, 2),
    "foreground_mse": ("Foreground MSE (10⁻³)", 1000.0, 2),
    "seconds": ("Seconds", 1.0, 2),
}


def tag(name: str, content: str = "", **attributes: str) -> str:
    """A tag around content that is markup already; attributes are escaped, `class_` stands for class."""
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{content}</{name}>"


def text(name: str, content: str, **attributes: str) -> str:
    """A tag around plain text."""
    return tag(name, escape(content), **attributes)


def picture(label: str, file: bytes) -> str:
    """A JPEG inside the page, under its label."""
    source = f"data:image/jpeg;base64,{base64.b64encode(file).decode()}"
    image = f'<img src="{source}" alt="{escape(label)}">'
    return tag("figure", image + text("figcaption", label))


def printed(key: str, value: float) -> str:
    """A figure in the unit of its column; an error that would print as zero gets more decimals."""
    _, factor, decimals = FIGURE_COLUMNS[key]
    scaled = value * factor
    is_plain = key == "seconds" or scaled == 0 or abs(scaled) >= 0.05
    return f"{scaled:.{decimals}f}" if is_plain else f"{scaled:.2g}"


def heading(key: str) -> str:
    """The head of a figure's column."""
    return FIGURE_COLUMNS[key][0]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], **attributes: str) -> str:
    """A table of heads and cells that are markup already, scrolling on narrow screens."""
    head = tag("thead", tag("tr", "".join(heads)))
    body = tag("tbody", "".join(tag("tr", "".join(cells)) for cells in rows))
    return tag("div", tag("table", head + body, **attributes), class_="scroll")


def facts_list(facts: Sequence[tuple[str, str]]) -> str:
    """Terms and what they are."""
    return tag("dl", "".join(text("dt", term) + text("dd", content) for term, content in facts))
