"""The picture of a comparison."""

from __future__ import annotations

import pytest
from PIL import Image

from rmt_studio.errors import InputError
from rmt_studio.studies import Failed, MethodComparison
from rmt_studio.studies import plot as plot_module
from rmt_studio.studies.identity import Identity
from rmt_studio.studies.plot import draw_comparison


@pytest.fixture
def comparison(made_up):
    rows = [made_up("magnitude", share, round(400 * share), 700) for share in (0.3, 0.6)]
    rows += [made_up("wanda", 0.3, 20, 700), Failed("wanda", 0.6, "no luck", 1.0)]
    rows.append(Failed("svd", 0.3, "no luck", 1.0))
    identity = Identity("0", "made up", "made up", "none", "none", 0)
    dense = made_up("dense", 0.0, 0, 700).evaluation
    return MethodComparison(identity, dense, ("magnitude", "wanda", "svd"), (0.3, 0.6), (*rows,))


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_that_the_same_comparison_gives_the_same_picture(comparison, tmp_path, kind):
    first, second = tmp_path / f"1.{kind}", tmp_path / f"2.{kind}"
    for path in (first, second):
        draw_comparison(comparison, path)
    assert first.read_bytes() == second.read_bytes()


def test_that_the_picture_has_an_opaque_paper(comparison, tmp_path):
    draw_comparison(comparison, tmp_path / "plot.png")
    with Image.open(tmp_path / "plot.png") as picture:
        assert picture.convert("RGBA").getpixel((1, 1)) == (255, 255, 255, 255)


def test_that_a_comparison_of_failures_alone_is_drawn(comparison, tmp_path):
    failures = tuple(row for row in comparison.rows if isinstance(row, Failed))
    only = MethodComparison(comparison.identity, comparison.dense, ("svd",), (0.3,), failures)
    draw_comparison(only, tmp_path / "plot.svg")
    assert "</svg>" in (tmp_path / "plot.svg").read_text()


def test_that_a_missing_library_says_how_to_get_it(comparison, tmp_path, monkeypatch):
    monkeypatch.setattr(plot_module, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'rmt-studio\[plot\]'"):
        draw_comparison(comparison, tmp_path / "plot.svg")


def test_that_an_unknown_format_is_refused(comparison, tmp_path):
    with pytest.raises(InputError, match=r"\.svg, \.png or \.pdf"):
        draw_comparison(comparison, tmp_path / "plot.docx")
