from __future__ import annotations

import numpy as np
import pytest

from rmt_studio.gui.inspector import rules
from rmt_studio.gui.inspector.rules import Method, Shared, method_of, shared, with_method
from rmt_studio.gui.inspector.subject import Subject
from rmt_studio.pruning import (
    KEEP,
    EntryThreshold,
    LayerProfile,
    LayerRule,
    SingularValueCut,
    SingularVectorSparsification,
)
from rmt_studio.pruning.effect import kept_rank

CUT = SingularValueCut(edge_multiple=1.3, keep=0.25)
VECTORS = SingularVectorSparsification(theta=4, floor=0.01, exponent=12)
ENTRIES = EntryThreshold(share=0.2)


@pytest.mark.parametrize(
    ("steps", "method"),
    [
        ((), Method.KEEP),
        ((CUT,), Method.CUT),
        ((VECTORS,), Method.VECTORS),
        ((ENTRIES,), Method.ENTRIES),
        ((CUT, ENTRIES), Method.COMBINATION),
        ((CUT, VECTORS, ENTRIES), Method.COMBINATION),
        ((ENTRIES, CUT), Method.OTHER),
        ((CUT, CUT), Method.OTHER),
    ],
)
def test_that_a_rule_is_named_by_its_steps(steps, method):
    assert method_of(LayerRule(steps=steps)) is method


def test_that_another_method_keeps_the_steps_that_it_shares():
    combined = with_method(LayerRule(steps=(CUT,)), Method.COMBINATION)
    assert combined.steps[0] == CUT
    assert [type(step) for step in combined.steps] == list(rules.ORDER)
    assert with_method(combined, Method.CUT) == LayerRule(steps=(CUT,))
    assert with_method(combined, Method.KEEP) == KEEP


def test_that_steps_stand_in_the_order_of_the_paper():
    rule = rules.with_step(LayerRule(steps=(ENTRIES,)), CUT)
    assert rule.steps == (CUT, ENTRIES)
    assert rules.without_step(rule, SingularValueCut).steps == (ENTRIES,)


def test_that_an_edit_of_one_field_leaves_the_others():
    rule = LayerRule(steps=(CUT, VECTORS))
    assert rules.cut_at_multiple(rule, 2.0).steps[0] == SingularValueCut(edge_multiple=2, keep=0.25)
    assert rules.cut_at_rank(rule, 7.0).steps[0] == SingularValueCut(rank=7)
    assert rules.keep_below(rule, 0.5).steps[0] == SingularValueCut(edge_multiple=1.3, keep=0.5)
    changed = rules.sparsify_vectors_at(rule, 9.0).steps[1]
    assert changed == SingularVectorSparsification(theta=9, floor=0.01, exponent=12)


def test_that_a_cut_at_a_rank_has_no_share_below_it():
    rule = LayerRule(steps=(SingularValueCut(rank=5),))
    assert rules.keep_below(rule, 0.5) == rule


def test_that_values_that_differ_are_mixed_and_missing_ones_unknown():
    assert shared([0.5, 0.5]) == 0.5
    assert shared([0.5, 0.6]) is Shared.MIXED
    assert shared([0.5, None]) is Shared.UNKNOWN
    assert shared([]) is Shared.UNKNOWN
    assert shared([0.0, 0.0]) == 0.0


@pytest.fixture(scope="module")
def subject(demo_model, demo_analysis):
    layer = demo_model.layer("blocks.1.mlp.fc1")
    analysis = demo_analysis[layer.name]
    profile = LayerProfile.of(demo_model.weight(layer), analysis.spectrum, analysis.fit)
    return Subject(layer, KEEP, analysis, profile)


@pytest.mark.parametrize("rank", [0, 1, 61, 191, 192])
def test_that_the_edge_multiple_of_a_rank_cuts_to_that_rank(subject, rank):
    multiple = subject.edge_multiple(SingularValueCut(rank=rank))
    again = SingularValueCut(edge_multiple=multiple)
    assert kept_rank(again, subject.analysis.spectrum, subject.analysis.fit) == rank


def test_that_the_rank_of_an_edge_multiple_counts_the_eigenvalues_above_it(subject):
    eigenvalues, edge = subject.analysis.spectrum.eigenvalues, subject.analysis.fit.upper_edge
    counted = int(np.sum(eigenvalues > 1.5 * edge))
    assert subject.rank(SingularValueCut(edge_multiple=1.5)) == counted


def test_that_the_threshold_of_a_share_zeroes_that_share(subject, demo_model):
    threshold = subject.entry_threshold(EntryThreshold(share=0.3))
    weight = demo_model.weight(subject.layer)
    zeroed = (weight.abs() < threshold).sum().item()
    assert zeroed == round(0.3 * weight.numel())
    assert subject.entry_share(EntryThreshold(threshold=threshold)) == zeroed / weight.numel()


def test_that_equivalents_are_unknown_before_the_spectrum_is(subject):
    early = Subject(subject.layer, KEEP)
    assert early.edge_multiple(SingularValueCut(rank=3)) is None
    assert early.rank(SingularValueCut(edge_multiple=1)) is None
    assert early.entry_threshold(EntryThreshold(share=0.1)) is None
    assert early.effect.parameters_kept == subject.layer.size
