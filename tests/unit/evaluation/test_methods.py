import sys

import numpy as np
import pytest

from lfpnet.data.layouts import EvaluationCase, find_cases
from lfpnet.errors import ConfigurationError
from lfpnet.evaluation import ClosedForm, MultiLevelForeground, NetworkMethod, OneHalf, network_methods
from lfpnet.inference import MatteOptions, Predictor
from lfpnet.model import Provenance, save_checkpoint


def test_one_half_keeps_what_the_trimap_knows():
    trimap = np.uint8([[0, 128, 255]])
    plate = np.zeros((1, 3, 3), np.float32)
    case = EvaluationCase(
        name="a",
        plate=plate,
        is_linear=False,
        trimap=trimap,
        alpha=np.zeros((1, 3), np.float32),
        foreground=None,
        background=None,
        trimap_origin="",
    )
    assert OneHalf()(case).alpha.tolist() == [[0, 0.5, 1]]


def test_the_network_gives_the_predictors_alpha_and_display_encoded_colours(data_set, lean_network):
    predictor = Predictor(lean_network, Provenance("tiny", "none", "test"), device="cpu", precision="fp32")
    options = MatteOptions(tile=64)
    pixels = find_cases(data_set)[0].read()
    estimate = NetworkMethod("tiny", predictor, options)(pixels)
    matte = predictor.matte(pixels.plate, pixels.trimap, is_linear=False, options=options)
    assert (estimate.alpha == matte.alpha).all()
    is_solid = pixels.trimap == 255
    assert estimate.foreground[is_solid] == pytest.approx(pixels.plate[is_solid], abs=1e-5)


def test_another_foreground_lies_under_the_same_alpha(data_set, lean_network):
    predictor = Predictor(lean_network, Provenance("tiny", "none", "test"), device="cpu", precision="fp32")
    method = NetworkMethod("tiny", predictor, MatteOptions(tile=64))
    case = find_cases(data_set)[0].read()
    own, other = method(case), MultiLevelForeground(method)(case)
    assert MultiLevelForeground(method).name == "tiny, multi-level foreground"
    assert (own.alpha == other.alpha).all()
    assert other.foreground.shape == own.foreground.shape
    assert np.abs(other.foreground - own.foreground).max() > 0


def test_every_weights_file_meets_every_choice_of_options_under_its_own_name(tmp_path, lean_network):
    files = [tmp_path / "one.safetensors", tmp_path / "two.safetensors"]
    for file in files:
        save_checkpoint(file, lean_network, Provenance("studio", "none", "test", {"steps": 7}))
    options = [MatteOptions(), MatteOptions(has_augmentation=True), MatteOptions("exact", tile=128)]
    methods = network_methods(files, options, device="cpu", precision="fp32")
    folder = tmp_path.name
    assert [method.name for method in methods][:3] == [
        f"studio ({folder}/one), fast, tile auto",
        f"studio ({folder}/one), fast, tile auto, TTA",
        f"studio ({folder}/one), exact, tile 128",
    ]
    assert len({method.name for method in methods}) == 6
    assert methods[0].predictor is methods[1].predictor
    assert methods[0].settings["weights facts"] == "steps 7"
    (alone,) = network_methods(files[:1], options[:1], device="cpu", precision="fp32")
    assert alone.name == "studio"


@pytest.mark.parametrize("name", ["pymatting"])
def test_a_missing_pymatting_is_a_sentence(monkeypatch, name):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigurationError, match="pip install pymatting"):
        ClosedForm()
