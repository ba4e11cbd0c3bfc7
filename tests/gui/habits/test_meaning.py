"""The status line says what the numbers mean as things stand; the button what it will do."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from rmt_studio.gui.meaning import MeaningLine
from rmt_studio.pruning import EntryThreshold, LayerRule


def test_that_the_status_line_follows_what_is_in_sight(demo, qtbot):
    bench, line = demo.workbench, demo.findChild(MeaningLine)
    assert "KS is how far" in line.whole_text
    assert "not known before an evaluation" in line.whole_text
    rule = LayerRule(steps=(EntryThreshold(share=0.4),))
    bench.edit_rules({"blocks.1.mlp.fc1": rule}, "zero entries")
    assert "only when exported compressed" in line.whole_text
    bench.document.open_images(None)
    assert "white inputs until images are open" in line.whole_text
    assert "not known without images" in line.whole_text
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=60_000)


def test_that_the_prune_button_says_what_it_will_do(demo):
    note = demo.findChild(QLabel, "best_note")
    assert "learning from the dense model" in note.text()
    assert "measured on the calibration images" in note.text()
    demo.workbench.document.open_calibration(None)
    assert "global magnitude" in note.text()
    assert note.height() >= note.heightForWidth(note.width())
