"""Recipes from strangers: JSON that is none, of another version, without end or without sense."""

from __future__ import annotations

import json
import os

import pytest

from rmt_studio import Recipe
from rmt_studio.errors import InputError
from rmt_studio.pruning import check_recipe

VALID = {"version": 1, "name": "a", "architecture": "", "rules": {}}
CUT = {"kind": "singular_value_cut", "edge_multiple": 1.0}


def refused(path, content):
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    with pytest.raises(InputError) as error:
        Recipe.open(path)
    message = str(error.value)
    assert path.name in message
    assert message.isprintable()
    assert len(message) < 1000


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"1" * 10**6,
        b"1e999999",
        b"[" * 10**6,
        b'{"a":' * 10**5,
        b'{"version": 1, "rules": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b"\xff\xfe\x00",
        b"\x00" * 100,
        b"\x80\x04\x95",
        {**VALID, "version": 2},
        {**VALID, "version": 0},
        {**VALID, "version": True},
        {**VALID, "version": 1.0},
        {**VALID, "version": "1"},
        {**VALID, "version": 10**300},
        {**VALID, "extra": 1},
        {**VALID, "name": "x" * 10**6},
        {**VALID, "rules": []},
        {**VALID, "rules": {"a": 1}},
        {**VALID, "rules": {"a": {"steps": [{"kind": "os.system"}]}}},
        {**VALID, "rules": {"a\x1b[2J": {"steps": [{"kind": "os.system"}]}}},
        {**VALID, "rules": {"a": {"steps": [{"kind": "__class__", "x": "\x1b[2J"}]}}},
        {**VALID, "rules": {"a": {"steps": "abc"}}},
        {**VALID, "bulk_fit": {"method": "no such"}},
        {**VALID, "bulk_fit": {"method": "bema", "options": {"alpha": "x"}}},
        {**VALID, "bulk_fit": 7},
    ],
)
def test_that_a_recipe_that_makes_no_sense_is_one_named_error(tmp_path, content):
    refused(tmp_path / "recipe.json", content)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1"])
def test_that_numbers_out_of_bounds_are_named(tmp_path, number):
    step = f'{{"kind": "singular_value_cut", "edge_multiple": {number}}}'
    text = f'{{"version": 1, "rules": {{"head": {{"steps": [{step}]}}}}}}'
    refused(tmp_path / "recipe.json", text.encode())


def test_that_a_recipe_without_end_is_not_read(tmp_path):
    with (tmp_path / "recipe.json").open("wb") as stream:
        stream.truncate(2**40)  # a hole: it takes no room on the disk
    with pytest.raises(InputError, match="too large for a recipe"):
        Recipe.open(tmp_path / "recipe.json")


def test_that_a_pipe_a_device_and_a_folder_are_no_recipes(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "zero.json").symlink_to("/dev/zero")
    (tmp_path / "folder.json").mkdir()
    for name in ("pipe.json", "zero.json", "folder.json", "gone.json"):
        with pytest.raises(InputError, match="is not a recipe file"):
            Recipe.open(tmp_path / name)


def test_that_a_recipe_of_strange_layers_is_read_and_refused_by_the_model(tmp_path, demo_model):
    rules = {"../../etc/passwd": {"steps": [CUT]}}
    (tmp_path / "recipe.json").write_text(json.dumps({**VALID, "rules": rules}))
    recipe = Recipe.open(tmp_path / "recipe.json")
    with pytest.raises(InputError, match="etc/passwd"):
        check_recipe(demo_model, recipe)
