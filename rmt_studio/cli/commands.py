"""The commands of ``rmt-studio``; each imports what it needs when it runs."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from rmt_studio import __version__
from rmt_studio.cli.options import (
    Calibration,
    Checkpoint,
    Counted,
    Data,
    Device,
    Dtype,
    Format,
    JsonFile,
    Limit,
    ModelName,
    NamesTheChoices,
    Overwrite,
    Seed,
    StudyJson,
    Zstd,
)

application = typer.Typer(
    help="See which part of a Vision Transformer's weights is noise, cut it, measure, export.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@application.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave")] = False,
) -> None:
    """Open the window when no command is given."""
    if version:
        typer.echo(f"rmt-studio {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        _open_window()


@application.command()
def gui(
    model: Annotated[str | None, typer.Argument(metavar="[MODEL]")] = None,
    checkpoint: Checkpoint = None,
    data: Data = None,
) -> None:
    """Open the window, with a model and images if you name them, or a project (FILE.rmts)."""
    _open_window(model, checkpoint, data)


@application.command()
def demo(
    headless: Annotated[
        bool, typer.Option(help="No window: do the whole job here and tell of it")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where the headless demo exports to"),
    ] = None,
    json: JsonFile = None,
) -> None:
    """Open the embedded demo: a small ViT trained on handwritten digits."""
    if not headless:
        if output or json:
            raise typer.BadParameter("--output and --json belong to demo --headless")
        _open_window("demo")
        return
    from rmt_studio.cli.demo import headless_demo

    headless_demo(output, json)


@application.command(cls=NamesTheChoices)
def analyze(
    model: ModelName,
    checkpoint: Checkpoint = None,
    method: Annotated[
        str | None, typer.Option(help="Bulk estimator: {methods}. Default: {default}")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Other weights of the model: what changes in each layer"),
    ] = None,
    views: Annotated[
        bool, typer.Option("--views", help="Also each head and its products W_q^T W_k and W_o W_v")
    ] = False,
    calibration: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Image folder: also each layer whitened by its inputs"),
    ] = None,
    null: Annotated[
        str | None, typer.Option(metavar="KIND", help="Draw random matrices beside: {nulls}")
    ] = None,
    localisation: Annotated[
        bool,
        typer.Option("--localisation", help="Into --json: are spikes carried by single weights?"),
    ] = False,
    json: JsonFile = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the tables as CSV")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write one page with the plots, to hand on"),
    ] = None,
) -> None:
    """Print the spectrum and the Marchenko-Pastur fit of every matrix."""
    from rmt_studio.cli.analysis import Wanted, analyze_command

    wanted = Wanted(method, views, calibration, null, localisation, against)
    analyze_command(model, checkpoint, wanted, json, csv, html)


@application.command(cls=NamesTheChoices)
def prune(
    model: ModelName,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT", help="The file or folder to write")
    ],
    checkpoint: Checkpoint = None,
    recipe: Annotated[
        Path | None, typer.Option(metavar="R.json", help="A recipe saved by the window or by hand")
    ] = None,
    method: Annotated[
        str | None, typer.Option(metavar="NAME", help="Or a method by name: {pruning methods}")
    ] = None,
    sparsity: Annotated[
        float | None, typer.Option(metavar="S", help="Share of the parameters to remove, in [0, 1)")
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(
            metavar="N:M", help="Instead of S: of each M inputs of a row keep N, such as 2:4"
        ),
    ] = None,
    calibration: Calibration = None,
    seed: Seed = 0,
    distill: Annotated[
        int | None,
        typer.Option(
            metavar="STEPS",
            min=1,
            help="Then learn from the dense model on the calibration images, masks frozen",
        ),
    ] = None,
    of: Annotated[
        Counted, typer.Option(help="What S is a share of: attention and MLP matrices, or all")
    ] = Counted.BLOCKS,
    save_recipe: Annotated[
        Path | None, typer.Option(metavar="R.json", help="Also save the recipe that was used")
    ] = None,
    format: Format = "dense",
    dtype: Dtype = None,
    zstd: Zstd = True,
    json: JsonFile = None,
) -> None:
    """Prune by a recipe, or by a method and a target; export and verify the result."""
    no_target = sparsity is None and pattern is None
    if (recipe is None) == (method is None and no_target):
        raise typer.BadParameter("give either --recipe, or --method with --sparsity")
    if recipe is None and (method is None or no_target):
        raise typer.BadParameter("--method and --sparsity (or --pattern) go together")
    from rmt_studio.cli import work
    from rmt_studio.cli.written import Shape
    from rmt_studio.pruning import Distillation

    choice = None if method is None else work.Target(method, sparsity, str(of), pattern, seed)
    work.prune_command(
        model,
        checkpoint,
        recipe,
        choice,
        output,
        save_recipe,
        json,
        shape=Shape(format, dtype, zstd),
        calibration=calibration,
        distillation=None if distill is None else Distillation(steps=distill, seed=seed),
    )


@application.command()
def evaluate(
    model: ModelName,
    checkpoint: Checkpoint = None,
    data: Data = None,
    device: Device = "cpu",
    batch_size: Annotated[int | None, typer.Option(min=1, help="Default: automatic")] = None,
    json: JsonFile = None,
) -> None:
    """Print top-1, top-5 and loss on an image folder, with 95 % intervals."""
    from rmt_studio.cli import work

    work.evaluate_command(model, checkpoint, data, device, batch_size, json)


@application.command(cls=NamesTheChoices)
def compare(
    model: ModelName,
    methods: Annotated[str, typer.Option(metavar="A,B,C", help="Of these: {pruning methods}")],
    sparsity: Annotated[
        str, typer.Option(metavar="S,S", help="Shares of the attention and MLP matrices to remove")
    ],
    checkpoint: Checkpoint = None,
    data: Data = None,
    calibration: Calibration = None,
    limit: Limit = None,
    seed: Seed = 0,
    device: Device = "cpu",
    json: StudyJson = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the rows as CSV")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw accuracy against sparsity: .svg, .png or .pdf"),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Prune by several methods to several sparsities, and evaluate each beside dense."""
    from rmt_studio.cli.compare import compare_command
    from rmt_studio.cli.study import Asked

    asked = Asked(model, checkpoint, data, calibration, limit, seed, device, json, overwrite)
    compare_command(asked, methods, sparsity, csv, plot)


@application.command(cls=NamesTheChoices)
def search(
    model: ModelName,
    method: Annotated[str, typer.Option(metavar="NAME", help="One of {pruning methods}")],
    within: Annotated[
        float, typer.Option(metavar="POINTS", help="How many points of top-1 may be lost")
    ],
    checkpoint: Checkpoint = None,
    data: Data = None,
    calibration: Calibration = None,
    limit: Limit = None,
    seed: Seed = 0,
    device: Device = "cpu",
    resolution: Annotated[
        float, typer.Option(metavar="SHARE", help="Distance of neighbouring targets")
    ] = 0.01,
    criterion: Annotated[
        str,
        typer.Option(
            help="interval: the lower end of the paired 95 % interval is within the points; "
            "point: the difference on these images is"
        ),
    ] = "interval",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="OUT", help="Export the result as a file or folder"),
    ] = None,
    save_recipe: Annotated[
        Path | None, typer.Option(metavar="R.json", help="Save the recipe of the result")
    ] = None,
    format: Format = "dense",
    dtype: Dtype = None,
    zstd: Zstd = True,
    json: StudyJson = None,
    overwrite: Overwrite = False,
) -> None:
    """Search the smallest model whose accuracy stays within some points of dense."""
    from rmt_studio.cli.search import search_command
    from rmt_studio.cli.study import Asked
    from rmt_studio.cli.written import Shape

    asked = Asked(model, checkpoint, data, calibration, limit, seed, device, json, overwrite)
    shape = Shape(format, dtype, zstd)
    search_command(asked, method, within, resolution, criterion, output, save_recipe, shape)


def _open_window(
    model: str | None = None, checkpoint: Path | None = None, data: Path | None = None
) -> None:
    from rmt_studio.errors import InputError
    from rmt_studio.gui.system_libraries import why_no_window

    reason = why_no_window()
    if reason is not None:
        raise InputError("the window cannot open", reason)
    if checkpoint is not None and model is None:
        raise InputError(checkpoint, "needs an architecture", "name it: rmt-studio gui MODEL ...")
    from rmt_studio.gui.app import run

    run(model, checkpoint, data)  # ends the process
