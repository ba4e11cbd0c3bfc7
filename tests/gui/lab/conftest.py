"""A lab with a folder of its own, tiny pictures in a file, and settings that end in a second."""

from __future__ import annotations

import numpy as np
import pytest

from rmt_studio.studies.lab import EXPERIMENTS

PATIENCE = 60_000
_TINY = {"hidden": (16, 16, 12), "epochs": 3, "batch": 32, "train_images": 96, "test_images": 40,
         "seeds": 2, "seed": 0}  # fmt: skip
_OF_THE_NOISE = {"widths": (8, 12, 16), "width_epochs": 1, "draws": 2, "levels": (0.0, 0.1, 1.0)}


def tiny(key):
    """Return settings of an experiment that train in less than a second."""
    own = _OF_THE_NOISE if key == "noise" else {}
    pruning = (
        {"prune_every": 1, "keep_span": 4} if key in ("noise", "pruning-while-training") else {}
    )
    return EXPERIMENTS[key].settings(**_TINY, **own, **pruning)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """A file with ten classes of blurred blocks."""
    rng = np.random.default_rng(0)
    places = rng.integers(0, 20, (10, 2))

    def drawn(n):
        labels = np.arange(n) % 10
        images = rng.integers(0, 60, (n, 28, 28))
        for image, (x, y) in zip(images, places[labels], strict=True):
            image[x : x + 8, y : y + 8] += 150
        return images.astype(np.uint8), labels.astype(np.uint8)

    (x_train, y_train), (x_test, y_test) = drawn(120), drawn(60)
    path = tmp_path_factory.mktemp("pictures") / "blocks.npz"
    np.savez(path, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    return path


@pytest.fixture
def lab(workbench, tmp_path):
    from rmt_studio.gui.lab import Lab

    made = Lab(workbench)
    made.folder = tmp_path / "lab"
    return made


@pytest.fixture
def lab_window(workbench, lab, pictures, qtbot, monkeypatch):
    """The window of the lab, with the pictures chosen and settings that end soon."""
    from rmt_studio.gui.lab import LabWindow
    from rmt_studio.gui.lab.form import LabForm

    monkeypatch.setattr(LabForm, "base", property(lambda form: tiny(form.experiment.key)))
    window = LabWindow(workbench, lab)
    qtbot.addWidget(window)
    window.fields.data.take(pictures)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def removed(lab_window, lab, qtbot):
    """The window after the experiment that removes the random part."""
    return run(lab_window, lab, qtbot, "removal")


def run(window, lab, qtbot, key):
    """Run an experiment to its end."""
    window.fields.choose(key)
    window.start_button.click()
    qtbot.waitUntil(lambda: lab.result is not None and not lab.running, timeout=PATIENCE)
    return window
