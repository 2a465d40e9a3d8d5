"""`lfpnet finetune`: teach weights one shot from a few frames with approved alphas, and see whether it helped."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tqdm import tqdm

from lfpnet.data.layouts import LAYOUT_NAMES, Case, check_cases, find_cases
from lfpnet.data.pool import Pool, build_pool, open_pool
from lfpnet.inference.device import choose_device
from lfpnet.model.checkpoint import Provenance, load_network, save_checkpoint
from lfpnet.model.network import LFPNet
from lfpnet.pymatting_library import load_pymatting
from lfpnet.training.finetuning import (
    FineTuneOptions,
    Fit,
    FrameFigures,
    fine_tuned_provenance,
    fit,
    hold_back,
    matte_frames,
    mean_figures,
    read_frames,
    usable_frames,
)
from lfpnet.training.finetuning.layers import PURPOSE
from lfpnet.training.preflight import check_memory, check_room
from lfpnet.weights import default_weights
from sidecar.cli.finetune_report import before_and_after, write_figures
from sidecar.cli.finetune_sheet import write_sheet
from sidecar.cli.new_weights import check_output, output_path
from sidecar.cli.threads import check_counts, use_threads
from sidecar.cli.training_progress import Progress, stopping_kindly

#: The pool that is drawn when none is given: enough to remind, drawn in seconds.
_DRAWN_FOREGROUNDS, _DRAWN_BACKGROUNDS, _DRAWN_SIZE = 32, 8, 256
#: Room for six rows of small pictures and for the figures, generously.
_SHEET_BYTES = 32 << 20


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser(
        "finetune",
        description="Fine-tune weights on 2 to 10 frames of a shot. Some are held back and say whether it helped; if "
        "not, nothing is written. Beside NEW.safetensors come NEW.png (pictures) and NEW.json (figures).",
    )
    parser.add_argument("--weights", type=Path, metavar="FILE", help="default: the weights of the package")
    parser.add_argument("--shots", type=Path, required=True, metavar="DIR", help="plates and approved alphas")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="NEW", help="a file that does not exist yet, or a bare name as with --name"
    )
    parser.add_argument("--layout", choices=("auto", *LAYOUT_NAMES), default="auto", help="how DIR is laid out")
    parser.add_argument("--hold-back", nargs="+", default=[], metavar="FRAME", help="frames to judge by")
    parser.add_argument("--every", type=int, default=4, metavar="K", help="else every K-th frame is held back")
    parser.add_argument("--pool", type=Path, metavar="DIR", help="of `lfpnet data pool`; default: a small one is drawn")
    defaults = FineTuneOptions()
    parser.add_argument("--minutes", type=float, default=defaults.minutes, help="most time to fit")
    parser.add_argument("--steps", type=int, default=defaults.steps, help="most steps")
    parser.add_argument("--learning-rate", type=float, default=defaults.learning_rate)
    parser.add_argument("--inner-size", type=int, default=defaults.inner_size, metavar="PIXELS")
    parser.add_argument("--batch-size", type=int, default=defaults.batch_size)
    parser.add_argument("--check-steps", type=int, default=defaults.check_steps, help="steps between looks")
    parser.add_argument("--procedural", type=float, default=defaults.procedural_share, help="share of samples, 0 to 1")
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument(
        "--name",
        help="name of the weights in menus; without -o the file goes where every sidecar looks",
    )
    parser.add_argument("--even-if-worse", action="store_true", help="write the weights though nothing was gained")
    parser.add_argument("--skip-unreadable", action="store_true", help="name what cannot be used and go on")
    parser.add_argument("--workers", type=int, default=0, help="processes that make samples")
    parser.add_argument("--threads", type=int, default=0, help="threads that train; 0 leaves it to torch")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda:0 or mps")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check everything, matte the held-back frames, fit, matte them again, write."""
    check_counts(arguments)
    options = _options(arguments)
    arguments.output = output_path(arguments.output, arguments.name)
    check_output(arguments.output)
    load_pymatting(PURPOSE)
    taught, held = _split(arguments)
    source = arguments.weights or default_weights()
    network, parent = load_network(source)
    check_room(arguments.output.parent, source.stat().st_size + _SHEET_BYTES, "the new weights and their pictures")
    device = choose_device(arguments.device)
    check_memory(options.config(network.config), device)
    use_threads(arguments.threads)
    _say(f"learning from {_names(taught)}; judging by {_names(held)}")
    before = _matte(network, parent, held, arguments.device, "before")
    with _pool(arguments.pool) as pool, stopping_kindly() as stop:
        shown = {"loss": "loss", "held-back mse": "held-back mse", "procedural mse": "procedural mse"}
        progress = Progress(options.steps, 0, shown, label="finetune")
        has_estimates = network.config.has_estimates
        frames = (
            read_frames(taught, seed=options.seed, has_estimates=has_estimates),
            read_frames(held, seed=options.seed + 1, has_estimates=has_estimates),
        )
        fitted = fit(
            network, *frames, pool, options, device=device, workers=arguments.workers, progress=progress,
            is_stopped=stop,
        )  # fmt: skip
        progress.close()
    _say(f"{fitted.steps} steps in {fitted.seconds:.0f} s, best at step {fitted.best.step}: {fitted.reason}")
    after = _matte(fitted.network, parent, held, arguments.device, "after")
    written = _finish(arguments, (taught, held), (before, after), fitted, parent)
    new = str(arguments.output.absolute()) if written else None
    progress.tell(before=mean_figures(before), after=mean_figures(after), weights=new)
    return 0 if written else 2


def _finish(
    arguments: argparse.Namespace,
    cases: tuple[list[Case], list[Case]],
    mattes: tuple[list[FrameFigures], list[FrameFigures]],
    fitted: Fit,
    parent: Provenance,
) -> bool:
    """Tell before and after, and write what was gained; say whether anything was."""
    before, after = mattes
    means = {"before": mean_figures(before), "after": mean_figures(after)}
    print(before_and_after(before, after))
    first, best = fitted.checks[0], fitted.best
    print(f"Procedural samples (forgetting): MSE {first.procedural_mse:.5f} before, {best.procedural_mse:.5f} after")
    has_gained = means["after"]["mse"] < means["before"]["mse"]
    name = arguments.name or arguments.output.stem
    provenance = fine_tuned_provenance(
        parent, fitted, name=name, made_by="lfpnet " + " ".join(sys.argv[1:]), taught=cases[0], held=cases[1],
        figures=means,
    )  # fmt: skip
    sheet, report = arguments.output.with_suffix(".png"), arguments.output.with_suffix(".json")
    write_sheet(sheet, cases[1], before, after)
    write_figures(report, means, mattes, fitted, provenance)
    if not has_gained and not arguments.even_if_worse:
        print(
            f"lfpnet: nothing was gained on the held-back frames, so {arguments.output} was not written ({sheet} shows "
            "why); give more frames or --minutes, or insist with --even-if-worse.",
            file=sys.stderr,
        )
        return False
    check_output(arguments.output)  # somebody may have written it meanwhile
    save_checkpoint(arguments.output, fitted.network, provenance)
    print(f"{arguments.output}: try it with `lfpnet matte PLATE TRIMAP --weights {arguments.output} -o OUT.exr`")
    print(f"{sheet}: pictures; {report}: figures")
    return True


def _options(arguments: argparse.Namespace) -> FineTuneOptions:
    return FineTuneOptions(
        minutes=arguments.minutes,
        steps=arguments.steps,
        learning_rate=arguments.learning_rate,
        inner_size=arguments.inner_size,
        batch_size=arguments.batch_size,
        procedural_share=arguments.procedural,
        check_steps=arguments.check_steps,
        seed=arguments.seed,
    )


def _split(arguments: argparse.Namespace) -> tuple[list[Case], list[Case]]:
    """Frames that teach and frames that judge, all of them read once."""
    on_skip = (lambda sentence: _say(f"skipped: {sentence}")) if arguments.skip_unreadable else None
    cases = find_cases(arguments.shots, arguments.layout, on_skip=on_skip)
    cases = usable_frames(check_cases(cases, on_skip=on_skip), on_skip=on_skip)
    return hold_back(cases, every=arguments.every, names=arguments.hold_back)


@contextmanager
def _pool(folder: Path | None) -> Iterator[Pool]:
    """The pool of a folder, or one that is drawn and thrown away."""
    if folder is not None:
        yield open_pool(folder / "train" if (folder / "train").is_dir() else folder)
        return
    with tempfile.TemporaryDirectory(prefix="lfpnet-pool-") as drawn:
        bar = tqdm(total=_DRAWN_FOREGROUNDS, desc="pool", disable=None)

        def advance(done: int, _total: int) -> None:
            bar.update(done - bar.n)

        yield build_pool(
            Path(drawn),
            _DRAWN_FOREGROUNDS,
            seed=1,
            procedural_backgrounds=_DRAWN_BACKGROUNDS,
            size=_DRAWN_SIZE,
            progress=advance,
        )


def _matte(network: LFPNet, provenance: Provenance, cases: list[Case], device: str, label: str) -> list[FrameFigures]:
    with tqdm(total=len(cases), desc=f"mattes {label}", disable=None) as bar:

        def advance() -> None:
            bar.update()

        return matte_frames(network, provenance, cases, device=device, progress=advance)


def _names(cases: list[Case]) -> str:
    return ", ".join(case.name for case in cases)


def _say(sentence: str) -> None:
    print(f"lfpnet: {sentence}", file=sys.stderr)
