"""`lfpnet matte`: plate and trimap in, one layered EXR out; computed by the sidecar, or in this process."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from lfpnet.colour import display_encode, over, srgb_encode
from lfpnet.errors import ConfigurationError, OutputError
from lfpnet.images import Plate, contact_sheet, read_plate, write_preview
from lfpnet.trimap import inspect, overlay
from lfpnet.types import Matte, TrimapPixels
from sidecar.cli.connection import add_connection_arguments
from sidecar.cli.frame_files import NAMED, names_frames, sequence_problem
from sidecar.cli.matte_request import PICTURES
from sidecar.cli.matte_task import Clock, Made, MatteTask, depth_of
from sidecar.cli.outputs import check_matte_name, check_outputs, links_sentence
from sidecar.cli.trimap_options import add_trimap_options, make_trimap

#: `lfpnet.inference`'s names, which cannot be imported without torch; a test compares them.
PLAN_NAMES = ("published", "exact", "fast")
DEFAULT_PLAN = "fast"
PRECISION_NAMES = ("auto", "fp32", "bf16", "fp16")


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser(
        "matte",
        description="Matte a plate: write premultiplied foreground and alpha (R, G, B, A), fg.R/G/B and bg.R/G/B.",
    )
    add_matte_options(parser)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda:0 or mps; a sidecar has its own")
    parser.add_argument("--precision", choices=PRECISION_NAMES, default="auto", help="a sidecar has its own")
    parser.add_argument(
        "--preview", type=Path, metavar="PNG", help="also write a sheet: plate, trimap, alpha, composite"
    )
    parser.add_argument("--json", action="store_true", help="print facts and timings as JSON instead of a progress bar")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--sidecar",
        action="store_true",
        help="compute in this user's sidecar, started if there is none: the default, unless a weights file, --device "
        "or --precision asks for a process of its own",
    )
    where.add_argument("--in-process", action="store_true", help="compute in this process, without any other")
    add_connection_arguments(parser)
    group = parser.add_argument_group("with --frames")
    group.add_argument("--force", action="store_true", help="compute every frame again")
    group.add_argument("--dry-run", action="store_true", help="only say which frames are done, stale and missing")
    group.add_argument("--progress", choices=("lines", "openjd"), default="lines", help="what a farm's worker reads")
    parser.set_defaults(run=run)


def add_matte_options(parser: argparse.ArgumentParser) -> None:
    """Add what decides the result: the files, the network and the frames; `lfpnet farm` hands these on."""
    parser.add_argument(
        "plate", type=Path, help="EXR (scene-linear), or PNG, TIFF, JPEG and others (docs/pictures-in.md)"
    )
    add_trimap_options(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, help="EXR to write")
    parser.add_argument("--layer", help="layer of the plate's EXR, for example beauty")
    parser.add_argument(
        "--depth", choices=("auto", "half", "float"), default="auto", help="of the EXR; auto: as the plate"
    )
    parser.add_argument("--compression", default="zips", help="of the EXR: zips, zip, piz, rle or none")
    parser.add_argument(
        "--layer-names",
        choices=("plain", "nuke"),
        default="plain",
        help="fg and bg, or lfp_fg, lfp_bg and lfp_trimap as the Nuke node reads them",
    )
    parser.add_argument("--working-space", metavar="NAME", help="noted in the EXR, such as ACEScg")
    _add_network_options(parser)
    group = parser.add_argument_group("a range of frames, in which names hold #### or %%04d, and %%V or %%v for views")
    group.add_argument("--frames", metavar="RANGE", help="for example 1001-1010x2,1020; done frames are kept")
    group.add_argument("--views", metavar="NAMES", help="for example left,right")
    group.add_argument("--only-missing", action="store_true", help="keep stale frames too")
    group.add_argument("--keep-going", action="store_true", help="go on with the others when a frame fails")
    group.add_argument("--skip-missing", action="store_true", help="leave frames out whose plate or mask is not there")
    group.add_argument("--owner", metavar="OWNER", help="the shot node that these results are for, as the node says it")
    group.add_argument("--take-over", action="store_true", help="make results of another shot these ones' own")


def _add_network_options(parser: argparse.ArgumentParser) -> None:
    """Add what decides which weights compute how."""
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="FILE|NAME",
        help="NAME of one of the sidecar's models, or a safetensors file, which is computed in this process (with "
        "--sidecar: by the model of that name); default: the sidecar's own, or the weights of the package",
    )
    parser.add_argument("--plan", choices=PLAN_NAMES, default=DEFAULT_PLAN, help="where tiles lie")
    parser.add_argument("--tile", type=int, metavar="PIXELS", help="side of a tile, a multiple of 16")
    parser.add_argument(
        "--tta", action="store_true", help="test-time augmentation (8x): every tile turned and mirrored"
    )
    parser.add_argument(
        "--truncate-8bit", action="store_true", help="cut alpha to 8 bits as the published evaluation does"
    )


def run(arguments: argparse.Namespace) -> int:
    """Matte one plate, or a range of frames."""
    if arguments.frames is None and names_frames(arguments.plate):
        arguments.frames = NAMED
    if arguments.frames is not None:
        from sidecar.cli.matte_frames import matte_frames

        if not goes_through_sidecar(arguments):
            raise ConfigurationError(
                "Expected the sidecar for --frames, got an option that computes in this process; 'lfpnet serve' takes "
                "weights, device and precision."
            )
        return matte_frames(arguments)
    clock = Clock()
    problem = sequence_problem(arguments)
    if problem:
        raise ConfigurationError(problem)
    _check_output(arguments)
    plate = read_plate(arguments.plate, layer=arguments.layer)
    notes = list(plate.notes)
    trimap = make_trimap(arguments, plate, notes.append)
    summary = inspect(trimap, plate.pixels.shape)
    notes += summary.warnings
    if plate.repaired_count:
        notes.append(
            f"The plate holds {plate.repaired_count} pixels that are NaN or infinite; they count as 0 and +-65504."
        )
    for note in notes:
        print(f"lfpnet: {note}", file=sys.stderr)
    clock.lap("read")
    depth = depth_of(arguments.depth, plate)
    made = _make(MatteTask(arguments, plate, trimap, depth, clock))
    if arguments.preview is not None:
        write_preview(arguments.preview, preview_sheet(plate, trimap, made.matte()))
    clock.lap("write")
    facts = {
        "output": str(arguments.output),
        "width": trimap.shape[1],
        "height": trimap.shape[0],
        "depth": depth,
        "unknown_share": round(summary.unknown_share, 6),
        "plan": arguments.plan,
        **made.facts,
        "warnings": notes,
        "seconds": clock.laps,
    }
    tiles, seconds = made.facts.get("tiles", 0), clock.laps["matte"]
    print(json.dumps(facts) if arguments.json else f"{arguments.output}: {tiles} tiles in {seconds:.1f} s")
    return 0


def _make(task: MatteTask) -> Made:
    """Choose the way; each imports what the other does without."""
    if goes_through_sidecar(task.arguments):
        from sidecar.cli.matte_remote import matte_remotely

        return matte_remotely(task)
    from sidecar.cli.matte_in_process import matte_in_process

    return matte_in_process(task)


def goes_through_sidecar(asked: argparse.Namespace) -> bool:
    """Whether the sidecar computes: if asked to, or if nothing asks for what only a process of its own can do."""
    if asked.sidecar or asked.connect is not None:
        return True
    is_file = asked.weights is not None and asked.weights.suffix == ".safetensors"
    return not (asked.in_process or is_file or asked.device != "auto" or asked.precision != "auto")


def preview_sheet(plate: Plate, trimap: TrimapPixels, matte: Matte) -> np.ndarray:
    """Plate, trimap, alpha, foreground, background and a composite over a new background, side by side."""
    shown = display_encode(plate.pixels) if plate.is_linear else plate.pixels
    height, width = trimap.shape
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    new_background = (1 - across) * np.array([0.02, 0.16, 0.12], np.float32) + across * np.array(
        [0.55, 0.18, 0.03], np.float32
    )
    composite = over(matte.foreground, matte.alpha, np.broadcast_to(new_background, (height, width, 3)).copy())
    return contact_sheet(
        [
            ("plate", _8_bit(shown)),
            ("trimap", overlay(shown, trimap)),
            ("alpha", _8_bit(np.repeat(matte.alpha[..., None], 3, axis=2))),
            ("foreground", _8_bit(srgb_encode(matte.foreground))),
            ("background", _8_bit(srgb_encode(matte.background))),
            ("over a new background", _8_bit(srgb_encode(composite))),
        ]
    )


def _8_bit(display: np.ndarray) -> np.ndarray:
    return (np.clip(display, 0, 1) * 255 + 0.5).astype(np.uint8)


def _check_output(asked: argparse.Namespace) -> None:
    """Say before the work what would fail after it."""
    check_matte_name(asked.output)
    inputs = {path: f"the {option}" for option in PICTURES if (path := getattr(asked, option)) is not None}
    if asked.weights is not None:
        inputs[asked.weights] = "the weights file"
    outputs = {asked.output: "the matte"}
    if asked.preview is not None:
        if asked.preview == asked.output:
            raise OutputError(f"Expected files of their own for matte and preview, got {asked.output}; rename one.")
        outputs[asked.preview] = "the preview"
    check_outputs(outputs, inputs)
    note = links_sentence(outputs)
    if note:
        print(f"lfpnet: {note}", file=sys.stderr)
