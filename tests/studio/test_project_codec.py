"""A project comes back from its entries as it was, or is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmt_studio.errors import InputError
from rmt_studio.pruning import BulkFitSettings, EntryThreshold, LayerRule, Recipe
from rmt_studio.studio.project_codec import entries_of, project_of
from rmt_studio.studio.project_file import Row
from rmt_studio.studio.project_history import change_between, changed
from rmt_studio.studio.project_records import ChangeRecord
from tests.studio.projects import project_on, rule, run_on


def rows_of(project):
    return {key: entry.row() for key, entry in entries_of(project).items()}


@pytest.fixture(scope="module")
def project(demo_model, demo_analysis):
    names = [f"{place:03d}.png" for place in range(12)]
    runs = [
        run_on(names),
        replace(run_on(names, "again", Recipe(name="s")), layer_sparsity={"head": 0.1 + 0.2}),
        run_on(names[:5], "few", Recipe(name="r"), 1),
    ]
    return project_on(demo_model, demo_analysis, steps=9, index=6, runs=runs)


def test_that_a_project_comes_back_as_it_was(project):
    found = project_of(rows_of(project), "x.rmts")
    assert (found.model, found.history) == (project.model, project.history)
    assert (found.images, found.calibration, found.skipped) == (
        project.images, None, project.skipped,
    )  # fmt: skip
    layers = {layer.name: layer for layer in project.layers}
    assert layers.keys() == {layer.name for layer in found.layers}
    for layer in found.layers:
        known = layers[layer.name]
        assert (layer.layer, layer.fit, layer.entries) == (known.layer, known.fit, known.entries)
        assert np.array_equal(layer.spectrum.singular_values, known.spectrum.singular_values)
    for one, other in zip(found.runs, project.runs, strict=True):
        assert (one.recipe, one.layer_sparsity) == (other.recipe, other.layer_sparsity)
        assert one.evaluation.record() == other.evaluation.record()
        assert one.evaluation.names == other.evaluation.names
        assert np.array_equal(one.evaluation.predictions, other.evaluation.predictions)
        assert np.array_equal(one.evaluation.targets, other.evaluation.targets)


def test_that_a_project_that_was_read_asks_for_the_same_rows(project):
    again = project_of(rows_of(project), "x.rmts")
    assert rows_of(again) == rows_of(project)


def test_that_runs_on_the_same_images_name_them_once(project):
    rows = rows_of(project)
    assert json.loads(rows["run", "000000001"].about)["images_of"] == 0
    assert len(rows["run", "000000001"].body) == 4 * 12
    assert len(rows["run", "000000000"].body) > 2 * 4 * 12


LAYERS = ("a", "b", "c")
RULES = st.one_of(
    st.none(),
    st.floats(0.5, 2).map(rule),
    st.floats(0.01, 0.9).map(lambda x: LayerRule(steps=(EntryThreshold(threshold=x),))),
)


@st.composite
def recipes(draw):
    rules = {name: found for name in LAYERS if (found := draw(RULES)) is not None}
    return Recipe(
        name=draw(st.sampled_from(["", "x", "x, edited"])),
        note=draw(st.sampled_from([None, "why"])),
        bulk_fit=BulkFitSettings(method=draw(st.sampled_from(["bema", "deflated"]))),
        rules=rules,
    )


@given(before=recipes(), after=recipes())
@settings(max_examples=60, deadline=None)
def test_that_a_change_leads_from_one_recipe_to_the_other(before, after):
    change = change_between(before, after)
    told = json.dumps(change.model_dump(mode="json", include=change.model_fields_set))
    assert changed(before, ChangeRecord.model_validate_json(told)) == after


def test_that_spectra_of_another_version_are_left_out(project, monkeypatch):
    rows = rows_of(project)
    monkeypatch.setattr("rmt_studio.__version__", "another")
    found = project_of(rows, "x.rmts")
    assert found.layers == ()
    assert found.history == project.history


def test_that_a_spectrum_that_makes_no_sense_is_left_out(project):
    rows = rows_of(project)
    key = next(key for key in rows if key[0] == "layer")
    rows[key] = Row(rows[key].about, rows[key].body[:-8])
    assert len(project_of(rows, "x.rmts").layers) == len(project.layers) - 1


def with_about(rows, key, **changes):
    told = {**json.loads(rows[key].about), **changes}
    return {**rows, key: Row(json.dumps(told), rows[key].body)}


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        (("state", ""), {"index": 10}),
        (("state", ""), {"index": -1}),
        (("state", ""), {"extra": 1}),
        (("model", ""), {"name": 1}),
        (("model", ""), {"name": "x" * 5000}),
        (("recipe", ""), {"version": 2}),
        (
            ("step", "000000002"),
            {"change": {"rules": {"a": {"steps": [{"kind": "no such step"}]}}}},
        ),
        (("run", "000000001"), {"images_of": 7}),
        (("run", "000000001"), {"images_of": -1}),
        (("run", "000000002"), {"images_of": 0}),
        (("images", ""), {"kind": "address"}),
    ],
)
def test_that_what_makes_no_sense_is_refused(project, key, changes):
    with pytest.raises(InputError, match=r"x\.rmts"):
        project_of(with_about(rows_of(project), key, **changes), "x.rmts")


@pytest.mark.parametrize(
    "key", [("model", ""), ("recipe", ""), ("state", ""), ("step", "000000003")]
)
def test_that_a_missing_entry_is_refused(project, key):
    rows = rows_of(project)
    del rows[key]
    with pytest.raises(InputError):
        project_of(rows, "x.rmts")


@pytest.mark.parametrize("about", ["", "[", "null", "1e999", '{"index": NaN}', "[" * 5000])
def test_that_broken_json_is_refused(project, about):
    rows = {**rows_of(project), ("state", ""): Row(about)}
    with pytest.raises(InputError):
        project_of(rows, "x.rmts")


def test_that_a_packed_bomb_is_not_unpacked(project, monkeypatch):
    import zlib

    monkeypatch.setattr("rmt_studio.studio.project_codec.MOST_BYTES", 4096)
    rows = rows_of(project)
    row = rows["run", "000000000"]
    bomb = zlib.compress(json.dumps(["x" * 10_000]).encode())
    rows["run", "000000000"] = Row(row.about, row.body[: 8 * 12] + bomb)
    with pytest.raises(InputError):
        project_of(rows, "x.rmts")
