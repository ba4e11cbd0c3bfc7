"""How the layer on show is looked at: views, nulls, details, and what happens to them meanwhile."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from rmt_studio import digits
from rmt_studio.analysis.nulls import NULL_KINDS
from rmt_studio.analysis.views import WHOLE, View, analyze_view, view_matrix
from rmt_studio.gui.lens_shelf import LensShelf
from rmt_studio.pruning import BulkFitSettings
from rmt_studio.studio.job_events import JobCancelled, JobQueued
from rmt_studio.studio.lens_tasks import Refused

QUERY, FC1, HEAD = "blocks.0.attn.q", "blocks.0.mlp.fc1", View("head", 1)
PATIENCE = 60_000


@pytest.fixture
def opened(workbench, demo_model, demo_analysis):
    """The workbench with the demo open, analysed, without images; the first query on show."""
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(demo_analysis)
    workbench.select((QUERY,), QUERY)
    return workbench


@pytest.fixture
def lens(opened):
    return opened.lens


@pytest.fixture
def titles(opened):
    """The titles of the jobs that are started from now on."""
    heard = []
    opened.job_changed.connect(lambda e: heard.append(e.title) if isinstance(e, JobQueued) else 0)
    return heard


def until(qtbot, condition):
    qtbot.waitUntil(condition, timeout=PATIENCE)


# --- views -------------------------------------------------------------------------------------


def test_that_the_whole_matrix_is_shown_at_once(lens, opened):
    assert lens.view == WHOLE
    assert lens.shown is opened.document.layer(QUERY)
    assert lens.cuts


def test_that_a_query_matrix_offers_its_heads_and_products(lens, opened):
    kinds = [view.kind for view in lens.views]
    heads = opened.document.model.module.blocks[0].attn.num_heads
    assert kinds == ["whole", *["head"] * heads, *["query_key"] * heads, "whitened"]
    opened.select((FC1,), FC1)
    assert [view.kind for view in lens.views] == ["whole", "whitened"]


def test_that_a_head_is_computed_in_the_background_and_equals_the_core(lens, qtbot, demo_model):
    lens.choose_view(HEAD)
    assert lens.shown is None
    assert "head 1" in lens.message
    until(qtbot, lambda: lens.shown is not None)
    settings = BulkFitSettings()
    known = analyze_view(
        demo_model, demo_model.layer(QUERY), HEAD, method=settings.method, options=settings.options
    )
    np.testing.assert_array_equal(
        lens.shown.spectrum.singular_values, known.spectrum.singular_values
    )
    assert lens.shown.fit == known.fit
    assert {"edge", "tail"} <= vars(lens.shown).keys()
    assert lens.message == ""
    assert not lens.cuts


def test_that_going_back_to_a_view_is_instant(lens, opened, qtbot):
    lens.choose_view(HEAD)
    until(qtbot, lambda: lens.shown is not None and not opened.running_jobs)
    seen = lens.shown
    lens.choose_view(WHOLE)
    lens.choose_view(HEAD)
    assert lens.shown is seen
    assert not opened.running_jobs


def test_that_the_view_stays_where_the_next_layer_offers_it(lens, opened, qtbot):
    lens.choose_view(HEAD)
    opened.select(("blocks.1.attn.k",), "blocks.1.attn.k")
    assert lens.view == HEAD
    until(qtbot, lambda: lens.shown is not None)
    assert lens.shown.layer_name == "blocks.1.attn.k"
    opened.select((FC1,), FC1)
    assert lens.view == WHOLE
    assert lens.shown is opened.document.layer(FC1)


def test_that_what_nobody_looks_at_any_more_is_cancelled(lens, opened, qtbot):
    heard = []
    opened.job_changed.connect(heard.append)
    gate = threading.Event()
    opened._desk.start("before", lambda _: gate.wait(60), lambda _: None, lane="lens", quiet=True)
    lens.choose_view(HEAD)
    lens.choose_view(View("head", 2))
    gate.set()
    until(qtbot, lambda: lens.shown is not None)
    assert lens.shown.view == View("head", 2)
    assert sum(isinstance(event, JobCancelled) for event in heard) == 1


def test_that_another_bulk_fit_is_used_in_the_view_as_well(lens, opened, qtbot):
    lens.choose_view(HEAD)
    until(qtbot, lambda: lens.shown is not None)
    opened.set_bulk_fit(BulkFitSettings(method="median"))
    assert lens.shown is None
    until(qtbot, lambda: lens.shown is not None)
    assert lens.shown.fit.method == "median"


def test_that_another_model_starts_with_the_whole_matrix(lens, opened, demo_model, qtbot):
    lens.choose_view(HEAD)
    opened.document.open_model(demo_model)
    assert (lens.view, lens.shown, lens.views) == (WHOLE, None, (WHOLE,))
    until(qtbot, lambda: not opened.running_jobs)


def test_that_a_view_the_layer_does_not_have_is_not_taken(lens, opened):
    opened.select((FC1,), FC1)
    lens.choose_view(HEAD)
    assert lens.view == WHOLE


# --- whitened ----------------------------------------------------------------------------------


def test_that_whitening_needs_images_and_says_so(lens):
    assert lens.refusal(View("whitened")) == "open an image folder first"
    lens.choose_view(View("whitened"))
    assert lens.view == WHOLE


def test_that_moments_are_measured_once_when_the_view_is_chosen(
    lens, opened, qtbot, titles, demo_model
):
    opened.document.open_images(digits())
    assert lens.refusal(View("whitened")) == ""
    lens.choose_view(View("whitened"))
    assert "measured" in lens.message
    until(qtbot, lambda: lens.shown is not None)
    moments = opened.document.moments
    matrix = view_matrix(demo_model, demo_model.layer(QUERY), View("whitened"), moments)
    largest = np.linalg.norm(matrix.numpy(), 2)
    assert lens.shown.spectrum.singular_values[0] == pytest.approx(largest, rel=1e-6)
    opened.select((FC1,), FC1)
    assert lens.view == View("whitened")
    until(qtbot, lambda: lens.shown is not None)
    assert titles.count("Measuring input moments") == 1


def test_that_a_person_who_cancels_the_measuring_sees_the_whole_matrix(lens, opened, qtbot):
    opened.document.open_images(digits())
    lens.choose_view(View("whitened"))
    opened.cancel_job(next(x.id for x in opened.running_jobs if x.title.startswith("Measuring")))
    until(qtbot, lambda: lens.view == WHOLE)
    assert opened.document.moments is None
    until(qtbot, lambda: not opened.running_jobs)


def test_that_moments_belong_to_their_images(lens, opened, qtbot):
    opened.document.open_images(digits())
    lens.choose_view(View("whitened"))
    until(qtbot, lambda: lens.shown is not None)
    opened.document.open_images(None)
    assert opened.document.moments is None
    assert lens.view == WHOLE
    until(qtbot, lambda: not opened.running_jobs)


# --- nulls and details -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", NULL_KINDS)
def test_that_a_null_is_drawn_for_what_is_shown(lens, qtbot, kind):
    lens.choose_null(kind)
    until(qtbot, lambda: lens.null is not None)
    assert lens.null.kind == kind
    assert lens.null.eigenvalues.shape[1] == lens.shown.spectrum.dimension
    lens.choose_view(HEAD)
    assert lens.null is None
    until(qtbot, lambda: lens.null is not None and lens.shown is not None)
    assert lens.null.eigenvalues.shape[1] == lens.shown.spectrum.dimension
    lens.choose_null(None)
    assert lens.null is None


def test_that_the_null_stays_chosen_for_the_next_layer(lens, opened, qtbot):
    lens.choose_null("shuffled")
    opened.select((FC1,), FC1)
    assert lens.null_kind == "shuffled"
    until(qtbot, lambda: lens.null is not None)
    assert lens.null.eigenvalues.shape[1] == 192


def test_that_a_null_that_is_not_known_says_why(lens, opened, monkeypatch):
    from rmt_studio.errors import InputError
    from rmt_studio.gui import lens as lens_room

    def unknown(*_):
        raise InputError(QUERY, "the first weights are not known here")

    monkeypatch.setattr(lens_room, "initial_law", unknown)
    assert lens.null_refusal("initialisation") == "the first weights are not known here"
    assert lens.null_refusal("shuffled") == ""


def test_that_details_are_computed_only_while_a_tab_wants_them(lens, opened, qtbot):
    assert (lens.entries, lens.spikes) == (None, None)
    lens.want("entries", True)
    lens.want("spikes", True)
    until(qtbot, lambda: lens.entries is not None and lens.spikes is not None)
    assert lens.entries.counts.sum() == lens.shown.layer.size
    assert len(lens.spikes.spikes) == lens.shown.fit.spikes
    lens.want("entries", False)
    lens.want("spikes", False)
    lens.choose_view(HEAD)
    assert len(opened.running_jobs) == 1


def test_that_details_follow_the_view(lens, qtbot):
    lens.want("entries", True)
    lens.want("spikes", True)
    lens.choose_view(HEAD)
    until(qtbot, lambda: lens.entries is not None and lens.spikes is not None)
    assert lens.entries.counts.sum() == lens.shown.layer.size
    assert len(lens.spikes.spikes) == lens.shown.fit.spikes


# --- the shelf ---------------------------------------------------------------------------------


def test_that_a_refusal_is_kept_with_its_reason(opened, qtbot):
    shelf = LensShelf(opened._desk)
    with qtbot.waitSignal(shelf.arrived, timeout=PATIENCE):
        shelf.ask({("view", 1): lambda _: Refused("because")})
    assert (shelf.get(("view", 1)), shelf.reason(("view", 1))) == (None, "because")
    shelf.deleteLater()


def test_that_the_shelf_forgets_what_was_looked_at_longest_ago(opened, qtbot):
    shelf = LensShelf(opened._desk, kept=2)
    for place in range(3):
        with qtbot.waitSignal(shelf.arrived, timeout=PATIENCE):
            shelf.ask({("view", place): lambda _, place=place: place + 1})
    assert [shelf.get(("view", place)) for place in range(3)] == [None, 2, 3]
    shelf.deleteLater()


def test_that_a_result_that_arrives_after_the_shelf_was_cleared_is_dropped(opened, qtbot):
    shelf, gate = LensShelf(opened._desk), threading.Event()
    shelf.ask({("view", 1): lambda _: gate.wait(60)})
    shelf.clear()
    gate.set()
    until(qtbot, lambda: not opened.running_jobs)
    assert shelf.get(("view", 1)) is None
    shelf.deleteLater()
