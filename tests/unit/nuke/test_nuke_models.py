"""Where fine-tuned weights go, and what the node says of a training run."""

import pytest

from lfpnet.weights.folder import user_models_folder


@pytest.mark.parametrize(
    "environment",
    [{}, {"LFPNET_MODELS": "/shots/models"}, {"LFPNET_MODELS": "~/mine"}, {"XDG_DATA_HOME": "/data"}],
)
def test_new_weights_go_where_the_sidecar_looks(plugin, environment):
    assert plugin("models").models_folder(environment) == user_models_folder(environment)


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        ({"state": "none"}, "Training: none."),
        ({"state": "running", "progress": {"step": 4, "steps": 9}}, "Training: running, step 4 of 9."),
        ({"state": "failed", "log": "a\nNo pairs."}, "Training: failed: No pairs."),
        (
            {"state": "done", "progress": {"weights": "/m/hair.safetensors"}},
            "Training: done; the new weights are hair, press refresh.",
        ),
        (
            {"state": "failed", "progress": {"weights": None}},
            "Training: failed; nothing was gained, so no weights were written.",
        ),
    ],
)
def test_a_training_run_is_told_in_one_sentence(plugin, reply, sentence):
    assert plugin("models").training_sentence(reply) == sentence
