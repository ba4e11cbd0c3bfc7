"""The explanations beside the plots."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from rmt_studio.gui.plots.help import HelpButton, help_text
from rmt_studio.gui.spectrum.headline import _figures_of
from rmt_studio.gui.spectrum.pages import Pages
from rmt_studio.gui.theme import DARK, theme

TOPICS = ("density", "cdf", "quantiles", "scree", "tail", "entries", "vectors", "details")
OTHERS = ("accuracy", "study", "heat_map")


def plain(topic):
    return re.sub(r"<[^>]+>", "", help_text(topic))


def test_that_every_page_has_an_explanation(qtbot):
    pages = Pages()
    qtbot.addWidget(pages)
    assert tuple(page.key for page in pages.infos) == TOPICS
    assert len(pages.infos) == pages.count() == pages.tabs.count()
    for page in pages.infos:
        assert 300 < len(plain(page.key)) < 2000


@pytest.mark.parametrize("topic", OTHERS)
def test_that_explanations_of_results_and_map_are_of_readable_length(qapp, topic):
    assert 300 < len(plain(topic)) < 2000


@pytest.mark.parametrize("topic", [*TOPICS, *OTHERS])
def test_that_an_explanation_gives_a_formula_and_a_source(qapp, topic):
    text = plain(topic)
    assert re.search(r"[=~]|F_MP", text)
    assert re.search(r"\((19|20)\d\d\)|Kolmogorov", text)
    assert "$" not in text


def test_that_the_figures_of_the_head_line_are_explained_by_their_names(qapp, demo_analysis):
    figures = _figures_of(demo_analysis[0])
    for figure in figures:
        assert f"<b>{figure.caption}</b>" in help_text("density"), figure.caption


def test_that_other_names_are_those_that_the_window_uses(qapp):
    from rmt_studio.gui.spectrum.details.sources import SOURCES
    from rmt_studio.gui.spectrum.vectors import words

    told = {
        name for topic in TOPICS for name in re.findall(r"<li><b>([^<]+)</b>", help_text(topic))
    }
    known = {*SOURCES, "bulk variance", "misfit KS", "rank that the cut leaves"}
    vectors = Path(words.__file__).read_text(encoding="utf-8")
    known |= {name for name in ("IPR", "Haar", "largest") if f"{name} " in vectors}
    assert told <= known, told - known


def test_that_the_button_opens_it_and_escape_closes_it(qtbot):
    button = HelpButton("scree", "Scree")
    qtbot.addWidget(button)
    button.show()
    assert button.accessibleName() == "What am I looking at? Scree"
    QTest.keyClick(button, Qt.Key.Key_Space)
    panel = button.panel
    assert panel.isVisible()
    assert "singular values" in panel.browser.toPlainText()
    assert panel.browser.document().size().height() <= panel.browser.height() + 40
    with qtbot.waitSignal(panel.destroyed):
        QTest.keyClick(panel.browser, Qt.Key.Key_Escape)


def test_that_it_takes_the_colours_of_the_theme(qapp, monkeypatch):
    monkeypatch.setattr(theme(), "choice", "dark")
    assert DARK.text in help_text("density")
