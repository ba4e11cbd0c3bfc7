"""Run by CI: every floor below the window imports and works where Qt cannot be imported."""

from __future__ import annotations

import importlib
import pkgutil
import sys


class _NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"PySide6", "pyqtgraph", "shiboken6"}:
            raise ImportError(f"{name} was imported below the window")


sys.meta_path.insert(0, _NoQt())

import rmt_studio  # noqa: E402

names = [
    module.name
    for module in pkgutil.walk_packages(
        rmt_studio.__path__, "rmt_studio.", onerror=lambda name: None
    )
    if not module.name.startswith("rmt_studio.gui") and not module.name.endswith("__main__")
]
for name in names:
    importlib.import_module(name)

model = rmt_studio.load_model("demo")
layer = rmt_studio.analyze(model, layers=["blocks.0.mlp.fc1"])[0]
print(f"{len(names)} modules work without Qt; {layer.name} has {layer.fit.spikes} spikes")
