import numpy as np
import pytest

from rmt_studio.analysis.details import spike_details
from rmt_studio.gui.spectrum.details.figures import COLUMNS, figures_of
from rmt_studio.gui.spectrum.details.sources import SOURCES
from rmt_studio.gui.spectrum.details.spike_rows import SPIKE_COLUMNS, carried_by, spike_rows
from rmt_studio.gui.spectrum.overlays import Other
from rmt_studio.gui.spectrum.scales import Scale
from rmt_studio.gui.spectrum.shown import Shown
from rmt_studio.spectra import entry_statistics, frobenius_norm, localisation


def shown(layer, **overlays):
    return Shown(layer, Scale(layer.spectrum.samples), **overlays)


def titles(rows):
    return [row.title for row in rows if row.title]


def cells(rows):
    """Return value and note of each quantity."""
    return {row.cells[0].text: row.cells[1:] for row in rows if row.cells}


def test_that_every_group_is_there_and_every_line_has_all_columns(fc1):
    rows = figures_of(shown(fc1), entry_statistics(np.eye(3)), None)
    assert titles(rows) == [
        "Matrix", "Fit", "Goodness of fit", "Edge test", "Below the lower edge", "Tail",
        "Norms and ranks", "Entries",
    ]  # fmt: skip
    assert {len(row.cells) for row in rows if row.cells} == {len(COLUMNS)}


def test_that_numbers_are_copied_at_full_precision(fc1):
    found = cells(figures_of(shown(fc1), None, None))
    assert float(found["variance v"][0].copied) == fc1.fit.variance
    assert float(found["exponent α"][0].copied) == fc1.tail.alpha
    assert float(found["Frobenius norm"][0].copied) == frobenius_norm(fc1.spectrum)
    assert int(found["spikes"][0].copied) == fc1.fit.spikes


def test_that_a_distance_beyond_its_null_stands_out(fc1, pruned_layer, layers):
    for layer in (fc1, pruned_layer):
        cell = cells(figures_of(shown(layer), None, None))["distance D"][0]
        assert cell.flagged == (layer.fit.ks_distance > layer.fit.ks_null_95)


def test_that_entries_are_told_to_be_computed(fc1):
    assert cells(figures_of(shown(fc1), None, None))["moments"][1].text == "being computed"
    found = cells(figures_of(shown(fc1), entry_statistics(np.full((2, 2), 0.5)), None))
    assert found["excess kurtosis"][0].text == "–"


def test_that_without_a_law_nothing_of_the_fit_is_said(product, null_of):
    rows = figures_of(shown(product, null=null_of(product)), None, None)
    assert titles(rows) == ["Matrix", "Fit", "Null", "Tail", "Norms and ranks", "Entries"]
    found = cells(rows)
    assert found["law"][0].text == "none"
    assert found["law"][1].text == product.view.why_not
    assert "variance v" not in found


def test_that_null_and_other_spectrum_have_groups_of_their_own(fc1, square, null_of):
    null = null_of(fc1)
    rows = figures_of(shown(fc1, null=null, other=Other(square, "second")), None, None)
    assert {"Null", "Compared with second"} <= set(titles(rows))
    found = cells(rows)
    assert int(found["values above it"][0].copied) == null.exceeding(fc1.spectrum)
    assert float(found["upper edge there"][0].copied) == square.fit.upper_edge
    change = 100 * (square.fit.upper_edge / fc1.fit.upper_edge - 1)
    assert found["upper edge there"][1].text == f"{change:+.1f} %".replace("-", "−")


def test_that_the_sources_are_those_of_quantities_that_there_are(fc1, square, null_of, details):
    overlays = {"null": null_of(fc1), "other": Other(square, "second")}
    rows = figures_of(shown(fc1, **overlays), entry_statistics(np.eye(3)), details)
    seldom = {"localised among them", "edge of two noises"}
    assert set(SOURCES) - set(cells(rows)) <= seldom


def test_that_each_spike_is_a_row_with_the_numbers_of_its_spike(fc1, details):
    rows = [row for row in spike_rows(shown(fc1), details) if row.cells]
    assert {len(row.cells) for row in rows} == {len(SPIKE_COLUMNS)}
    for row, spike in zip(rows, details.spikes, strict=False):
        assert int(row.cells[0].copied) == spike.index + 1
        numbers = [float(cell.copied) for cell in row.cells[1:7]]
        assert numbers == [
            spike.singular_value, spike.eigenvalue, spike.strength, spike.out_overlap,
            spike.in_overlap, spike.shrunken_value,
        ]  # fmt: skip


def test_that_spikes_are_there_before_their_vectors(fc1):
    rows = spike_rows(shown(fc1), None)
    assert len(rows) == fc1.fit.spikes
    assert {cell.text for cell in rows[0].cells[7:]} == {"…"}


def test_that_a_product_has_no_spikes(product):
    assert spike_rows(shown(product), None) == ()


def test_that_values_below_the_lower_threshold_follow_the_spikes(low_valued):
    layer, weight = low_valued
    found = spike_details(weight, layer)
    rows = spike_rows(shown(layer), found)
    assert titles(rows) == ["Below the lower threshold"]
    last = rows[titles_at(rows) + 1]
    assert int(last.cells[0].copied) == layer.spectrum.dimension
    assert float(last.cells[1].copied) == pytest.approx(layer.spectrum.singular_values[-1])


def titles_at(rows):
    return next(place for place, row in enumerate(rows) if row.title)


def test_that_one_huge_weight_is_told_from_a_direction():
    spread = np.random.default_rng(0).standard_normal((200, 1))
    single = np.eye(200)[:, :1]
    few = np.zeros((200, 1))
    few[:10] = 1.0
    many, one, some = (localisation(vector) for vector in (spread, single, few))
    assert carried_by(many, many, 0) == "many"
    assert carried_by(one, one, 0) == "one weight"
    assert carried_by(one, many, 0) == "one row"
    assert carried_by(many, one, 0) == "one column"
    assert carried_by(some, many, 0) == "few rows"
    assert carried_by(many, some, 0) == "few columns"
    assert carried_by(some, some, 0) == "few weights"


def test_that_a_planted_huge_weight_is_flagged(with_huge_weight):
    layer, weight = with_huge_weight
    first = spike_rows(shown(layer), spike_details(weight, layer))[0]
    assert first.cells[-1].text == "one weight"
    assert first.cells[-1].flagged
    assert all(cell.flagged for cell in first.cells[7:11])
