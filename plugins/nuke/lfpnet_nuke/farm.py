"""Pictures for a farm without Nuke: exported once, matted by `lfpnet shot` wherever a sidecar runs."""

from __future__ import annotations

import shlex
import shutil
import tempfile
from pathlib import Path

from .farm_job import exported_pattern, farm_command
from .matting import Work
from .run import export_files, kept_export


def export_frames(work: Work) -> list[Path]:
    """Render plate and masks of every frame to `export`, beside the results; main thread only."""
    written = []
    for task in work.tasks:
        task.result.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".export-", dir=task.result.parent))
        try:
            files = export_files(folder, work.settings)
            work.export(task, files)
            for role, path in files.items():
                kept = kept_export(task, role)
                kept.parent.mkdir(parents=True, exist_ok=True)
                path.replace(kept)
                written.append(kept)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return written


def recipe_text(work: Work) -> str:
    """Say where the pictures are and which command makes a farm job of them."""
    folder = Path(exported_pattern(work.settings.result, "plate")).parent.parent
    command = shlex.join(farm_command(work.settings, work.tasks))
    return f"The pictures are in {folder}. A job that mattes them without Nuke: {command}"
