"""One HTML page that needs nothing else: means, settings, every case with pictures and a slider, every figure."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from lfpnet.atomic_file import atomic_file
from lfpnet.evaluation.facts import RunFacts
from lfpnet.evaluation.markup import FIGURE_COLUMNS, facts_list, heading, picture, printed, table, tag, text
from lfpnet.evaluation.pictures import CasePictures
from lfpnet.evaluation.runner import CaseResult, Row
from lfpnet.evaluation.summary import MethodSummary, summarise

#: Bytes of all pictures before they become text, which takes a third more: the page stays below 20 MB.
PICTURE_BYTES = 14_000_000
_PAGE = Path(__file__).parent / "page"


def write_report(
    path: Path, results: Sequence[CaseResult], pictures: Mapping[int, CasePictures], facts: RunFacts
) -> None:
    """Write the page.

    Args:
        path: ends in .html; an existing file is replaced.
        results: of a run, at least one.
        pictures: by the index of the case; cases without pictures appear in the table only.
        facts: of the run.

    Raises:
        OutputError: the file cannot be written.
    """
    with atomic_file(path) as stream:
        stream.write(page(results, pictures, facts).encode())


def page(results: Sequence[CaseResult], pictures: Mapping[int, CasePictures], facts: RunFacts) -> str:
    """The whole page as text."""
    summaries = summarise(results)
    title = f"Mattes of {Path(facts.dataset).name}"
    pictured = [result for result in results if result.index in pictures]
    content = [
        text("h1", title),
        text("p", f"{facts.layout}: {len(results)} of {facts.case_count} cases, {facts.date}", class_="soft"),
        *_notices(facts),
        text("h2", "Means over the cases"),
        _summary_table(summaries),
        *_summary_notes(summaries, facts),
        text("h2", "How it was made"),
        _run_facts(facts),
        text("h2", f"Cases with pictures ({len(pictured)} of {len(results)})"),
        _legend(),
        *(_case(result, pictures[result.index], result.rows) for result in pictured),
        text("h2", "Every figure"),
        _every_figure(results),
    ]
    return _document(title, "".join(content))


def _document(title: str, content: str) -> str:
    style, script = ((_PAGE / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{style}</style></head><body><main>{content}</main><script>{script}</script></body></html>\n"
    )


def _notices(facts: RunFacts) -> list[str]:
    """What a reader must not miss: an early end, cases left out."""
    notices = [f"The run stopped early: {facts.interruption}"] if facts.interruption else []
    if facts.skipped:
        notices.append(f"{len(facts.skipped)} cases were left out; they are listed below.")
    return [text("p", notice, class_="notice") for notice in notices]


def _summary_table(summaries: Sequence[MethodSummary]) -> str:
    keys = [key for key in FIGURE_COLUMNS if any(key in summary.mean for summary in summaries)]
    best = {key: min(summary.mean[key] for summary in summaries if key in summary.mean) for key in keys}
    rows = []
    for summary in summaries:
        cells = [text("td", summary.method)]
        for key in keys:
            if key not in summary.mean:
                cells.append(text("td", ""))
                continue
            is_best = key != "seconds" and summary.mean[key] == best[key] and len(summaries) > 1
            middle = text("small", f"median {printed(key, summary.median[key])}")
            mean = text("span", printed(key, summary.mean[key]), **({"class_": "best"} if is_best else {}))
            cells.append(tag("td", mean + middle))
        rows.append(cells)
    return table([text("th", "Method"), *(text("th", heading(key)) for key in keys)], rows, id="summary")


def _summary_notes(summaries: Sequence[MethodSummary], facts: RunFacts) -> list[str]:
    """What the means are made of."""
    count = summaries[0].count if summaries else 0
    notes = [f"Means and medians over {count} cases, each counting the same; lower is better. {facts.protocol}."]
    notes += [
        f"{summary.method} could not do {summary.failures} cases, which count for no method."
        for summary in summaries
        if summary.failures
    ]
    return [text("p", note, class_="soft") for note in notes]


def _run_facts(facts: RunFacts) -> str:
    rows = [
        ("Command", facts.command),
        ("Data set", f"{facts.dataset} (layout {facts.layout})"),
        ("Figures", facts.protocol),
        ("Date", facts.date),
        ("Machine", facts.machine),
        ("Versions", ", ".join(f"{name} {number}" for name, number in facts.versions.items())),
    ]
    blocks = [facts_list(rows)]
    for method, settings in facts.methods.items():
        blocks.append(tag("details", text("summary", f"Settings of {method}") + facts_list(list(settings.items()))))
    if facts.skipped:
        listed = "".join(text("li", sentence) for sentence in facts.skipped)
        blocks.append(tag("details", text("summary", f"{len(facts.skipped)} cases left out") + tag("ul", listed)))
    return "".join(blocks)


def _legend() -> str:
    return (
        '<p class="soft">Error maps show the unknown region only: <span class="key"><span class="swatch" '
        'style="background:#ff9628"></span>alpha too high</span> <span class="key"><span class="swatch" '
        'style="background:#4696ff"></span>alpha too low,</span> growing with the '
        "square root of the error. Move over the large picture, or use the control below it, to compare the two "
        "pictures that the menus name; a click on a small picture chooses the right one, with Shift the left one.</p>"
    )


def _case(result: CaseResult, pictures: CasePictures, rows: Sequence[Row]) -> str:
    """One case: the slider, and beside it its figures and all its pictures."""
    about = (
        f"{result.width} x {result.height}, {100 * result.unknown_share:.1f} % unknown, trimap {result.trimap_origin}"
    )
    head = tag("div", text("h3", result.name) + text("span", about, class_="soft"), class_="head")
    strip = tag("div", "".join(picture(label, file) for label, file in pictures.items()), class_="strip")
    body = tag("div", _slider(list(pictures)) + tag("div", _case_table(rows) + strip), class_="body")
    return tag("article", head + body, data_case=result.name)


def _slider(labels: Sequence[str]) -> str:
    """Two pictures over each other; the script fills them from the strip."""
    first_alpha = next((label for label in labels if label.startswith("alpha: ")), labels[-1])
    menus = [_menu("left picture", labels, "truth"), _menu("right picture", labels, first_alpha)]
    control = '<input type="range" min="0" max="100" step="0.1" value="50" aria-label="where the pictures part">'
    stage = '<div class="slider"><img alt="left"><img alt="right"><div class="edge"></div></div>'
    return tag("div", stage + tag("div", menus[0] + control + menus[1], class_="controls"))


def _menu(label: str, choices: Sequence[str], chosen: str) -> str:
    options = [
        text("option", choice, value=choice, **({"selected": ""} if choice == chosen else {})) for choice in choices
    ]
    return tag("select", "".join(options), aria_label=label)


def _case_table(rows: Sequence[Row]) -> str:
    keys = _keys_of(rows)
    best = {
        key: min(value for row in rows if (value := _value(row, key)) is not None) for key in keys if key != "seconds"
    }
    cells = []
    for row in rows:
        if row.figures is None:
            cells.append([text("td", row.method), text("td", row.failure, class_="failure", colspan=str(len(keys)))])
            continue
        marks = [{"class_": "best"} if len(rows) > 1 and _value(row, key) == best.get(key) else {} for key in keys]
        cells.append(
            [text("td", row.method), *(_cell(row, key, **mark) for key, mark in zip(keys, marks, strict=True))]
        )
    return table([text("th", "Method"), *(text("th", heading(key)) for key in keys)], cells)


def _every_figure(results: Sequence[CaseResult]) -> str:
    """Every case and method, to be sorted by a click on a head."""
    keys = _keys_of([row for result in results for row in result.rows])
    heads = [text("th", name, class_="text", data_sort="") for name in ("Case", "Method")]
    heads += [text("th", heading(key), data_sort="") for key in keys]
    rows = [
        [text("td", result.name), text("td", row.method, class_="text"), *(_cell(row, key) for key in keys)]
        for result in results
        for row in result.rows
    ]
    return table(heads, rows, id="figures")


def _cell(row: Row, key: str, **attributes: str) -> str:
    value = _value(row, key)
    if value is None:
        return text("td", "", data_value="", **attributes)
    return text("td", printed(key, value), data_value=f"{value:.8g}", **attributes)


def _keys_of(rows: Sequence[Row]) -> list[str]:
    """The columns that any row fills."""
    return [key for key in FIGURE_COLUMNS if any(_value(row, key) is not None for row in rows)]


def _value(row: Row, key: str) -> float | None:
    if row.figures is None:
        return None
    return row.seconds if key == "seconds" else getattr(row.figures, key)
