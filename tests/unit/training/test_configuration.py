"""A configuration is refused before hours are spent, and what is printed can be read."""

import subprocess
import sys
import tomllib
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lfpnet.errors import ConfigurationError
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.network import build_network
from lfpnet.training.config import TrainingConfig
from lfpnet.training.freezing import choose_trained_parts
from lfpnet.training.phase import Phase
from lfpnet.training.precision import training_precision
from lfpnet.training.stages import PAPER_SIZES, paper_stages
from lfpnet.training.toml_text import toml_text
from sidecar.cli.main import main

WIDTHS = {"matting_widths": (8, 8, 16, 16), "context_widths": (8, 8, 16, 16), "pooling_width": 10}
NETWORK = LFPNetConfig.of_preset("lfpnet-compact", **WIDTHS)


@pytest.mark.parametrize("preset", ["lfpnet", "lfpnet-compact"])
@pytest.mark.parametrize("stages", ["short", "paper"])
def test_a_printed_configuration_reads_back_as_the_same(tmp_path, preset, stages):
    config = TrainingConfig.of_preset(preset, steps=130, stages=stages)
    path = tmp_path / "run.toml"
    path.write_text(toml_text(config))
    assert TrainingConfig.of_file(path) == config


def test_the_full_preset_has_the_paper_s_crops_trimaps_and_optimiser():
    for stages in ("short", "paper"):
        config = TrainingConfig.of_preset("lfpnet", steps=65, stages=stages)
        assert {phase.crop_sizes for phase in config.phases} == {(768, 640, 512, 448, 320)}
        assert {(phase.batch_size, phase.learning_rate, phase.final_rate) for phase in config.phases} == {
            (1, 1e-5, 1.0)
        }
        assert (config.optimiser, config.weight_decay, config.betas) == ("radam", 1e-5, (0.5, 0.999))
        assert config.trimap_radii == (1.0, 17.0)  # kernels of 3 to 35 pixels


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("trimap_radii = [5.0, 2.0]", "the smaller one first"),
        ("[chances]\ngrain = 1.5", "a chance of grain from 0 to 1, got 1.5"),
        ("[chances]\nrain = 0.5", "among the chances"),
    ],
)
def test_samples_that_cannot_be_drawn_are_refused(tmp_path, text, sentence):
    path = tmp_path / "run.toml"
    path.write_text(text + "\n[[phases]]\nsteps = 5\n")
    with pytest.raises(ConfigurationError, match=sentence):
        TrainingConfig.of_file(path)


@given(st.floats(0, 10), st.floats(1e-9, 1e3), st.text(max_size=20))
def test_every_number_and_word_survives_toml(rate, limit, weights):
    phase = Phase(3, learning_rate=rate)
    config = TrainingConfig(NETWORK, (phase,), gradient_limit=limit, weights=weights)
    assert TrainingConfig.of_dict(tomllib.loads(toml_text(config))) == config


def test_the_command_prints_toml_that_the_command_reads(tmp_path, capsys):
    path = tmp_path / "run.toml"
    assert main(["train", "--print-config", "--stages", "paper"]) == 0
    path.write_text(printed := capsys.readouterr().out)
    assert main(["train", "--print-config", "--config", str(path)]) == 0
    assert capsys.readouterr().out == printed


def test_the_paper_trains_context_then_matting_then_decoders_then_everything():
    phases = paper_stages("lfpnet", 650)
    assert [phase.trains for phase in phases[:3]] == [("propagating",), ("matting",), ("decoders",)]
    assert phases[0].minimises == "context_alpha"
    assert [phase.steps for phase in phases] == [150, 350, 100, 50]
    assert {phase.size_at(step) for phase in phases for step in range(50)} == set(PAPER_SIZES)
    assert all(phase.has_fresh_optimiser for phase in phases)


@pytest.mark.parametrize(
    "change",
    [
        {"steps": 0},
        {"inner_size": 100},
        {"crop_sizes": (64, 65)},
        {"batch_size": 0},
        {"accumulation": 0},
        {"learning_rate": -1.0},
        {"final_rate": 2.0},
        {"trains": ("everything",)},
        {"trains": ()},
    ],
)
def test_a_phase_out_of_range_is_refused_in_one_sentence(change):
    with pytest.raises(ConfigurationError, match=r"Expected .* of a phase to be .*; fix the configuration"):
        Phase(**{"steps": 5, **change})


def test_an_option_out_of_range_is_refused():
    with pytest.raises(ConfigurationError, match="validation_samples of at least 1"):
        replace(TrainingConfig(NETWORK, (Phase(5),)), validation_samples=0)


def test_a_file_with_a_wrong_value_is_a_sentence_and_no_trace(tmp_path):
    script = f"""
from pathlib import Path
from lfpnet.errors import ConfigurationError
from lfpnet.training.config import TrainingConfig
path = Path({str(tmp_path / "run.toml")!r})
for text in (
    'optimiser = "sgd"\\n[[phases]]\\nsteps = 5',
    'precision = "fp8"\\n[[phases]]\\nsteps = 5',
    '[[phases]]\\nsteps = 5\\nlearning_rate = "fast"',
    '[[phases]]\\nsteps = 5\\nminimises = "nothing"',
    '[[phases]]\\nsteps = 2.5',
    'trimap_radii = [5.0]\\n[[phases]]\\nsteps = 5',
    '[chances]\\ngrain = "often"\\n[[phases]]\\nsteps = 5',
):
    path.write_text(text)
    try:
        TrainingConfig.of_file(path)
    except ConfigurationError as error:
        print(error)
"""  # in a process of its own: the checked shapes of the tests would refuse the types first
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    sentences = done.stdout.splitlines()
    assert len(sentences) == 7
    assert "got 'sgd'; choose one of them" in sentences[0]
    assert "learning_rate of a phase to be 0 to 10, got 'fast'" in sentences[2]
    assert "steps of a phase to be >= 1, got 2.5" in sentences[4]
    assert "trimap_radii as two numbers of pixels, got (5.0,)" in sentences[5]
    assert "a chance of grain from 0 to 1, got 'often'" in sentences[6]


def test_too_few_steps_for_the_stages_are_refused():
    with pytest.raises(ConfigurationError, match="at least 4 steps"):
        paper_stages("lfpnet", 3)


def test_decoders_are_what_comes_after_the_bottlenecks():
    network = build_network(NETWORK)
    choose_trained_parts(network, ("decoders",))
    moving = {name.split(".")[1] for name, value in network.named_parameters() if value.requires_grad}
    assert moving == {"decode1", "decode2", "decode3", "decode4", "context_alpha", "unfold", "refine", "raw"}


def test_a_phase_for_a_module_that_the_network_lacks_is_refused():
    network = build_network(NETWORK.with_propagating("none"))
    with pytest.raises(ConfigurationError, match="leave the phase out"):
        choose_trained_parts(network, ("propagating",))


def test_precision_suits_the_device():
    cpu = torch.device("cpu")
    assert training_precision("auto", cpu) == torch.bfloat16
    assert training_precision("auto", torch.device("mps")) == torch.float32
    assert training_precision("fp32", cpu) == torch.float32
    with pytest.raises(ConfigurationError, match="use 'bf16'"):
        training_precision("fp16", cpu)
