"""The actions of the menus that belong to the layers and the results."""

from __future__ import annotations

from rmt_studio.gui.layers.groups import Grouping


def test_that_the_view_menu_shows_the_map_and_groups(demo):
    actions, layers = demo.actions_by_id, demo.layers
    actions["heat_map"].trigger()
    assert layers.heat_map.isVisible()
    assert layers.views.tabs.currentIndex() == 1
    for name, grouping in (
        ("group_block", Grouping.BLOCK),
        ("group_role", Grouping.ROLE),
        ("group_none", Grouping.NONE),
    ):
        actions[name].trigger()
        assert layers.model.grouping is grouping
        assert layers.table.isVisible()
    actions["heat_map"].trigger()
    actions["layer_table"].trigger()
    assert layers.table.isVisible()


def test_that_results_can_be_compared_once_there_are_two(demo):
    assert not demo.actions_by_id["compare_runs"].isEnabled()
    assert not demo.actions_by_id["export_results"].isEnabled()
