"""What the window knows before its rooms are there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings

from rmt_studio.gui.waiting import recent_models


@pytest.mark.parametrize("kept", [None, "demo", [], ["demo"], [["a", "b", "c"], 7, ["vit", "w"]]])
def test_that_recent_models_are_read_from_whatever_the_settings_hold(kept):
    QSettings().setValue("recent", kept)
    expected = [("vit", "w")] if isinstance(kept, list) and len(kept) == 3 else []
    assert recent_models() == expected
