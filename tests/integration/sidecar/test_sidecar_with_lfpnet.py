"""The sidecar around the real network (untrained): what it gives is what the library gives in process."""

import os
import subprocess
import sys

import numpy as np
import pytest
from sidecar_fixtures import ROOT, environment, wait_until

from sidecar.client import Client
from sidecar.wire.errors import SidecarError

#: On two busy cores importing torch alone has taken half a minute.
IMPORT_SECONDS = 500
MAKE_WEIGHTS = """
import sys, torch
from pathlib import Path
from lfpnet.model.checkpoint import Provenance, save_checkpoint
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.network import build_network
torch.manual_seed(1)
network = build_network(LFPNetConfig.of_preset("lfpnet-compact")).eval()
save_checkpoint(Path(sys.argv[1]), network, Provenance("untrained", "Apache-2.0", "a test"))
from lfpnet.inference import MatteOptions, Predictor
import numpy as np
chance = np.random.default_rng(5)
plate = chance.random((90, 70, 3), np.float32) * 3
trimap = np.full((90, 70), 128, np.uint8); trimap[:20] = 0; trimap[60:] = 255
predictor = Predictor.load(Path(sys.argv[1]), device="cpu", precision="fp32")
matte = predictor.matte(plate, trimap, options=MatteOptions(tile=64))
np.savez(sys.argv[2], plate=plate, trimap=trimap, alpha=matte.alpha, fg=matte.foreground, bg=matte.background)
"""


def test_the_sidecar_gives_what_the_library_gives(workplace):
    weights, expected_path = workplace.folder / "untrained.safetensors", workplace.folder / "expected.npz"
    variables = {**os.environ, **environment({})}
    call = [sys.executable, "-c", MAKE_WEIGHTS, str(weights), str(expected_path)]
    subprocess.run(call, env=variables, cwd=ROOT, check=True, timeout=IMPORT_SECONDS)
    with np.load(expected_path) as stored:
        expected = dict(stored)
    serve = [
        sys.executable,
        "-m",
        "sidecar.cli.serve",
        "--weights",
        str(weights),
        "--device",
        "cpu",
        "--precision",
        "fp32",
    ]
    with Client.local("test", directory=workplace.folder, command=serve, environment=environment({})) as client:
        wait_until(lambda: client.capabilities.get("state") == "ready", IMPORT_SECONDS)
        options = {"tile": 64, "plan": "fast"}
        job = client.submit(
            expected["plate"], expected["trimap"], options=options, output={"kind": "inline"}, preview=True
        )
        layers = job.wait(IMPORT_SECONDS).layers
        np.testing.assert_allclose(layers["alpha"], expected["alpha"], atol=1e-5)
        np.testing.assert_allclose(layers["foreground"], expected["fg"], atol=1e-4)
        np.testing.assert_allclose(layers["background"], expected["bg"], atol=1e-4)
        assert job.preview is not None
        with pytest.raises(SidecarError) as caught:
            client.matte(expected["plate"], expected["trimap"], options={"plan": "magic"}, output={"kind": "exr"})
        assert caught.value.code == "bad_option"
