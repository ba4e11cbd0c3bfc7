"""Makes the README's pictures: ``python -m tests.screenshots``, from the project's root.

Drives the real window on DeiT-Tiny and the photographs where they are (see CONTRIBUTING.md), on
the embedded demo otherwise, and saves ``docs/images/window-light.png`` and ``window-dark.png``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSettings

from rmt_studio.gui.app import make_application, make_window
from rmt_studio.gui.theme import theme

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
LAYER = {"demo": "blocks.2.mlp.fc1", "deit": "blocks.6.mlp.fc1"}


if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def main() -> None:
    arguments = _arguments()
    QSettings.setPath(
        QSettings.Format.NativeFormat, QSettings.Scope.UserScope, tempfile.mkdtemp()
    )  # fmt: skip
    application = make_application(sys.argv[:1])
    window = make_window()
    window.resize(arguments.width, arguments.height)
    window.show()
    bench = window.workbench
    real = SHARED.is_dir() and not arguments.demo
    if real:
        checkpoint = SHARED / "deit_tiny_patch16_224.safetensors"
        photographs = SHARED / "imagenet-nips2017" / "evaluation"
        bench.open_model("deit_tiny_patch16_224", checkpoint, images=photographs)
    else:
        bench.open_demo()
    _until(application, lambda: bench.document.analyzed and bench.document.images)
    for budget, sparsity in arguments.runs:
        bench.fill_target(budget, sparsity, "blocks")
        _until(application, lambda: bench.document.recipe.name and not bench.running_jobs)
        before = len(bench.document.runs)
        bench.evaluate()
        wanted = before + (2 if not before else 1)
        _until(application, lambda wanted=wanted: len(bench.document.runs) >= wanted)
    layer = LAYER["deit" if real else "demo"]
    bench.select((layer,), layer)
    _until(application, lambda: not bench.running_jobs)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for choice in ("light", "dark"):
        theme().choose(choice)
        _until(application, lambda: not bench.running_jobs, settle=0.5)
        window.grab().save(str(arguments.out / f"window-{choice}.png"))
    window.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--demo", action="store_true", help="use the embedded demo")
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--runs", type=_runs, default="magnitude:0.3,magnitude:0.5,edge-cut:0.1")
    return parser.parse_args()


def _runs(text: str) -> list[tuple[str, float]]:
    pairs = (part.split(":") for part in text.split(",") if part)
    return [(budget, float(share)) for budget, share in pairs]


def _until(application: QApplication, condition, settle: float = 0.2, limit: float = 600) -> None:
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        application.processEvents()
        time.sleep(0.005)
    end = time.monotonic() + settle
    while time.monotonic() < end:
        application.processEvents()
        time.sleep(0.005)


if __name__ == "__main__":
    main()
