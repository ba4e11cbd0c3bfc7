"""Where matrices stand, and which colours their numbers get."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from rmt_studio.gui.heat_map.grid import grid_of, split
from rmt_studio.gui.heat_map.scale import readable_on, scale_of
from rmt_studio.gui.heat_map.steps import STEPS, in_rectangle, neighbour

VIT = ["patch_embed.proj", "blocks.0.attn.q", "blocks.0.mlp.fc1", "blocks.1.attn.q", "head"]


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("blocks.3.attn.q", ("blocks.3", "attn.q")),
        ("layers.0.blocks.1.mlp.fc2", ("layers.0.blocks.1", "mlp.fc2")),
        ("layers.1.downsample.reduction", ("layers.1", "downsample.reduction")),
        ("stages.1.downsample.1", ("stages.1", "downsample.1")),
        ("blocks.0.mlp.0", ("blocks.0", "mlp.0")),
        ("stem.0", ("stem.0", "")),
        ("head", ("head", "")),
    ],
)
def test_that_a_row_is_what_repeats_and_the_column_the_rest(name, place):
    assert split(name) == place


def test_that_what_stands_outside_of_the_blocks_has_the_last_column():
    grid = grid_of(VIT)
    assert grid.columns == ("attn.q", "mlp.fc1", "")
    assert grid.rows == ("patch_embed.proj", "blocks.0", "blocks.1", "head")
    assert grid.names[0, 2] == "patch_embed.proj"
    assert (2, 1) not in grid.names
    assert grid.column_labels == ("q", "fc1", "other")
    assert grid.row_labels == ("patch_embed.proj", "0", "1", "head")
    assert grid.caption == "blocks"


def test_that_no_two_matrices_share_a_cell(demo_model):
    names = [layer.name for layer in demo_model.layers]
    assert sorted(grid_of(names).names.values()) == sorted(names)


def test_that_columns_with_the_same_end_are_told_apart():
    grid = grid_of(["blocks.0.attn.proj", "blocks.0.mlp.proj", "blocks.0.mlp.fc1"])
    assert grid.column_labels == ("attn.proj", "mlp.proj", "fc1")


def test_that_stages_and_blocks_are_both_numbered():
    names = ["layers.0.blocks.0.a", "layers.0.blocks.1.a", "layers.1.downsample.reduction"]
    assert grid_of(names).row_labels == ("0.0", "0.1", "layers.1")


def test_that_a_model_without_blocks_has_a_row_for_each_matrix():
    grid = grid_of(["fc", "out"])
    assert grid.columns == ("",)
    assert grid.caption == ""


def test_that_the_keys_go_over_missing_cells():
    grid = grid_of(VIT)
    assert neighbour(grid, (1, 1), STEPS[Qt.Key.Key_Left]) == (1, 0)
    assert neighbour(grid, (1, 1), STEPS[Qt.Key.Key_Down]) == (2, 0)
    assert neighbour(grid, (2, 0), STEPS[Qt.Key.Key_Right]) == (2, 0)
    assert neighbour(grid, (2, 0), STEPS[Qt.Key.Key_Down]) == (3, 2)
    assert neighbour(grid, None, STEPS[Qt.Key.Key_Down]) == (0, 2)
    assert in_rectangle(grid, (1, 0), (2, 1)) == [
        "blocks.0.attn.q", "blocks.0.mlp.fc1", "blocks.1.attn.q",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["linear", "log", "difference"])
def test_that_a_scale_goes_there_and_back(kind):
    scale = scale_of([0.5, 4.0, 2.0], kind)
    for value in (0.5, 2.0, 4.0):
        assert scale.value(scale.share(value)) == pytest.approx(value)


def test_that_zero_is_the_middle_of_differences_and_has_no_logarithm():
    assert scale_of([-1.0, 3.0], "difference").share(0.0) == 0.5
    assert scale_of([0.0, 3.0], "log").kind == "linear"
    assert scale_of([], "linear") is None


def test_that_colours_get_lighter_and_numbers_stay_readable():
    scale = scale_of([0.0, 1.0], "linear")
    lightness = [scale.color_at(step / 10).lightnessF() for step in range(11)]
    assert lightness[0] < lightness[5] < lightness[10]
    assert readable_on(scale.color(0.0)).name() == "#ffffff"
    assert readable_on(scale.color(1.0)).name() == "#000000"


def test_that_a_column_whose_last_part_is_a_number_is_named_in_full():
    grid = grid_of(["stages.0.blocks.0.mlp.fc1", "stages.1.downsample.1"])
    assert grid.column_labels == ("fc1", "downsample.1")
