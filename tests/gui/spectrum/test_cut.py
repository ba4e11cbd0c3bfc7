import numpy as np
import pytest

from rmt_studio.gui.spectrum.captions import cut_caption
from rmt_studio.gui.spectrum.cut import cut_of, with_cut, without_cut
from rmt_studio.pruning import KEEP, EntryThreshold, LayerRule, SingularValueCut

SHARE = EntryThreshold(share=0.3)


def test_that_a_multiple_of_the_edge_is_a_place(fc1):
    cut = cut_of(LayerRule(steps=(SingularValueCut(edge_multiple=1.18),)), fc1)
    assert cut.eigenvalue == pytest.approx(1.18 * fc1.fit.upper_edge)
    assert cut.rank == np.count_nonzero(fc1.spectrum.eigenvalues > cut.eigenvalue)


def test_that_a_rank_lies_between_two_eigenvalues(fc1):
    cut = cut_of(LayerRule(steps=(SingularValueCut(rank=12),)), fc1)
    values = fc1.spectrum.eigenvalues
    assert cut.eigenvalue == pytest.approx((values[11] + values[12]) / 2)
    assert cut.rank == 12


@pytest.mark.parametrize(("rank", "side"), [(0, 1), (96, -1)])
def test_that_a_rank_of_none_or_all_lies_outside_the_spectrum(fc1, rank, side):
    cut = cut_of(LayerRule(steps=(SingularValueCut(rank=rank),)), fc1)
    values = fc1.spectrum.eigenvalues
    assert cut.eigenvalue > values[0] if side > 0 else cut.eigenvalue < values[-1]


def test_that_without_a_cut_the_line_is_an_offer_at_the_edge(fc1):
    cut = cut_of(LayerRule(steps=(SHARE,)), fc1)
    assert not cut.active
    assert cut.eigenvalue == fc1.fit.upper_edge
    assert cut_caption(cut, 1) == "drag to cut"


def test_that_the_caption_tells_multiple_rank_and_layers(fc1):
    cut = cut_of(LayerRule(steps=(SingularValueCut(edge_multiple=1.182, keep=1.0),)), fc1)
    assert cut_caption(cut, 1) == "cut 1.18 λ₊ · rank 96"
    assert cut_caption(cut, 12) == "cut 1.18 λ₊ · rank 96 · 12 layers"


def test_that_a_new_cut_comes_first_and_the_other_steps_stay():
    rule = with_cut(LayerRule(steps=(SHARE,)), 1.5)
    assert rule.steps == (SingularValueCut(edge_multiple=1.5), SHARE)


def test_that_a_cut_that_is_there_moves_in_its_place_with_its_share():
    old = SingularValueCut(edge_multiple=1.0, keep=0.25)
    rule = with_cut(LayerRule(steps=(SHARE, old)), 2.0)
    assert rule.steps == (SHARE, SingularValueCut(edge_multiple=2.0, keep=0.25))


def test_that_a_cut_by_rank_becomes_one_by_the_edge():
    rule = with_cut(LayerRule(steps=(SingularValueCut(rank=3),)), 0.5)
    assert rule.steps == (SingularValueCut(edge_multiple=0.5),)


@pytest.mark.parametrize(("asked", "written"), [(1.2345678, 1.2346), (-1.0, 0.0), (1e9, 1e6)])
def test_that_a_multiple_is_rounded_and_kept_within_bounds(asked, written):
    assert with_cut(KEEP, asked).steps[0].edge_multiple == written


def test_that_removing_the_cut_leaves_the_other_steps():
    rule = LayerRule(steps=(SingularValueCut(rank=3), SHARE))
    assert without_cut(rule).steps == (SHARE,)
