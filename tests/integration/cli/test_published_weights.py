"""From a checkpoint as released to an EXR through the command line: the published script's alpha."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from parity_weights import parity_weights, scene

from lfpnet.images import read_mask
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.network import build_network
from lfpnet.model.published_names import published_names
from sidecar.cli.main import main

VECTORS = Path(__file__).parents[2] / "data"


@pytest.mark.heavy
def test_an_imported_checkpoint_mattes_a_picture_as_the_published_script_does(tmp_path):
    with torch.device("meta"):
        state = build_network(LFPNetConfig.of_preset("lfpnet", has_context_alpha=False)).state_dict()
    names = published_names(state)
    torch.save(
        parity_weights({names[name]: tuple(value.shape) for name, value in state.items()}), tmp_path / "model.pth"
    )
    weights = tmp_path / "published.safetensors"
    assert main(["weights", "import", str(tmp_path / "model.pth"), str(weights)]) == 0
    vectors = np.load(VECTORS / "parity_published_900x700_p320.npz")
    plate, trimap = scene(700, 900)
    cv2.imwrite(str(tmp_path / "plate.png"), plate[..., ::-1])
    cv2.imwrite(str(tmp_path / "trimap.png"), trimap)
    command = ["matte", str(tmp_path / "plate.png"), str(tmp_path / "trimap.png"), "-o", str(tmp_path / "matte.exr")]
    options = ["--weights", str(weights), "--plan", "exact", "--tile", "320", "--depth", "float", "--device", "cpu"]
    assert main([*command, *options, "--precision", "fp32", "--json"]) == 0
    step = int(vectors["step"])
    alpha = read_mask(tmp_path / "matte.exr", channel="A").pixels[::step, ::step]
    is_unknown = trimap[::step, ::step] == 128
    assert np.abs(alpha * 255 - vectors["blend_255"])[is_unknown].max() < 0.05
