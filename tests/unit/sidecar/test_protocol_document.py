"""The document is the authority: its tables and the code must say the same."""

import re
from pathlib import Path

import pytest

from sidecar.wire import limits
from sidecar.wire.errors import CLIENT_CODES, CODES
from sidecar.wire.messages import COLOUR_SPACES, MESSAGES, ORIGINS, STAGES, STRUCTURES
from sidecar.wire.version import MAGIC, MAJOR, MINOR

TEXT = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
SECTIONS = {match[1]: match[2] for match in re.finditer(r"^### (.+?)\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)}


def rows(section):
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in lines[2:]]


def documented(section):
    return {(name, kind, required == "yes") for name, kind, required, *_ in rows(section)}


@pytest.mark.parametrize("kind", MESSAGES)
def test_each_message_is_documented_as_it_is(kind):
    message = MESSAGES[kind]
    section = SECTIONS[f"{kind} ({message.sender}, {message.socket})"]
    assert documented(section) == {tuple(field) for field in message.fields}


@pytest.mark.parametrize("name", STRUCTURES)
def test_each_structure_is_documented_as_it_is(name):
    assert documented(SECTIONS[name]) == {tuple(field) for field in STRUCTURES[name]}


def test_nothing_is_documented_that_does_not_exist():
    assert {title.split(" (")[0] for title in SECTIONS} == set(MESSAGES) | set(STRUCTURES)


def test_the_error_codes_are_the_documented_ones():
    table = TEXT.split("## 7. Error codes")[1]
    assert {code: (retryable == "yes", ends == "yes") for code, retryable, ends, _ in rows(table)} == CODES
    assert all(f"`{code}`" in table for code in CLIENT_CODES)


def test_version_magic_and_limits_are_the_documented_ones():
    assert f"Version **{MAJOR}.{MINOR}**" in TEXT
    assert f"[{MAGIC.decode()}]" in TEXT
    table = dict(rows(TEXT.split("## 6. Limits")[1].split("## 7.")[0]))
    assert table == {
        "header": f"{limits.HEADER_BYTES // 1024} kB",
        "frames of a message": str(limits.MESSAGE_FRAMES),
        "piece of pixels": f"{limits.CHUNK_BYTES >> 20} MiB",
        "side of a picture": str(limits.IMAGE_SIDE),
        "channels": str(limits.IMAGE_CHANNELS),
        "bytes of a picture, raw or decoded": f"{limits.IMAGE_BYTES >> 30} GiB",
        "unfinished jobs of a client": str(limits.CLIENT_JOBS),
        "slots of a client": str(limits.CLIENT_SLOTS),
        "bytes of a client's slots; of its unfinished uploads": f"{limits.CLIENT_BYTES >> 30} GiB each",
        "clients": str(limits.CLIENTS),
    }


def test_the_named_values_are_documented():
    assert all(f"`{value}`" in TEXT for value in (*STAGES, *COLOUR_SPACES, *ORIGINS))
