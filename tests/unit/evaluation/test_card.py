"""Model cards: the facts come from the weights, the manifest and the figures; what people wrote stays."""

import json

import pytest

from lfpnet.errors import InputError
from lfpnet.evaluation.card import BEGIN, END, with_facts
from lfpnet.model import Provenance, save_checkpoint
from sidecar.cli.main import main

RUN = {
    "facts": {
        "command": "lfpnet evaluate --dataset x",
        "date": "2026-11-25 12:00 UTC",
        "machine": "me, Linux, CPU, 2 cores",
    },
    "summary": [{"method": "ours", "count": 3, "mean": {"mse": 0.0123, "sad": 4.5}}],
}


@pytest.fixture
def weights(lean_network, tmp_path):
    facts = {"steps": 7, "data": {"pool": {"backgrounds": ["gcompris-qt-data--moose.webp", "other.png"]}}}
    path = tmp_path / "mine.safetensors"
    save_checkpoint(path, lean_network, Provenance("mine", "Apache-2.0", "a test", facts))
    return path


def test_a_card_names_licence_authors_steps_and_figures_and_keeps_the_prose(weights, tmp_path, capsys):
    figures, card = tmp_path / "figures.json", tmp_path / "card.md"
    figures.write_text(json.dumps(RUN))
    card.write_text(f"# Mine\n\n{BEGIN}\nold\n{END}\n\nIt fails on nets.\n")
    for _ in range(2):
        assert main(["weights", "card", str(weights), "--figures", str(figures), "-o", str(card)]) == 0
    assert "1 photographs, 1 evaluations" in capsys.readouterr().out
    text = card.read_text()
    assert text.startswith("# Mine\n")
    assert text.endswith("It fails on nets.\n")
    assert "old" not in text
    assert "| licence | Apache-2.0 |" in text
    assert "| steps | 7 |" in text
    assert "| ours | 12.30 | 4.50 |" in text
    assert "`lfpnet evaluate --dataset x`, 2026-11-25 12:00 UTC, CPU, 2 cores" in text
    assert text.count("photographs and photographed surfaces") == 1


def test_a_card_without_marks_is_not_overwritten(tmp_path):
    with pytest.raises(InputError, match="add them where facts belong"):
        with_facts("# Mine\n", f"{BEGIN}{END}", tmp_path / "card.md")


def test_figures_that_are_none_are_a_sentence(weights, tmp_path, capsys):
    (tmp_path / "x.json").write_text("[]")
    arguments = ["weights", "card", str(weights), "--figures", str(tmp_path / "x.json"), "-o", str(tmp_path / "c.md")]
    assert main(arguments) == 2
    assert "name its figures.json" in capsys.readouterr().err
    assert not (tmp_path / "c.md").exists()
