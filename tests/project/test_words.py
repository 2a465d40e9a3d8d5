"""Sentences to users are in a compositor's words (CONTRIBUTING, Words)."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_A_COMPOSITORS = re.compile(r"\b(mend|mends|mended|mending|eight turns|redo done)\b", re.IGNORECASE)


def _sources():
    command = ["git", "ls-files", "lfpnet/*.py", "sidecar/*.py", "plugins/*.py"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split()]


@pytest.mark.parametrize("folder", ["lfpnet", "sidecar", "plugins"])
def test_no_text_of_the_code_uses_a_word_that_no_compositor_would(folder):
    texts = [
        (path.relative_to(ROOT).as_posix(), node.value)
        for path in _sources()
        if path.is_relative_to(ROOT / folder)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert len(texts) > 500
    assert [(name, text) for name, text in texts if NOT_A_COMPOSITORS.search(text)] == []
