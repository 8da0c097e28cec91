"""The page in a real browser: nothing refused, nothing logged, at the width of a phone and of a laptop."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from pytest_athena_dreams.report.page import html

from .conftest import RAISED, WRONG, fill, night
from .test_report import DAY, START, report_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
]


def browse(page: Path, width: int) -> tuple[str, bytes]:
    """What the console said, and a screenshot, without a network."""
    shot = page.with_name(f"{width}.png")
    done = subprocess.run(
        [
            *(str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *("--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND"),
            *(f"--window-size={width},3000", f"--screenshot={shot}", page.as_uri()),
            f"--user-data-dir={page.parent / 'profile'}",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return "\n".join(said), shot.read_bytes()


@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_opens_without_a_word_in_the_console(path: Path, width: int) -> None:
    fill(path, 30)
    night(path, {n: WRONG if n % 2 else RAISED for n in range(1, 25)}, started_at=START)
    night(path, dict.fromkeys(range(1, 12), WRONG), started_at=START + DAY)
    page = path.with_name("report.html")
    page.write_text(html(report_of(path)), encoding="utf-8")
    said, shot = browse(page, width)
    assert said == ""
    assert struct.unpack(">II", shot[16:24]) == (width, 3000)
    assert len(shot) > 50_000  # more than an empty page


FRAME = """<!doctype html><meta charset="utf-8">
<iframe src="{page}" style="width: {width}px; height: 3000px; border: 0"></iframe><pre id="found"></pre>
<script>
document.querySelector("iframe").addEventListener("load", (event) => {{
  const page = event.target.contentDocument, wide = page.documentElement.clientWidth, found = [];
  for (const dream of page.querySelectorAll("details")) dream.open = true;
  const scrolls = (node) =>
    node && (getComputedStyle(node).overflowX !== "visible" || scrolls(node.parentElement));
  for (const node of page.body.querySelectorAll("*")) {{
    const box = node.getBoundingClientRect(), drawing = node.closest("svg");
    const room = (drawing || page.documentElement).getBoundingClientRect();
    if (!box.width || (!drawing && scrolls(node.parentElement))) continue;
    if (box.left < room.left - 1 || box.right > room.right + 1) found.push(node.textContent.slice(0, 60));
  }}
  document.getElementById("found").textContent =
    `${{wide}} wide, ${{page.querySelectorAll("details[open]").length}} open; ` + found.join("; ");
}});
</script>"""
"""A page that opens every dream of the report in a frame and names what sticks out of it, or of a drawing."""


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_sticks_out(path: Path, width: int) -> None:
    fill(path, 30)
    night(path, {n: WRONG if n % 2 else RAISED for n in range(1, 25)}, started_at=START)
    night(path, dict.fromkeys(range(1, 12), WRONG), started_at=START + DAY)
    page = path.with_name("report.html")
    page.write_text(html(report_of(path)), encoding="utf-8")
    frame = path.with_name("frame.html")
    frame.write_text(FRAME.format(page=page.name, width=width))
    text = dom(frame, "--allow-file-access-from-files", "--hide-scrollbars", "--virtual-time-budget=10000")
    found = re.search(r'<pre id="found">(.*?)</pre>', text, re.DOTALL)
    assert found is not None
    assert found[1] == f"{width} wide, 31 open; "


def dom(page: Path, *options: str, place: str = "") -> str:
    """The page as the browser has it once its scripts have run."""
    done = subprocess.run(
        [
            *(str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
            *(*options, f"--user-data-dir={page.parent / 'profile'}", f"{page.as_uri()}{place}"),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def test_a_dream_is_opened_with_its_procedure_beside_it(path: Path) -> None:
    fill(path, 3)
    night(path, {2: WRONG}, started_at=START)
    page = path.with_name("report.html")
    page.write_text(html(report_of(path)), encoding="utf-8")
    text = dom(page, place="#dream-2")
    dream = re.search(r'<details class="dream" id="dream-2"[^>]* open=.*?</details>', text, re.DOTALL)
    assert dream is not None
    assert re.search(r"<pre data-procedure=[^>]*>def clamp\(", dream[0])


def test_the_console_is_heard(tmp_path: Path) -> None:
    """The check above can fail: a page that asks for what its policy refuses is heard."""
    page = tmp_path / "bad.html"
    page.write_text(
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\"><script>1</script>"
    )
    assert "Content Security Policy" in browse(page, 800)[0]
