"""How fast a large checkpoint opens, and what it takes: ``python -m tests.benchmarks.opening``.

A ViT-L/16 with random weights (1.2 GB) is written to a temporary folder, as safetensors and as
PyTorch's zip, and removed in the end. In a process of its own for each:

- ``open``: `load_model`, from the call to the list of matrices;
- ``window``: in the window, from the call of `Workbench.open_model` until the layer table shows the
  model's matrices and the window was painted;
- ``memory``: what the process has grown by at most since before the opening: when it is open, after
  one look at every matrix in turn (no spectra), and when the whole network is in memory.

Linux alone tells the peak. Memory counts what is the process's own. Bytes of the file that the
system keeps in its cache do not count: the file is read and never mapped.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ARCHITECTURE = "vit_large_patch16_224"
_MEGABYTE = 1e6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--window", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help="where the checkpoints are written meanwhile")
    options = parser.parse_args()
    if options.measure:
        measured = window(options.measure) if options.window else memory(options.measure)
        print(json.dumps(measured))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        print("file                 size      open    window   memory: open  each   whole")
        for path in written(Path(folder)):
            without, within = (_in_a_process(path, w) for w in ([], ["--window"]))
            size, parts = path.stat().st_size / _MEGABYTE, without["memory"]
            seconds = f"{without['open']:5.2f} s   {within['window']:5.2f} s"
            print(
                f"{path.name:<18}{size:6.0f} MB  {seconds}"
                f"    {parts[0]:6.0f} {parts[1]:6.0f} {parts[2]:6.0f} MB"
                f"   largest matrix {without['largest']:.0f} MB"
            )
            path.unlink()


def written(folder: Path):
    """Yield each file when it is written."""
    import timm
    import torch
    from safetensors.torch import save_file

    module = timm.create_model(ARCHITECTURE)
    save_file(module.state_dict(), folder / "large.safetensors")
    yield folder / "large.safetensors"
    torch.save({"model": module.state_dict(), "epoch": 1}, folder / "large.pth")
    yield folder / "large.pth"


def memory(path: str) -> dict[str, object]:
    """Open a file and look at it in steps."""
    from rmt_studio.models import load_model

    load_model("demo")  # all that is imported late
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew (proc(5))
    before, start = _peak(), time.perf_counter()
    model = load_model(ARCHITECTURE, checkpoint=path)
    seconds, steps = time.perf_counter() - start, [_peak() - before]
    for layer in model.layers:
        model.weight(layer).sum()
    steps.append(_peak() - before)
    model.read()
    steps.append(_peak() - before)
    largest = max(layer.size for layer in model.layers) * 4 / _MEGABYTE
    return {"open": seconds, "memory": steps, "largest": largest}


def window(path: str) -> dict[str, object]:
    """Open a file in the window and stop the clock when it is on show."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["RMT_STUDIO_CACHE"] = str(Path(path).parent)
    from PySide6.QtCore import QSettings
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from rmt_studio.gui.main_window import MainWindow
    from rmt_studio.models import load_model

    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    scope = QSettings.Scope.UserScope
    QSettings.setPath(QSettings.Format.IniFormat, scope, str(Path(path).parent))
    application = QApplication([])
    shown = MainWindow()
    workbench = shown.workbench
    shown.show()
    load_model("demo")
    QTest.qWait(200)
    start = time.perf_counter()
    workbench.open_model(ARCHITECTURE, path)
    while workbench.document.model is None:
        application.processEvents()
        time.sleep(0.001)
    shown.grab()
    seconds = time.perf_counter() - start
    workbench.close()
    shown.close()
    return {"window": seconds}


def _in_a_process(path: Path, options: list[str]) -> dict[str, object]:
    command = [sys.executable, "-m", "tests.benchmarks.opening", "--measure", str(path), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _peak() -> float:
    """Return the most memory that the process has had, in megabytes."""
    status = Path("/proc/self/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(kilobytes) * 1024 / _MEGABYTE


if __name__ == "__main__":
    main()
