"""Pictures for a farm without Nuke: exported once, matted by `lfpnet matte --frames` wherever a sidecar runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .errors import CancelledByArtist, sentence_of
from .farm_job import exported_pattern, farm_command
from .frames import FrameTask
from .log import logger
from .run import Exporter, Progress, export_files, kept_export, new_export_folder
from .runs import Work
from .sidecar.runtime.command_words import join_command


@dataclass
class ExportReport:
    """What an export did: frames written, and what the artist does next or has to mend."""

    sentence: str = ""
    notice: str = ""


def export_frames(
    work: Work, export: Exporter, progress: Progress, _: Callable[[FrameTask], None] | None = None
) -> ExportReport:
    """Render plate and masks of every frame to `export`, beside the results; a problem ends in the report."""
    count = 0
    try:
        for task in work.tasks:
            if progress.is_cancelled:
                raise CancelledByArtist("The export was cancelled.")
            progress.show(count / len(work.tasks), f"Exporting frame {task.frame} {task.view}".rstrip())
            _export_one(work, task, export)
            count += 1
    except CancelledByArtist as problem:
        return ExportReport(f"{count} of {len(work.tasks)} frames exported; {sentence_of(problem)}")
    except Exception as problem:
        logger.exception("the export ended")
        return ExportReport(sentence_of(problem), sentence_of(problem))
    return ExportReport(f"{count} frames exported.", recipe_text(work))


def _export_one(work: Work, task: FrameTask, export: Exporter) -> None:
    folder = new_export_folder(task)
    try:
        files = export_files(folder, work.settings)
        export(task, files)
        for role, path in files.items():
            kept = kept_export(task, role)
            kept.parent.mkdir(parents=True, exist_ok=True)
            path.replace(kept)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def recipe_text(work: Work) -> str:
    """Say where the pictures are and which command makes a farm job of them."""
    folder = Path(exported_pattern(work.settings.result, "plate")).parent.parent
    command = join_command(farm_command(work.settings, work.tasks))
    return f"The pictures are in {folder}. A job that mattes them without Nuke: {command}"
