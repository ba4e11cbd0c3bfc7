from __future__ import annotations

import subprocess
import sys

FOREIGN = ("timm", "torchvision", "PySide6", "pyqtgraph", "safetensors")


def test_that_the_theory_of_one_matrix_needs_no_model_and_no_window():
    code = f"""
import sys
import rmt_studio.spectra
found = [name for name in {FOREIGN!r} if name in sys.modules]
sys.exit(f"imports {{found}}" if found else 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
