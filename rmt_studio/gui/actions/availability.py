"""Which actions are possible now, and why the others are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from rmt_studio.gui.actions.menus.plot import PLOT
from rmt_studio.gui.plots_in_use import plots_in_use

if TYPE_CHECKING:
    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.gui.workbench import Workbench


def reasons(bench: Workbench) -> dict[str, str]:
    """Return for each action that is not always possible the reason against it, or nothing."""
    document, said = bench.document, {}
    model, rules = document.model, document.recipe.rules
    no_model = "" if model is not None else _tr("Open a model first")
    no_rules = no_model or ("" if rules else _tr("Give a layer a rule first, or choose a target"))
    for name in ("analyze", "export", "export_report", "compare_checkpoint", "compare_methods",
                 "find_smallest", "fine_tune", "cycles", "open_recipe", "copy_python",
                 "copy_commands", "layer_table", "heat_map", "group_none", "group_block",
                 "group_role"):  # fmt: skip
        said[name] = no_model
    for name in ("prune", "keep_all"):
        said[name] = no_rules
    said["save_recipe"] = "" if rules else no_rules  # of a project whose model is missing, too
    several = bench.current is not None and len(bench.selection) > 1
    said["copy_rule"] = "" if several else _tr("Select several layers first")
    said["save_project"] = said["save_project_as"] = no_model
    lost = bench.project.missing is not None
    said["locate_model"] = "" if lost else _tr("The model is where it was")
    here = any(name in rules for name in bench.selection)
    said["keep_selected"] = "" if here else _tr("No selected layer has a rule")
    following = document.comparing == "pruned"
    said["compare_pruned"] = "" if following else no_rules
    idle = document.comparing == "none"
    said["stop_comparing"] = _tr("The model is not compared with anything") if idle else ""
    no_images = "" if document.images is not None else _tr("Open an image folder first")
    unable = "" if model is None or model.can_run else _tr("The model's architecture is not known")
    no_runs = "" if document.runs else _tr("Evaluate a model first")
    said["export_results"] = said["copy_results"] = no_runs
    said["compare_runs"] = "" if len(document.runs) > 1 else _tr("Evaluate twice first")
    stack = bench.undo_stack
    said["undo"] = "" if stack.canUndo() else _tr("Nothing was edited yet")
    said["redo"] = "" if stack.canRedo() else _tr("Nothing was taken back")
    said["evaluate"] = said["evaluate_dense"] = no_model or unable or no_images
    return said | _of_jobs(bench.jobs) | _of_plots()


def _of_jobs(desk: JobDesk) -> dict[str, str]:
    book = desk.book
    retry = any(desk.can_retry(job_id) for job_id in book.ended)
    return {
        "cancel_job": "" if desk.busy else _tr("No job runs or waits"),
        "retry_job": "" if retry else _tr("No job failed or was cancelled"),
        "job_log": "" if book.entries else _tr("Nothing has run yet"),
        "clear_jobs": "" if book.ended else _tr("No job has ended yet"),
    }


def _of_plots() -> dict[str, str]:
    none = "" if plots_in_use().current() is not None else _tr("No plot is in view")
    return dict.fromkeys((spec.id for spec in PLOT), none)


def _tr(text: str) -> str:
    return QCoreApplication.translate("availability", text)
