"""Dialogs: open a model, choose files, export, errors, questions, about."""

from rmt_studio.gui.dialogs.about import AboutDialog
from rmt_studio.gui.dialogs.ask_box import AskBox
from rmt_studio.gui.dialogs.error_box import ErrorBox, show_error
from rmt_studio.gui.dialogs.export import ExportDialog
from rmt_studio.gui.dialogs.files import (
    choose_calibration,
    choose_checkpoint,
    choose_images,
    choose_recipe_to_open,
    choose_recipe_to_save,
    choose_report,
)
from rmt_studio.gui.dialogs.open_model import OpenModelDialog

__all__ = [
    "AboutDialog",
    "AskBox",
    "ErrorBox",
    "ExportDialog",
    "OpenModelDialog",
    "choose_calibration",
    "choose_checkpoint",
    "choose_images",
    "choose_recipe_to_open",
    "choose_recipe_to_save",
    "choose_report",
    "show_error",
]
