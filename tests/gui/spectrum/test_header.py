import pytest
from PySide6.QtWidgets import QWidget

from rmt_studio.gui.spectrum.captions import number_text
from rmt_studio.gui.spectrum.fitting import FittingLabel
from rmt_studio.gui.spectrum.header import LayerHeader
from rmt_studio.gui.spectrum.headline import Headline
from rmt_studio.gui.spectrum.scales import Quantity
from rmt_studio.spectra import BULK_METHODS, DEFAULT_METHOD


def texts(headline):
    figures = headline._figures.values()
    return {
        "captions": [f.caption.text() for f in figures if not f.caption.isHidden()],
        "numbers": [f.number.text() for f in figures if not f.number.isHidden()],
        "notes": [f.note.text() for f in figures if not f.note.isHidden()],
    }


@pytest.fixture
def card(qtbot):
    card = QWidget()  # a window of its own could not be made narrower than it likes to be
    qtbot.addWidget(card)
    card.resize(1000, 100)
    card.show()
    return card


@pytest.fixture
def headline(card, fc1):
    headline = Headline(card)
    headline.show()
    headline.show_layer(fc1)
    return headline


def test_that_the_headline_holds_the_figures_of_the_fit(headline, fc1):
    headline.resize(900, 80)
    found, fit = texts(headline), fc1.fit
    assert found["numbers"] == [
        number_text(fit.variance),
        number_text(fit.upper_edge),
        f"{fit.spikes}",
        f"{100 * fit.bulk_fraction:.0f} %",
        f"{fit.ks_distance:.3f}",
    ]
    assert found["notes"] == [
        BULK_METHODS[DEFAULT_METHOD].label,
        f"s₊ = {fit.singular_value_edge:.4g}",
        "above Tracy–Widom 95 %",
        "of 96 eigenvalues",
        f"noise stays under {fit.ks_null_95:.3f}",
    ]


def test_that_notes_and_captions_go_before_numbers(headline):
    seen = []
    for width in range(900, headline.minimumSizeHint().width() - 1, -10):
        headline.resize(width, 80)
        found = texts(headline)
        assert len(found["numbers"]) == 5
        seen.append((len(found["notes"]), len(found["captions"])))
    assert seen[0] == (5, 5)
    assert (0, 5) in seen
    assert seen[-1] == (0, 0)


def test_that_no_figure_is_cut_at_the_least_width_of_the_card(headline, qtbot):
    def all_whole():
        for figure in headline._figures.values():
            needed = figure.number.fontMetrics().horizontalAdvance(figure.number.text())
            assert figure.number.width() >= needed

    headline.resize(380 - 2 * 15, 80)
    qtbot.waitUntil(all_whole)  # the layout follows the fonts


def test_that_the_header_names_layer_shape_ratio_and_role(qtbot, fc1, workbench):
    header = LayerHeader(workbench)
    qtbot.addWidget(header)
    header.resize(900, 50)
    header.show()
    header.show_layer(fc1, others=3)
    assert header.name.text() == "blocks.0.mlp.fc1"
    assert header.facts.text() == "384 × 96 · ratio c = 0.25 · MLP input · 3 more selected"


def test_that_buttons_are_shortened_before_the_name_is(qtbot, fc1, workbench):
    header = LayerHeader(workbench)
    qtbot.addWidget(header)
    header.show()
    header.show_layer(fc1, others=0)
    header.resize(352, 50)
    assert header.name.text() == "blocks.0.mlp.fc1"
    assert header.quantity.findChild(object, "choice_eigenvalue").text() == "λ"


def test_that_the_buttons_choose_the_scale(qtbot, workbench):
    header = LayerHeader(workbench)
    qtbot.addWidget(header)
    with qtbot.waitSignal(header.scale_changed):
        header.quantity.findChild(object, "choice_singular_value").click()
    with qtbot.waitSignal(header.scale_changed):
        header.axis.findChild(object, "choice_log").click()
    scale = header.scale(768)
    assert (scale.samples, scale.quantity, scale.log) == (768, Quantity.SINGULAR_VALUE, True)


def test_that_a_label_says_it_shorter_and_keeps_the_long_text_as_tool_tip(qtbot):
    label = FittingLabel()
    qtbot.addWidget(label)
    label.show()
    label.set_variants("a rather long text", "short text")
    label.resize(label.natural_width(0) + 2, 20)
    assert (label.text(), label.toolTip()) == ("a rather long text", "")
    label.resize(label.natural_width(1) + 2, 20)
    assert (label.text(), label.toolTip()) == ("short text", "a rather long text")
    label.resize(label.natural_width(1) // 2, 20)
    assert "…" in label.text()
