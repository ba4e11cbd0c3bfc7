"""Reports hold every number, stand alone, are the same bytes twice, and are whole or not there."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rmt_studio.analysis import Analysis
from rmt_studio.cli import GOOD, WRONG_USE, run
from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled
from rmt_studio.reports import write_report


class Page(HTMLParser):
    """Collects tags, attributes and the text of table cells."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.rows, self._cell = [], [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "tr":
            self.rows.append([])
        self._cell = tag in ("td", "th")
        if self._cell:
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        self._cell = False

    def handle_data(self, data):
        if self._cell:
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def page(demo_model, demo_analysis, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(demo_model, demo_analysis, path)
    return path.read_text(encoding="utf-8")


def test_that_a_page_has_a_row_for_each_matrix_and_a_figure_for_each_block(page, demo_analysis):
    found = Page(page)
    assert [row[0] for row in found.rows[1:]] == [layer.name for layer in demo_analysis]
    assert {len(row) for row in found.rows} == {12}
    blocks = {layer.layer.block for layer in demo_analysis}
    assert found.tags.count("figure") == found.tags.count("svg") == len(blocks)
    edges = [float(row[5]) for row in found.rows[1:]]
    expected = [layer.fit.upper_edge for layer in demo_analysis]
    assert edges == pytest.approx(expected, rel=5e-3)  # three digits


def test_that_a_page_fetches_nothing_and_runs_nothing(page):
    found = Page(page)
    assert not {"script", "link", "img", "iframe", "object"} & set(found.tags)
    loaded = [v for k, v in found.attributes if k in ("src", "href", "xlink:href", "data")]
    assert all(value.startswith("#") for value in loaded)
    assert not re.search(r"url\((?!#)", page)
    assert "@import" not in page


def test_that_the_same_analysis_gives_the_same_page(page, demo_model, demo_analysis, tmp_path):
    write_report(demo_model, demo_analysis, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == page


def test_that_names_of_strangers_are_text(demo_model, demo_analysis, tmp_path):
    layer = replace(demo_analysis[0], layer=replace(demo_analysis[0].layer, name="<script>x"))
    write_report(demo_model, Analysis([layer], skipped=("<b>",)), tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<b>" not in text
    assert "&lt;script&gt;x" in text


def test_that_csv_and_json_hold_every_number(demo_model, demo_analysis, tmp_path):
    write_report(demo_model, demo_analysis, tmp_path / "r.csv")
    write_report(demo_model, demo_analysis, tmp_path / "r.json")
    told = json.loads((tmp_path / "r.json").read_text())
    assert told["source"]["sha256"] == demo_model.source.sha256
    with (tmp_path / "r.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row, layer, expected in zip(rows, told["layers"], demo_analysis, strict=True):
        assert row["name"] == layer["name"] == expected.name
        assert float(row["upper_edge"]) == layer["upper_edge"] == expected.fit.upper_edge


def test_that_what_cannot_be_a_report_is_refused(demo_model, demo_analysis, tmp_path):
    with pytest.raises(InputError, match=r"end it in \.html, \.csv or \.json"):
        write_report(demo_model, demo_analysis, tmp_path / "report.doc")
    with pytest.raises(InputError, match="analyse the model first"):
        write_report(demo_model, Analysis([]), tmp_path / "report.html")
    with pytest.raises(InputError, match="No such file"):
        write_report(demo_model, demo_analysis, tmp_path / "gone" / "report.csv")
    assert list(tmp_path.iterdir()) == []


def test_that_a_cancelled_page_leaves_the_old_one(demo_model, demo_analysis, tmp_path):
    (tmp_path / "page.html").write_text("older")

    def stop(done, total, note=""):
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_report(demo_model, demo_analysis, tmp_path / "page.html", progress=stop)
    assert (tmp_path / "page.html").read_text() == "older"


def test_that_the_command_line_writes_the_same_page(page, tmp_path, capsys):
    assert run(["analyze", "demo", "--html", str(tmp_path / "page.html")]) == GOOD
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page
    assert run(["analyze", "demo", "--html", str(tmp_path / "page.pdf")]) == WRONG_USE
    assert "end its name in .html" in capsys.readouterr().err
