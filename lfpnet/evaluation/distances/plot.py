"""The curves of figure 2 as an SVG drawing: share of unknown pixels by their distance to what is known.

Source: the paper, figure 2; here as cumulative curves over a logarithmic distance.
"""

import math
from collections.abc import Mapping
from html import escape

import numpy as np

from lfpnet.evaluation.distances.histogram import STEPS_PER_PIXEL, Histogram
from lfpnet.evaluation.distances.measurement import FARTHER

_WIDTH, _HEIGHT = 900, 560
_LEFT, _TOP, _RIGHT, _BOTTOM = 70, 60, 30, 170
#: Colours that stay apart for colour-blind eyes (Okabe and Ito, 2008); the farther region dashed in grey.
_COLOURS = ("#d55e00", "#e69f00", "#0072b2", "#56b4e9")
_POINTS = 240
#: Effective receptive field of ResNet-50 that the paper measures against.
RECEPTIVE_FIELD = 75


def distance_plot(histograms: Mapping[str, Histogram], *, title: str) -> str:
    """Draw the curves.

    Args:
        histograms: by curve, with at least one pixel each.
        title: above the drawing.

    Returns:
        An SVG document.
    """
    farthest = max(len(histogram.counts) / STEPS_PER_PIXEL for histogram in histograms.values())
    decades = max(2.0, math.log10(max(farthest, RECEPTIVE_FIELD * 1.5)))
    curves = [name for name in histograms if name != FARTHER] + [name for name in histograms if name == FARTHER]
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
            f'height="{_HEIGHT}" font-family="sans-serif" font-size="13" fill="#222">'
        ),
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="28" font-size="17" font-weight="bold">{escape(title)}</text>',
        *_axes(decades),
        *(_curve(histograms[name], place, name == FARTHER, decades) for place, name in enumerate(curves)),
        *_legend(histograms, curves),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _axes(decades: float) -> list[str]:
    """Frame, grid and labels."""
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    lines = []
    for percent in range(0, 101, 25):
        y = _y(percent / 100)
        lines.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="#ddd"/>')
        lines.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{percent} %</text>')
    for distance in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000):
        if distance <= 10**decades:
            x = _x(distance, decades)
            lines.append(f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{bottom}" stroke="#eee"/>')
            lines.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{distance}</text>')
    x = _x(RECEPTIVE_FIELD, decades)
    lines.append(f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{bottom}" stroke="#555" stroke-dasharray="2 3"/>')
    lines.append(f'<text x="{x:.1f}" y="{_TOP - 8}" text-anchor="middle" fill="#555">75: field of ResNet-50</text>')
    lines.append(
        f'<text x="{(_LEFT + right) / 2}" y="{bottom + 40}" text-anchor="middle">distance in pixels, at most</text>'
    )
    middle = (_TOP + bottom) / 2
    lines.append(
        f'<text x="18" y="{middle}" text-anchor="middle" transform="rotate(-90 18 {middle})">share of pixels</text>'
    )
    return lines


def _curve(histogram: Histogram, place: int, is_farther: bool, decades: float) -> str:
    """One cumulative curve."""
    reached = np.cumsum(histogram.counts) / max(1, histogram.total)
    distances = np.logspace(0, decades, _POINTS)
    steps = np.minimum((distances * STEPS_PER_PIXEL).astype(int), len(reached) - 1)
    points = " ".join(
        f"{_x(d, decades):.1f},{_y(float(reached[s])):.1f}" for d, s in zip(distances, steps, strict=True)
    )
    return f'<polyline points="{points}" fill="none" {_stroke(place, is_farther=is_farther)}/>'


def _legend(histograms: Mapping[str, Histogram], curves: list[str]) -> list[str]:
    """Name and median of every curve."""
    lines = []
    for place, name in enumerate(curves):
        y = _HEIGHT - _BOTTOM + 66 + 20 * place
        stroke = _stroke(place, is_farther=name == FARTHER)
        lines.append(f'<line x1="{_LEFT}" y1="{y - 4}" x2="{_LEFT + 34}" y2="{y - 4}" {stroke}/>')
        middle, beyond = histograms[name].quantile(0.5), 100 * histograms[name].share_beyond(RECEPTIVE_FIELD)
        facts = f"{name}: half are within {middle:.3g} pixels, {beyond:.0f} % are beyond {RECEPTIVE_FIELD}"
        lines.append(f'<text x="{_LEFT + 44}" y="{y}">{escape(facts)}</text>')
    return lines


def _stroke(place: int, *, is_farther: bool) -> str:
    if is_farther:
        return 'stroke="#555" stroke-width="2" stroke-dasharray="6 4"'
    return f'stroke="{_COLOURS[place % len(_COLOURS)]}" stroke-width="2.5"'


def _x(distance: float, decades: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * math.log10(distance) / decades


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - _TOP) * share
