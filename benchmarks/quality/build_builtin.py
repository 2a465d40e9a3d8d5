"""Build the benchmark that comes with lfpnet: `python benchmarks/quality/build_builtin.py --renders DIR --photos DIR`.

Renders come from `lfpnet data render --seed 900337 --size 400 --alpha-samples 256 --count 17 --kinds` with the kinds of
`RENDERED` in that order, photographs from `lfpnet data backgrounds`; both are made again by those commands. Only
photographs in the public domain or under CC0 are taken, and only such as `lfpnet data pool` keeps out of training.
"""

import argparse
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lfpnet.data.augment import Camouflage, HolesToUnknown
from lfpnet.data.backgrounds import background_manifest, split_backgrounds
from lfpnet.data.procedural import GENERATORS
from lfpnet.data.procedural_background import procedural_background
from lfpnet.evaluation.builtin import builtin_folder
from lfpnet.trimap import from_alpha

SIZE = 400
_SEED = 900_001
_FREE = {"public-domain", "CC0", "CC0-1.0"}
RENDERED = ("hair", "fur", "feather", "foliage", "net", "smoke", "glass", "things", "tuft", "pane", "grass", "hair")
RENDERED += ("fur", "things", "feather", "hair", "fur")


@dataclass(frozen=True)
class Plan:
    """One case: what stands in front of what, and how helpful the trimap is.

    Attributes:
        name: of its files.
        source: `render N` or `draw GENERATOR SEED`.
        background: a photograph of the manifest, or `draw SEED`.
        band: pixels that the unknown region is widened by into the background.
        core: likewise into the foreground.
        is_camouflaged: whether the background takes the foreground's colours.
        has_unmarked_holes: whether enclosed background is left unknown, as artists leave it.
    """

    name: str
    source: str
    background: str
    band: float = 10
    core: float = 4
    is_camouflaged: bool = False
    has_unmarked_holes: bool = False


_SKY, _ROCK = "supertuxkart-data--sky.jpg", "supertuxkart-data--blackrock.jpg"
_WOOD, _TILES = "supertuxkart-data--wood_planks1.jpg", "supertuxkart-data--ceramic.jpg"
_WORKSHOP, _ESPLANADE = "pmndrs-assets--workshop.png", "pmndrs-assets--esplanade.png"
_FISH, _PAN = "gcompris-qt-data--fish4.webp", "gcompris-qt-data--pan.webp"

PLANS = (
    Plan("hair_over_workshop", "render 0", _WORKSHOP),
    Plan("fur_over_rock", "render 1", _ROCK),
    Plan("feather_over_sky", "render 2", _SKY, core=1),
    Plan("foliage_over_esplanade", "render 3", _ESPLANADE, core=1, has_unmarked_holes=True),
    Plan("net_with_unmarked_holes", "render 4", _WOOD, band=6, core=1, has_unmarked_holes=True),
    Plan("smoke_over_wood", "render 5", _WOOD, band=4),
    Plan("glass_over_tiles", "render 6", _TILES, band=6),
    Plan("things_out_of_focus", "render 7", "draw 1", band=8),
    Plan("tuft_over_drawing", "render 8", "draw 2"),
    Plan("panes_over_fish", "render 9", _FISH, band=5),
    Plan("grass_with_unmarked_holes", "render 10", _SKY, core=2, has_unmarked_holes=True),
    Plan("hair_camouflaged", "render 11", "draw 3", is_camouflaged=True),
    Plan("fur_camouflaged", "render 12", _ROCK, is_camouflaged=True),
    Plan("things_over_workshop", "render 13", _WORKSHOP, band=8),
    Plan("feathers_over_drawing", "render 14", "draw 4", band=14, core=1),
    Plan("hair_wide_trimap", "render 15", _PAN, band=28, core=12),
    Plan("fur_over_drawing", "render 16", "draw 5"),
    Plan("drawn_flag_of_many_colours", "draw flag 1", _ESPLANADE, band=14),
    Plan("drawn_flag_camouflaged", "draw flag 2", "draw 6", band=10, is_camouflaged=True),
    Plan("drawn_lace_unmarked_holes", "draw net 9", _TILES, band=6, has_unmarked_holes=True),
    Plan("drawn_motion_blur", "draw motion_blur 4", _WORKSHOP, band=6),
    Plan("drawn_defocus", "draw defocus 5", _WOOD, band=6),
    Plan("drawn_leaves_over_fish", "draw leaves 10", _FISH, core=1, has_unmarked_holes=True),
    Plan("drawn_glass", "draw glass 7", "draw 7", band=5),
    Plan("drawn_hair_over_drawing", "draw hair 6", "draw 8", band=12),
)


def main() -> None:
    """Build every case and the list of what each is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--renders", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--to", type=Path, default=builtin_folder())
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    records = []
    for number, plan in enumerate(PLANS):
        colour, alpha, origin = _foreground(plan.source, arguments.renders)
        background, licence = _background(plan, number, arguments.photos)
        if plan.is_camouflaged:
            rng = np.random.default_rng([_SEED, number, 1])
            background = Camouflage((0.9, 0.95))(rng, background, colour, alpha)
        trimap = _trimap(plan, alpha)
        for part, pixels in (("fg", colour), ("alpha", alpha), ("bg", background), ("trimap", trimap)):
            _write(arguments.to / part / plan.name, pixels)
        unknown = float((trimap == 128).mean())
        records.append({"name": plan.name, "foreground": origin, "background": licence, "unknown": round(unknown, 3)})
        print(f"{plan.name}: unknown {unknown:.2f}, known foreground {(trimap == 255).mean():.2f}")
    about = (
        "Renders and drawings: CC0-1.0, made for lfpnet. Photographs: as said for each. No case is used in training."
    )
    _check_counts()
    (arguments.to / "cases.json").write_text(json.dumps({"about": about, "cases": records}, indent=1) + "\n")
    print(f"{sum(path.stat().st_size for path in arguments.to.rglob('*.*')) / 1e6:.1f} MB")


def _foreground(source: str, renders: Path) -> tuple[np.ndarray, np.ndarray, dict[str, object]]:
    """Display-encoded colour and alpha of 8 bits, and where they come from."""
    how, *rest = source.split()
    if how == "draw":
        drawn = GENERATORS[rest[0]](np.random.default_rng([_SEED, int(rest[1])]), SIZE)
        origin = {"by": f"lfpnet.data.procedural, {rest[0]}, seed [{_SEED}, {rest[1]}]", "licence": "CC0-1.0"}
        return drawn.colour, np.round(drawn.alpha * 255).astype(np.uint8), origin
    index = int(rest[0])
    path = renders / f"{index:06d}-{RENDERED[index]}.png"
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise SystemExit(f"{path} is missing; render it by the command in the first lines of this script.")
    about = json.loads(path.with_suffix(".json").read_text())
    kept = (
        "kind",
        "seed",
        "defocus",
        "motion",
        "alpha_samples",
        "colour_samples",
        "filter_width",
        "blender",
        "seconds",
    )
    origin = {"by": "lfpnet data render", "licence": "CC0-1.0", **{key: about[key] for key in kept}}
    eight_bit = np.round(pixels / 257.0).astype(np.uint8)
    return np.ascontiguousarray(eight_bit[..., [2, 1, 0]]), np.ascontiguousarray(eight_bit[..., 3]), origin


def _background(plan: Plan, number: int, photos: Path) -> tuple[np.ndarray, dict[str, str]]:
    """A square of display-encoded colour, and its licence."""
    rng = np.random.default_rng([_SEED, number, 2])
    if plan.background.startswith("draw"):
        seed = int(plan.background.split()[1])
        drawn = procedural_background(np.random.default_rng([_SEED, seed, 5]), SIZE)
        return drawn, {"by": f"lfpnet.data.procedural_background, seed [{_SEED}, {seed}, 5]", "licence": "CC0-1.0"}
    record = next(record for record in background_manifest() if record["name"] == plan.background)
    if record["licence"] not in _FREE:
        raise SystemExit(f"{plan.background} is under {record['licence']}; choose one in the public domain or CC0.")
    path = photos / plan.background
    if path not in split_backgrounds([path])[1]:
        raise SystemExit(f"{plan.background} is used in training; choose a held-out photograph.")
    pixels = np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR))[..., ::-1]
    side = min(pixels.shape[:2])
    side = int(side * rng.uniform(0.8, 1.0)) if side < 500 else int(rng.uniform(400, side))
    top, left = (int(rng.integers(0, length - side + 1)) for length in pixels.shape[:2])
    crop = np.ascontiguousarray(pixels[top : top + side, left : left + side])
    how = cv2.INTER_AREA if side > SIZE else cv2.INTER_CUBIC
    square = cv2.resize(crop, (SIZE, SIZE), interpolation=how)
    kept = {key: record[key] for key in ("name", "author", "licence", "package", "version", "file", "sha256")}
    return np.asarray(square, np.uint8), {**kept, "crop": f"{side} px at {left}, {top}"}


def _trimap(plan: Plan, alpha: np.ndarray) -> np.ndarray:
    """The band about soft pixels; small holes in it are given up where the plan says so."""
    share = (alpha / np.float32(255)).astype(np.float32)
    trimap = from_alpha(share, inner_pixels=plan.core, outer_pixels=plan.band)
    if plan.has_unmarked_holes:
        trimap = HolesToUnknown(largest=0.03)(np.random.default_rng(0), trimap)
    return trimap


def _write(path: Path, pixels: np.ndarray) -> None:
    """Colours without loss as WebP, masks as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    is_colour = pixels.ndim == 3
    ending, options = (
        (".webp", [cv2.IMWRITE_WEBP_QUALITY, 101]) if is_colour else (".png", [cv2.IMWRITE_PNG_COMPRESSION, 9])
    )
    stored = np.ascontiguousarray(pixels[..., ::-1]) if is_colour else pixels
    if not cv2.imwrite(str(path) + ending, stored, options):
        raise SystemExit(f"{path}{ending} cannot be written.")
    again = cv2.imread(str(path) + ending, cv2.IMREAD_UNCHANGED)
    if hashlib.sha256(np.asarray(again).tobytes()).digest() != hashlib.sha256(stored.tobytes()).digest():
        raise SystemExit(f"{path}{ending} does not keep its pixels; choose another format.")


def _check_counts() -> None:
    twice = [name for name, count in Counter(plan.name for plan in PLANS).items() if count > 1]
    if twice:
        raise SystemExit(f"{', '.join(twice)}: cases need names of their own.")


if __name__ == "__main__":
    main()
