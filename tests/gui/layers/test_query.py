"""The words of the layer filter."""

from __future__ import annotations

from math import log10

import pytest

from rmt_studio.gui.layers.query import parse_query
from rmt_studio.gui.layers.row import row_of
from rmt_studio.pruning import KEEP, Effect, LayerRule, SingularValueCut
from rmt_studio.spectra import stable_rank

CUT = LayerRule(steps=(SingularValueCut(edge_multiple=1.0),))


@pytest.fixture
def rows(demo_analysis):
    """Rows of the demo; those of block 1 are cut by a quarter."""
    effect = Effect(100, 75, 0.9, 0.1, "white", 3, "two factors")
    return [
        row_of(place, x.layer, x, *((CUT, effect) if x.layer.block == 1 else (KEEP, None)))
        for place, x in enumerate(demo_analysis)
    ]


def names(rows, text):
    query = parse_query(text)
    assert not query.hint
    return [row.layer.name for row in rows if query.accepts(row)]


def test_that_no_words_accept_all(rows):
    assert len(names(rows, "  ")) == len(rows)


def test_that_free_words_are_looked_for_in_the_name(rows):
    assert names(rows, "FC1 blocks.2") == ["blocks.2.mlp.fc1"]


def test_that_role_mlp_takes_both_mlp_matrices(rows):
    assert names(rows, "role:mlp block:3") == ["blocks.3.mlp.fc1", "blocks.3.mlp.fc2"]


def test_that_role_attention_takes_the_four_matrices_of_attention(rows):
    found = names(rows, "role:attention block:0")
    assert found == [f"blocks.0.attn.{leaf}" for leaf in ("q", "k", "v", "proj")]


def test_that_a_range_of_blocks_includes_its_ends(rows):
    assert {name[7] for name in names(rows, "block:1-2")} == {"1", "2"}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("spikes>20", lambda x: x.fit.spikes > 20),
        ("spikes<=20", lambda x: x.fit.spikes <= 20),
        ("spikes=0", lambda x: x.fit.spikes == 0),
        ("ks>0.1", lambda x: x.fit.ks_distance > 0.1),
        ("ks>null", lambda x: x.fit.ks_distance > x.fit.ks_null_95),
        ("fit:good", lambda x: x.fit.ks_distance <= x.fit.ks_null_95),
        ("bulk<90%", lambda x: x.fit.bulk_fraction < 0.9),
        ("edge>1", lambda x: x.fit.singular_value_edge > 1),
        ("c=1", lambda x: x.spectrum.ratio == 1),
        ("alpha>3", lambda x: x.tail.alpha > 3),
        ("edge_p<0.05", lambda x: x.edge.p_value < 0.05),
        ("ks_p<0.01", lambda x: x.fit.ks_p_value < 0.01),
        ("stable_rank<10", lambda x: stable_rank(x.spectrum) < 10),
        ("log_spectral_norm>1", lambda x: 2 * log10(x.spectrum.singular_values[0]) > 1),
        ("parameters>=147k", lambda x: x.layer.size >= 147_000),
    ],
)
def test_that_a_comparison_looks_at_the_real_number(rows, demo_analysis, text, holds):
    expected = [x.name for x in demo_analysis if holds(x)]
    assert 0 < len(expected) < len(rows)
    assert names(rows, text) == expected


def test_that_a_layer_without_a_rule_has_a_cut_of_zero(rows):
    assert names(rows, "cut>0.2 fc1") == ["blocks.1.mlp.fc1"]
    assert "blocks.0.mlp.fc1" in names(rows, "cut<20%")


def test_that_what_is_not_known_yet_does_not_hold(demo_analysis):
    waiting = row_of(0, demo_analysis[0].layer, None, CUT, None)
    for text in ("spikes>=0", "ks<1", "cut<1", "fit:poor"):
        assert not parse_query(text).accepts(waiting)


@pytest.mark.parametrize(
    "text", ["spikes>", "ks>big", "role:", "block:x", "colour:red", "fit:nice", "depth>3", "ks:1"]
)
def test_that_a_word_without_sense_gets_a_hint_and_the_others_count(rows, text):
    query = parse_query(f"{text} fc1")
    assert "“" in query.hint
    assert [r.layer.name for r in rows if query.accepts(r)] == names(rows, "fc1")


def test_that_numbers_may_be_below_zero(rows):
    assert len(names(rows, "log_spectral_norm>-20")) == len(rows)
    assert names(rows, "log_spectral_norm<\u221220") == []


def test_that_a_misspelt_column_is_named_with_what_is_like_it():
    assert "stable_rank" in parse_query("stablerank>3").hint
    assert "spikes" in parse_query("depth>3").hint
