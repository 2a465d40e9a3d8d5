"""`lfpnet evaluate --mattes`: mattes of a shot that are made already, against its truth, over time."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

from lfpnet.data.layouts import Case, find_cases, recognise
from lfpnet.errors import ConfigurationError, OutputError
from lfpnet.evaluation.over_time import measure_over_time
from lfpnet.images import read_mask, read_plate
from lfpnet.metrics import TimedAlpha
from lfpnet.trimap import from_grey
from sidecar.shots.errors import ShotError
from sidecar.shots.frames import format_frames, parse_frames
from sidecar.shots.pattern import FramePattern


def evaluate_mattes(arguments: argparse.Namespace) -> int:
    """Compare every matte that is there with the truth of its frame; print the means and write figures.json.

    Raises:
        InputError: the data set is no single shot with trimaps, or no frame has a matte.
    """
    cases = _cases_of_shot(arguments.dataset, arguments.layout)
    try:
        pattern = FramePattern(arguments.mattes)
        wanted = set(parse_frames(arguments.frames)) if arguments.frames else set(cases)
    except ShotError as error:
        raise ConfigurationError(str(error)) from error
    numbers = [number for number in sorted(cases) if number in wanted and pattern.path(number).is_file()]
    if not numbers:
        raise ConfigurationError(
            f"Expected mattes {pattern.text} of frames {format_frames(cases)}, got none; make them first."
        )
    if absent := wanted.intersection(cases).difference(numbers):
        print(f"lfpnet: no matte of frames {format_frames(absent)}; measured without them.", file=sys.stderr)
    measured = measure_over_time(_frames(arguments.dataset, cases, numbers, pattern))
    facts = {"dataset": str(arguments.dataset), "mattes": pattern.text, "frames_compared": format_frames(numbers)}
    values = {**facts, **asdict(measured)}
    try:
        arguments.output.mkdir(parents=True, exist_ok=True)
        (arguments.output / "figures.json").write_text(json.dumps(values, indent=1), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"Expected to write into {arguments.output}, got '{error}'; choose another.") from error
    if arguments.json:
        print(json.dumps(values))
        return 0
    shown = {"MSE x1000": measured.mse, "SAD": measured.sad, "dtSSD": measured.dtssd}
    shown |= {"MESSDdt": measured.messddt, "mcF": measured.mcf}
    figures = ", ".join(f"{name} {'-' if value is None else f'{value:.3g}'}" for name, value in shown.items())
    print(f"{measured.frames} frames: {figures}")
    return 0


def _cases_of_shot(folder: Path, layout: str) -> dict[int, Case]:
    """The frames of one shot by number."""
    if (recognise(folder) if layout == "auto" else layout) != "shot":
        raise ConfigurationError(f"Expected one shot for --mattes, got {folder}; give the folder that holds its plate.")
    found = find_cases(folder, "shot")
    if any("/" in case.name for case in found):
        raise ConfigurationError(f"Expected one shot for --mattes, got several in {folder}; name the folder of one.")
    cases = {int(case.name): case for case in found}
    if without := [number for number, case in cases.items() if case.trimap is None]:
        raise ConfigurationError(
            f"Expected a true trimap for every frame of {folder}, got none for {format_frames(without)}; add them."
        )
    return cases


def _frames(
    folder: Path, cases: dict[int, Case], numbers: list[int], pattern: FramePattern
) -> Iterator[tuple[int, TimedAlpha]]:
    """Pictures of one frame after another."""
    for number in numbers:
        case = cases[number]
        assert case.trimap is not None
        motion = folder / "motion" / f"motion.{number:04d}.exr"
        yield (
            number,
            TimedAlpha(
                read_mask(pattern.path(number), channel="A").pixels,
                read_mask(case.alpha).pixels,
                from_grey(read_mask(case.trimap).pixels),
                np.ascontiguousarray(read_plate(motion).pixels[..., :2]) if motion.is_file() else None,
            ),
        )
