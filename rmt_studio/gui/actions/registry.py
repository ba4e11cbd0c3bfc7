"""The actions: text, shortcut, place in the menus. The slot of each is ``on_<id>``.

A room with actions of its own has a table in ``menus/`` and one line here. Menus stand in the
order in which they are first named, and hold their actions in the order of the tables.
"""

from __future__ import annotations

from rmt_studio.gui.actions.menus.analyse import ANALYSE
from rmt_studio.gui.actions.menus.edit import EDIT
from rmt_studio.gui.actions.menus.evaluate import EVALUATE
from rmt_studio.gui.actions.menus.file import FILE
from rmt_studio.gui.actions.menus.help import HELP
from rmt_studio.gui.actions.menus.jobs import JOBS
from rmt_studio.gui.actions.menus.lab import LAB
from rmt_studio.gui.actions.menus.plot import PLOT
from rmt_studio.gui.actions.menus.prune import PRUNE
from rmt_studio.gui.actions.menus.view import VIEW

ACTIONS = (
    *FILE,
    *EDIT,
    *VIEW,
    *PLOT,
    *ANALYSE,
    *LAB,
    *PRUNE,
    *EVALUATE,
    *JOBS,
    *HELP,
)
