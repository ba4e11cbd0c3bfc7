"""The picture while the bulk is fitted in another way."""

from rmt_studio.pruning import BulkFitSettings

MEDIAN = BulkFitSettings(method="median", options={})
SECONDS = 30_000


def test_that_the_picture_stays_and_is_marked_until_the_new_fit_is_there(bench, view, qtbot):
    before = view.layer
    bench.set_bulk_fit(MEDIAN)
    assert view.layer is before
    assert view.plot._shown.layer is before
    assert view.plot.isVisible()
    assert view.footer.refit.isVisible()
    qtbot.waitUntil(lambda: "refitted" in view.footer.refit.variants[0], timeout=SECONDS)
    assert not view.headline.isEnabled()
    qtbot.waitUntil(lambda: view.layer.fit.method == "median", timeout=SECONDS)
    assert view.plot._shown.layer is view.layer
    assert not view.footer.refit.isVisible()
    assert view.headline.isEnabled()
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=SECONDS)


def test_that_the_fit_before_is_drawn_on_other_pages_too(bench, view, qtbot):
    before = view.layer
    bench.set_bulk_fit(MEDIAN)
    view.tabs.setCurrentIndex(1)
    assert view.plot._shown.layer is before
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=SECONDS)


def test_that_a_cancelled_refit_says_what_to_do(bench, view, monkeypatch):
    monkeypatch.setattr(type(bench), "analyze", lambda _bench: None)
    bench.set_bulk_fit(MEDIAN)
    assert not bench.busy
    assert "choose Analyse" in view.footer.refit.variants[0]


def test_that_another_model_takes_the_picture_away(bench, view, demo_model):
    bench.document.open_model(demo_model)
    assert view.layer is None
    assert view.message.isVisible()
