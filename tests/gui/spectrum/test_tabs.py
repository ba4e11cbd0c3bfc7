import pytest

from rmt_studio.gui.spectrum.tabs import FittingTabs, Tab


@pytest.fixture
def bar(qtbot):
    tabs = [Tab("Density", "Density", "a"), Tab("Quantiles", "Q-Q", "b"), Tab("Tail", "Tail", "c")]
    bar = FittingTabs("tabs", "Plots", tabs)
    qtbot.addWidget(bar)
    return bar


def test_that_tabs_have_their_names_and_tips(bar):
    bar.fit(600)
    assert [bar.tabText(i) for i in range(3)] == ["Density", "Quantiles", "Tail"]
    assert bar.tabToolTip(1) == "b"
    assert bar.accessibleName() == "Plots"


def test_that_all_tabs_fit_where_their_names_do(bar):
    bar.show()
    metrics = bar.fontMetrics()
    least = sum(metrics.horizontalAdvance(text) for text in ("Density", "Q-Q", "Tail"))
    for width in range(least + 24, 500, 7):
        bar.resize(width, 30)
        assert bar.tabRect(2).right() <= width
        assert bar.tabRect(2).width() >= metrics.horizontalAdvance("Tail")


def test_that_short_names_come_where_long_ones_would_be_crowded(bar):
    metrics = bar.fontMetrics()
    bar.fit(sum(metrics.horizontalAdvance(text) for text in ("Density", "Quantiles", "Tail")))
    assert bar.tabText(1) == "Q-Q"
    bar.fit(600)
    assert bar.tabText(1) == "Quantiles"
