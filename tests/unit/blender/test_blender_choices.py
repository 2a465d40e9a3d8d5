"""Keys, the sidecar's command, and sentences."""

import numpy as np
import pytest


def test_a_key_is_stretched_between_its_clips(blender_module):
    pixels = blender_module("sidecar.client").Pixels
    mask = pixels(np.array([[0.1, 0.2, 0.4, 0.6, 2]], np.float32), colour_space="data", origin="bottom-left")
    stretched = blender_module("masks").clipped(mask, 0.2, 0.6)
    np.testing.assert_allclose(stretched.array, [[0, 0, 0.5, 1, 1]], atol=1e-6)
    assert (stretched.colour_space, stretched.origin) == ("data", "bottom-left")


def test_the_command_is_found_in_the_order_that_the_preferences_say(blender_module, tmp_path):
    serve_command = blender_module("sidecar_command").serve_command
    (tmp_path / ".local" / "bin").mkdir(parents=True)
    here = {"HOME": str(tmp_path), "PATH": str(tmp_path)}
    assert serve_command("", 15, here) == ()
    usual = tmp_path / ".local" / "bin" / "lfpnet"
    usual.touch()
    assert serve_command("", 15, here) == (str(usual), "serve", "--idle-seconds", "900")
    on_path = tmp_path / "lfpnet"
    on_path.touch(mode=0o755)
    assert serve_command("", 0, here)[0] == str(on_path)
    configured = {**here, "LFPNET_COMMAND": "nice lfpnet"}
    assert serve_command("", 15, configured)[:3] == ("nice", "lfpnet", "serve")
    python = tmp_path / "python3.11"
    python.touch()
    assert serve_command(str(python), 15, configured)[:3] == (str(python), "-m", "sidecar.cli.serve")
    assert serve_command("ssh-less lfpnet", 15, configured)[:3] == ("ssh-less", "lfpnet", "serve")


@pytest.mark.parametrize(
    ("state", "about", "level", "part"),
    [
        ("none", {}, "info", "starts with the first matte"),
        ("starting", {}, "busy", "is starting"),
        ("connected", {"state": "loading"}, "busy", "loading"),
        ("connected", {"state": "ready", "devices": ["cuda:0"], "version": "9"}, "ok", "Ready on cuda:0 (lfpnet 9)"),
        ("connected", {"state": "ready", "problem": "The weights are damaged."}, "error", "damaged"),
        ("connected", {"state": "ready", "devices": ["auto"], "version": "9"}, "ok", "Ready (lfpnet 9)"),
        ("asleep", {}, "info", "starts with the next"),
        ("unresponsive", {}, "busy", "has not answered"),
    ],
)
def test_every_state_is_a_sentence(blender_module, state, about, level, part):
    snapshot = blender_module("tasks").Snapshot(state, "The sidecar has not answered.", about)
    said = blender_module("sentences").sidecar_sentence(snapshot)
    assert said.level == level
    assert part in said.text
    assert said.text.endswith(".")


def test_a_missing_installation_says_what_to_do(blender_module):
    sentences = blender_module("sentences")
    snapshot = blender_module("tasks").Snapshot("failed", "No sidecar is installed here: install lfpnet and so on.")
    assert sentences.sidecar_sentence(snapshot) == (sentences.NOT_INSTALLED, "error")


@pytest.mark.parametrize("state", ["running", "stopping", "done", "stopped", "failed"])
def test_training_is_told_in_sentences(blender_module, state):
    said = blender_module("sentences").training_sentence({"state": state, "progress": {"step": 3, "loss": 0.123456}})
    assert said.text.endswith(".")
    if state == "running":
        assert said.text == "Fine-tuning: step 3, loss 0.1235."


def test_the_progress_of_training_is_a_share_and_the_figures_that_matter(blender_module):
    sentences = blender_module("sentences")
    progress = {"step": 50, "steps": 200, "loss": 0.5, "held-back mse": 0.25, "name": "x", "before": {"mse": 1.0}}
    reply = {"state": "running", "progress": progress}
    assert sentences.training_share(reply) == 0.25
    assert sentences.training_sentence(reply).text == (
        "Fine-tuning: step 50 of at most 200, loss 0.5, held-back mse 0.25."
    )
    assert sentences.training_share({"state": "running", "progress": None}) is None
    assert sentences.training_share({"state": "done", "progress": progress}) is None


def test_new_weights_go_where_the_sidecar_looks(blender_module):
    from lfpnet.weights import user_models_folder

    for environment in ({}, {"LFPNET_MODELS": "~/nets"}, {"XDG_DATA_HOME": "/data"}, {"LOCALAPPDATA": "/local"}):
        assert blender_module("models_folder").models_folder(environment) == user_models_folder(environment)


def test_a_run_that_gained_nothing_is_no_failure_and_a_failure_is_told_in_words(blender_module):
    sentence = blender_module("sentences").training_sentence
    log = 'lfpnet: nothing was gained\n{"step": 3, "weights": null}'
    gained_nothing = sentence({"state": "failed", "log": log, "progress": {"step": 3, "weights": None}})
    assert gained_nothing.level == "ok"
    assert "gained nothing" in gained_nothing.text
    failed = sentence({"state": "failed", "log": 'lfpnet: a frame is missing.\n{"step": 3}\n', "progress": {"step": 3}})
    assert failed == ("Fine-tuning failed: lfpnet: a frame is missing.", "error")


@pytest.mark.parametrize(
    ("progress", "part"),
    [({"weights": "/m/shot-1.safetensors"}, "choose shot-1"), ({"weights": None}, "gained nothing"), ({}, "has ended")],
)
def test_the_end_of_training_says_what_came_of_it(blender_module, progress, part):
    assert part in blender_module("sentences").training_sentence({"state": "done", "progress": progress}).text
