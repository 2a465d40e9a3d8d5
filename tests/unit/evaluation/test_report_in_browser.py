"""The report in a real browser: nothing is wider than the window, and the pictures part where the control says."""

import re
import shutil
import subprocess

import pytest

from lfpnet.data.layouts import find_cases
from lfpnet.evaluation import PLAIN, RunFacts, evaluate, write_report
from lfpnet.evaluation.pictures import PictureBudget

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome is installed"),
]
#: Without window and network, and with nothing of its own to do.
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip

#: Does in the page what a user does, and leaves what came of it as the page's title.
PROBE = """<script>
const slider = document.querySelector(".slider"), box = slider.getBoundingClientRect(), seen = {};
const at = (share) => ({
  clientX: box.left + share * box.width, clientY: box.top + 5, pointerType: "mouse", bubbles: true,
});
slider.dispatchEvent(new PointerEvent("pointermove", at(0.25)));
seen.moved = slider.children[1].style.clipPath + " " + document.querySelector(".edge").style.left;
const range = document.querySelector("input[type=range]");
range.value = 80;
range.dispatchEvent(new Event("input"));
seen.ranged = slider.children[1].style.clipPath;
document.querySelector("figure img").click();
seen.chosen = document.querySelectorAll("select")[1].value;
seen.differ = slider.children[0].src !== slider.children[1].src;
seen.overflow = document.documentElement.scrollWidth - window.innerWidth;
document.title = "seen " + Object.values(seen).join(" | ") + " end";
</script>"""


@pytest.mark.parametrize("width", [520, 1280])
def test_the_slider_parts_two_pictures_and_nothing_leaves_the_window(data_set, offset, tmp_path, width):
    budget = PictureBudget(1 << 20)
    results = list(evaluate(find_cases(data_set)[:1], [offset("near", 0.1), offset("far", 0.2)], PLAIN, budget=budget))
    facts = RunFacts("discs", "pairs", "lfpnet evaluate", "plain", methods={}, case_count=1)
    page = tmp_path / "report.html"
    write_report(page, results, budget.kept, facts)
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", PROBE + "</body>"), encoding="utf-8")
    command = [
        str(CHROMIUM), *QUIET, f"--window-size={width},900", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom",
        page.as_uri(),
    ]  # fmt: skip
    shown = subprocess.run(command, check=True, capture_output=True, text=True, timeout=500).stdout
    found = re.search("<title>seen (.*?) end</title>", shown)
    assert found, shown[:300]
    moved, ranged, chosen, differ, overflow = found[1].split(" | ")
    assert moved == "inset(0px 0px 0px 25%) 25%"
    assert ranged == "inset(0px 0px 0px 80%)"
    assert (chosen, differ) == ("plate", "true")
    assert int(overflow) <= 0
