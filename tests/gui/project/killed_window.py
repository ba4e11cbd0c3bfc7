"""Run by itself: the whole program with the demo, which edits until it is killed.

Prints ``settled N`` each time that N edits are in the file.
"""

from __future__ import annotations

import sys
import time

from PySide6.QtWidgets import QApplication

from rmt_studio.gui.app import make_application, make_window
from tests.studio.projects import rule

application = make_application(["rmt-studio"])
window = make_window()
window.show()
bench = window.workbench
if len(sys.argv) > 1:
    bench.project_opening.start(sys.argv[1])
else:
    bench.open_demo()
while not bench.document.analyzed:
    QApplication.processEvents()
    time.sleep(0.005)
names = [layer.name for layer in bench.document.model.layers]
for edits in range(1, 1000):
    place = edits % len(names)
    bench.edit_rules({names[place]: rule(1 + edits / 1000)}, f"edit {edits}")
    while bench.project.modified and (bench.project._behind or bench.project._timer.isActive()):
        QApplication.processEvents()
    print("settled", edits, flush=True)
