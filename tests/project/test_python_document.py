"""docs/python.md runs as it is written, block after block, in one process."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

import lfpnet
from lfpnet.images import write_mask

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "python.md"


def blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_every_block_of_the_document_runs_as_written(tmp_path):
    from lfpnet.images import read_plate, write_matte
    from lfpnet.types import Matte

    pixels = np.random.default_rng(0).random((96, 128, 3), np.float32)
    whole = np.ones((96, 128), np.float32)
    reference = tmp_path / "reference.png"
    lfpnet.write_preview(reference, np.zeros((96, 128, 3), np.uint8))
    plate = read_plate(reference)
    write_matte(tmp_path / "plate.exr", Matte(whole, pixels, pixels), plate)
    roto = np.zeros((96, 128), np.float32)
    roto[30:70, 40:90] = 1
    write_mask(tmp_path / "roto.exr", roto, None)
    script = tmp_path / "blocks.py"
    script.write_text("\n".join(blocks()), encoding="utf-8")
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env={**os.environ, "LFPNET_RUNTIME_DIR": str(runtime), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(blocks()) >= 8
    for name in ("matte.exr", "trimap.png", "matte.1002.exr", "from-the-sidecar.exr"):
        assert (tmp_path / name).stat().st_size > 0
    assert "128 x 95" in done.stdout, done.stdout  # the sentence about the size


def test_every_stable_name_can_be_imported_and_is_documented_as_what_it_is():
    for name in lfpnet.__all__:
        assert getattr(lfpnet, name) is not None
        assert name in dir(lfpnet)


def test_importing_lfpnet_does_not_import_torch():
    code = "import sys, lfpnet; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=500, check=False).returncode == 0
