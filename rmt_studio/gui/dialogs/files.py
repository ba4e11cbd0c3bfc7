"""The system's file dialogs, each opened where the last file of its kind was."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSettings
from PySide6.QtWidgets import QFileDialog, QWidget

from rmt_studio.studio.state_folder import PROJECT_SUFFIX

_FOLDERS = {"images", "calibration", "model"}  # kinds that are folders themselves


def last_folder(kind: str) -> str:
    """Return the folder where a file of this kind was last chosen; at first the home folder."""
    folder = str(QSettings().value(f"folders/{kind}") or "")
    return folder if folder and Path(folder).is_dir() else str(Path.home())


def remember_folder(kind: str, path: str) -> None:
    """Open the next dialog of this kind where ``path`` is."""
    if path:
        folder = Path(path) if kind in _FOLDERS else Path(path).parent
        QSettings().setValue(f"folders/{kind}", str(folder))


def choose_images(parent: QWidget | None) -> str:
    """Ask for an image folder with one sub-folder per class; empty when cancelled."""
    title = _tr("Open an image folder with one sub-folder per class")
    return _folder(parent, title, "images")


def choose_calibration(parent: QWidget | None) -> str:
    """Ask for a folder of unlabelled images; empty when cancelled."""
    return _folder(
        parent, _tr("Open a folder of calibration images; no labels needed"), "calibration"
    )


def choose_model_folder(parent: QWidget | None) -> str:
    """Ask for a folder with ``config.json`` and weights; empty when cancelled."""
    return _folder(parent, _tr("Open a folder with config.json and weights"), "model")


def choose_checkpoint(parent: QWidget | None, title: str = "") -> str:
    """Ask for a checkpoint file; empty when cancelled."""
    kinds = _tr(
        "Checkpoints (*.safetensors *.pth *.pt *.bin *.ckpt *.onnx *.index.json);;All files (*)"
    )
    title, start = title or _tr("Choose a checkpoint"), last_folder("checkpoint")
    path, _ = QFileDialog.getOpenFileName(parent, title, start, kinds)
    remember_folder("checkpoint", path)
    return path


def choose_recipe_to_open(parent: QWidget | None) -> str:
    """Ask for a recipe file; empty when cancelled."""
    title, start = _tr("Open a recipe"), last_folder("recipe")
    path, _ = QFileDialog.getOpenFileName(parent, title, start, _recipes())
    remember_folder("recipe", path)
    return path


def choose_recipe_to_save(parent: QWidget | None, name: str = "recipe.json") -> str:
    """Ask where to save a recipe; the name ends in ``.json``; empty when cancelled."""
    start = str(Path(last_folder("recipe")) / name)
    path, _ = QFileDialog.getSaveFileName(parent, _tr("Save the recipe"), start, _recipes())
    remember_folder("recipe", path)
    return path if not path or Path(path).suffix else f"{path}.json"


def choose_project_to_open(parent: QWidget | None) -> str:
    """Ask for a project file; empty when cancelled."""
    title, start = _tr("Open a project"), last_folder("project")
    path, _ = QFileDialog.getOpenFileName(parent, title, start, _projects())
    remember_folder("project", path)
    return path


def choose_project_to_save(parent: QWidget | None, name: str) -> str:
    """Ask where to keep a project; the name ends in ``.rmts``; empty when cancelled."""
    start = str(Path(last_folder("project")) / name)
    path, _ = QFileDialog.getSaveFileName(parent, _tr("Save the project"), start, _projects())
    remember_folder("project", path)
    return path if not path or Path(path).suffix else f"{path}{PROJECT_SUFFIX}"


def choose_export(
    parent: QWidget | None, start: str, kind: str = "Safetensors (*.safetensors)"
) -> str:
    """Ask where to write a model; the name ends as the kind says; empty when cancelled.

    Args:
        parent: the dialog that asks.
        start: what is proposed.
        kind: as Qt filters files, such as ``"ONNX (*.onnx)"``; empty for a folder.
    """
    filters = kind or _tr("New folder (*)")
    path, _ = QFileDialog.getSaveFileName(parent, _tr("Export to"), start, filters)
    ending = kind.partition("*")[2].strip(")")
    return path if not path or Path(path).suffix else f"{path}{ending}"


def choose_report(parent: QWidget | None, name: str = "spectra.html") -> str:
    """Ask where to write a report; its ending says of what kind; empty when cancelled."""
    kinds = _tr("Page with plots (*.html);;Table (*.csv);;All numbers (*.json)")
    start = str(Path(last_folder("report")) / name)
    path, kind = QFileDialog.getSaveFileName(parent, _tr("Export the report"), start, kinds)
    remember_folder("report", path)
    ending = kind.partition("*")[2].strip(")") or ".html"
    return path if not path or Path(path).suffix else f"{path}{ending}"


def _folder(parent: QWidget | None, title: str, kind: str) -> str:
    path = QFileDialog.getExistingDirectory(parent, title, last_folder(kind))
    remember_folder(kind, path)
    return path


def _projects() -> str:
    return _tr("Projects (*{suffix});;All files (*)").format(suffix=PROJECT_SUFFIX)


def _recipes() -> str:
    return _tr("Recipes (*.json);;All files (*)")


def _tr(text: str) -> str:
    return QCoreApplication.translate("dialogs", text)
