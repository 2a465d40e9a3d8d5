"""Turns, stages and first weights do what the configuration says."""

import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from lfpnet.data.pool import build_pool
from lfpnet.data.samples import SampleStream
from lfpnet.errors import ConfigurationError, DeviceError, OutputError, WeightsError
from lfpnet.model.checkpoint import Provenance, load_network, save_checkpoint
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.network import build_network
from lfpnet.training.config import TrainingConfig
from lfpnet.training.loop import Trainer
from lfpnet.training.phase import Phase

WIDTHS = {"matting_widths": (8, 8, 16, 16), "context_widths": (8, 8, 16, 16), "pooling_width": 10}
NETWORK = LFPNetConfig.of_preset("lfpnet-compact", **WIDTHS)
PHASE = Phase(3, inner_size=64, batch_size=4, warm_up_steps=1)
CONFIG = TrainingConfig(NETWORK, (PHASE,), validation_samples=1, precision="fp32", has_frozen_statistics=True)
CARD = Provenance("test", "CC0-1.0", "pytest")


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    return build_pool(tmp_path_factory.mktemp("pool"), 6, 5, procedural_backgrounds=3, size=96)


def _trainer(pool, folder, config=CONFIG):
    def stream(size):
        return SampleStream(pool, size, config.seed)

    return Trainer(config, folder, training=stream, held_out=stream, provenance=CARD)


def _losses(folder):
    return [json.loads(line)["loss"] for line in (folder / "log.jsonl").read_text().splitlines()]


def test_taking_a_step_in_turns_changes_nothing(pool, tmp_path):
    _trainer(pool, tmp_path / "once").run()
    _trainer(pool, tmp_path / "turns", replace(CONFIG, phases=(replace(PHASE, accumulation=2),))).run()
    assert _losses(tmp_path / "turns") == pytest.approx(_losses(tmp_path / "once"), rel=1e-4)


def test_samples_that_cannot_be_split_are_refused_before_anything_is_drawn(pool, tmp_path):
    with pytest.raises(ConfigurationError, match="a multiple of 3, got 4"):
        _trainer(pool, tmp_path, replace(CONFIG, phases=(replace(PHASE, accumulation=3),)))


def test_a_disk_without_room_is_refused_before_anything_is_drawn(pool, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=0))
    with pytest.raises(OutputError, match="make room or choose another disk"):
        _trainer(pool, tmp_path)


def test_frozen_statistics_stay(pool, tmp_path):
    trainer = _trainer(pool, tmp_path)
    before = {name: value.clone() for name, value in trainer.network.named_buffers()}
    trainer.run()
    assert all(value.equal(before[name]) for name, value in trainer.network.named_buffers())


def test_a_run_starts_from_the_weights_that_it_was_given(pool, tmp_path):
    torch.manual_seed(8)
    known = build_network(NETWORK)
    save_checkpoint(tmp_path / "known.safetensors", known, CARD)
    stored, _ = load_network(tmp_path / "known.safetensors")
    trainer = _trainer(pool, tmp_path / "run", replace(CONFIG, weights=str(tmp_path / "known.safetensors")))
    assert all(
        value.equal(other) for value, other in zip(trainer.network.parameters(), stored.parameters(), strict=True)
    )
    assert all(value.requires_grad for value in trainer.network.parameters())
    trainer.run()


def test_weights_of_another_network_are_refused(pool, tmp_path):
    save_checkpoint(tmp_path / "other.safetensors", build_network(NETWORK.with_propagating("none")), CARD)
    with pytest.raises(WeightsError, match="propagating"):
        _trainer(pool, tmp_path / "run", replace(CONFIG, weights=str(tmp_path / "other.safetensors")))


def test_the_first_stage_teaches_only_the_propagating_module(pool, tmp_path):
    phase = replace(PHASE, trains=("propagating",), minimises="context_alpha", crop_sizes=(32, 64))
    trainer = _trainer(pool, tmp_path, replace(CONFIG, phases=(phase,)))
    before = {name: value.clone() for name, value in trainer.network.named_parameters()}
    trainer.run()
    moved = {
        name.partition(".")[0] for name, value in trainer.network.named_parameters() if not value.equal(before[name])
    }
    assert moved == {"propagating"}
    line = json.loads((tmp_path / "log.jsonl").read_text().splitlines()[0])
    assert line["loss"] == line["loss/propagating"]


def test_crop_sizes_do_not_break_resuming(pool, tmp_path):
    config = replace(CONFIG, phases=(replace(PHASE, crop_sizes=(32, 64)),))
    _trainer(pool, tmp_path / "whole", config).run()
    _trainer(pool, tmp_path / "parts", config).run(is_stopped=lambda: True)
    _trainer(pool, tmp_path / "parts", config).run()
    assert _losses(tmp_path / "parts") == _losses(tmp_path / "whole")


def test_a_fresh_optimiser_forgets(pool, tmp_path):
    phases = (PHASE, replace(PHASE, steps=1, has_fresh_optimiser=True))
    trainer = _trainer(pool, tmp_path, replace(CONFIG, phases=phases))
    trainer.run()
    steps = {int(state["step"]) for state in trainer.optimisation.optimiser.state.values()}
    assert steps == {1}


def test_a_loss_that_is_no_number_stops_the_run(pool, tmp_path):
    trainer = _trainer(pool, tmp_path)
    with torch.no_grad():
        next(trainer.network.parameters()).fill_(float("nan"))
    with pytest.raises(ConfigurationError, match="lower the learning rate"):
        trainer.run()


def test_a_device_that_is_full_is_a_sentence_with_the_mend(pool, tmp_path, monkeypatch):
    def full(*_patches):
        raise torch.OutOfMemoryError("out of memory")

    trainer = _trainer(pool, tmp_path)
    monkeypatch.setattr(trainer.network, "forward", full)
    with pytest.raises(DeviceError, match=r"for 4 samples of 64 pixels.*raise accumulation"):
        trainer.run()
