import re
from html.parser import HTMLParser

import pytest

from lfpnet.data.layouts import find_cases
from lfpnet.errors import OutputError
from lfpnet.evaluation import PLAIN, OneHalf, RunFacts, evaluate, write_report
from lfpnet.evaluation.markup import printed
from lfpnet.evaluation.pictures import PictureBudget

VOID = {"meta", "img", "input", "br"}


class Outline(HTMLParser):
    """Checks that tags nest, and collects pictures, headings, links and cells."""

    def __init__(self):
        super().__init__()
        self.open, self.images, self.addresses, self.texts = [], [], [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "img":
            self.images.append(attributes)
        self.addresses += [value for key, value in attrs if key in ("src", "href", "action", "srcset")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture
def made(data_set, offset, tmp_path):
    methods = [offset("<b>exact & so</b>", 0.1, 0.0), OneHalf()]
    budget = PictureBudget(1 << 20)
    results = list(evaluate(find_cases(data_set), methods, PLAIN, budget=budget, picture_width=60))
    settings = {method.name: method.settings for method in methods}
    facts = RunFacts(
        "/shots/discs", "pairs", "lfpnet evaluate -o x", "plain figures", settings, 3, ["a.png is broken."]
    )
    write_report(tmp_path / "report.html", results, budget.kept, facts)
    text = (tmp_path / "report.html").read_text()
    outline = Outline()
    outline.feed(text)
    return text, outline, results, facts


def test_the_page_is_well_formed_and_needs_nothing_from_outside(made):
    text, outline, *_ = made
    assert outline.open == []
    assert all(address.startswith("data:image/jpeg;base64,") for address in outline.addresses)
    assert not re.search(r"https?://|url\(|@import|<link|<script src", text)


def test_every_case_has_its_pictures_once_and_a_slider(made):
    text, outline, results, _ = made
    labels = [image["alt"] for image in outline.images if "src" in image]
    names = [row.method for row in results[0].rows]
    of_one_case = ["plate", "trimap", "truth", *(f"{kind}: {name}" for name in names for kind in ("alpha", "error"))]
    assert labels == of_one_case * len(results)
    assert text.count('<div class="slider">') == text.count('type="range"') == len(results)


def test_names_are_shown_as_they_are_and_never_become_markup(made):
    text, outline, *_ = made
    assert "<b>" not in text
    assert "<b>exact & so</b>" in outline.texts


def test_the_page_names_command_machine_date_versions_settings_and_what_was_left_out(made):
    _, outline, _, facts = made
    shown = "\n".join(outline.texts)
    for fact in (
        facts.command,
        facts.machine,
        facts.date,
        "offset",
        "a.png is broken.",
        f"lfpnet {facts.versions['lfpnet']}",
    ):
        assert fact in shown


def test_every_figure_stands_in_the_page(made):
    _, outline, results, _ = made
    for result in results:
        for row in result.rows:
            for key in ("sad", "mse", "grad", "conn"):
                assert printed(key, getattr(row.figures, key)) in outline.texts


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("sad", 22.368, "22.37"),
        ("mse", 0.0036, "3.60"),
        ("mse", 0, "0.00"),
        ("sad", 0.00123, "0.0012"),
        ("seconds", 0.001, "0.00"),
    ],
)
def test_figures_are_printed_as_the_papers_tables_print_them(key, value, text):
    assert printed(key, value) == text


def test_a_report_that_cannot_be_written_says_where(made, tmp_path):
    _, _, results, facts = made
    with pytest.raises(OutputError, match="nowhere"):
        write_report(tmp_path / "nowhere/report.html", results, {}, facts)
