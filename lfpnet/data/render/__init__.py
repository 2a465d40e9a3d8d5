"""Rendered foregrounds: planned and finished here, rendered by Blender's Cycles in a process of its own."""

from lfpnet.data.render.batch import Progress, RenderSummary, render_foregrounds
from lfpnet.data.render.recipe import KINDS, Recipe, recipe

__all__ = ["KINDS", "Progress", "Recipe", "RenderSummary", "recipe", "render_foregrounds"]
