"""Pictures for a farm without Nuke: exported once, matted by `lfpnet matte --frames` wherever a sidecar runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .errors import CancelledByArtist, sentence_of
from .farm_job import exported_pattern, farm_command
from .log import logger
from .run import Exporter, Progress, export_files, keep_export, new_export_folder
from .runs import Work
from .sidecar.runtime.command_words import join_command
from .sidecar.shots.report import FrameTask


@dataclass
class ExportReport:
    """What an export did: frames written, and what the artist does next or has to fix."""

    sentence: str = ""
    notice: str = ""
    farm_command: str = ""


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
    folder = Path(exported_pattern(work.settings.result, "plate")).parent.parent
    command = join_command(farm_command(work.settings, work.tasks, work.owner))
    notice = f"The pictures are in {folder}. 'farm command' makes a job that mattes them without Nuke: {command}"
    return ExportReport(f"{count} frames exported; 'farm command' makes a job of them.", notice, command)


def _export_one(work: Work, task: FrameTask, export: Exporter) -> None:
    folder = new_export_folder(task)
    try:
        files = export_files(folder, work.settings)
        export(task, files)
        keep_export(task, folder, work.settings.result)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
