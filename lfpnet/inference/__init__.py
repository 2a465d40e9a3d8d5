"""Tiled inference: `Predictor.load().matte(plate, trimap)`."""

from lfpnet.inference.options import MatteOptions
from lfpnet.inference.predictor import Predictor
from lfpnet.inference.tiling import Plan, PlanName, Tile, plan_tiles

__all__ = ["MatteOptions", "Plan", "PlanName", "Predictor", "Tile", "plan_tiles"]
