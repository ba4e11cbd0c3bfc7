"""The options of ``rmt-studio cycles``."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from rmt_studio.cli.commands import application
from rmt_studio.cli.options import (
    Checkpoint,
    Device,
    Dtype,
    Format,
    JsonFile,
    Limit,
    ModelName,
    NamesTheChoices,
    Zstd,
)


@application.command(cls=NamesTheChoices)
def cycles(
    model: ModelName,
    folder: Annotated[
        Path,
        typer.Option(
            metavar="DIR", help="Receives weights after each cycle and cycles.json with the rows"
        ),
    ],
    checkpoint: Checkpoint = None,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Images to learn from. Default for demo: its digits"),
    ] = None,
    labels: Annotated[
        bool,
        typer.Option(help="Learn from labels too; without, from the dense model alone"),
    ] = True,
    evaluate: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Images that each cycle is measured on. Default for demo: its test"
        ),
    ] = None,
    limit: Limit = None,
    recipe: Annotated[
        Path | None,
        typer.Option(metavar="C.json", help="Cycles to do; the options below change them"),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(help="magnitude, ser (spectral edge reallocation) or hybrid. Default: hybrid"),
    ] = None,
    sparsity: Annotated[
        float | None,
        typer.Option(metavar="S", help="Share of the blocks to remove in the end. Default: 0.5"),
    ] = None,
    step: Annotated[
        float | None, typer.Option(metavar="S", help="Of sparsity in each cycle. Default: 0.05")
    ] = None,
    switch: Annotated[
        float | None,
        typer.Option(metavar="S", help="hybrid: magnitude alone up to here. Default: 0.2"),
    ] = None,
    overshoot: Annotated[
        float | None,
        typer.Option(metavar="S", help="How far ser prunes past its target. Default: 0.03"),
    ] = None,
    selection_epochs: Annotated[
        float | None,
        typer.Option(
            metavar="N",
            help="Epochs in which removed entries alone move, times their share. Default: 1",
        ),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(metavar="N", help="Of fine-tuning in each cycle. Default: 1")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(metavar="N", help="Of an epoch. Default: a pass over the images")
    ] = None,
    batch: Annotated[
        int | None, typer.Option(metavar="N", help="Images of a step. Default: 64")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(metavar="R", help="At its height. Default: 1e-5")
    ] = None,
    hflip: Annotated[
        float | None, typer.Option(metavar="P", help="Share of mirrored views. Default: 0.5")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of order and views. Default: 0")] = None,
    device: Device = "cpu",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the course in the folder")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="OUT", help="Export the model of the last cycle"),
    ] = None,
    format: Format = "dense",
    dtype: Dtype = None,
    zstd: Zstd = True,
    save_recipe: Annotated[
        Path | None, typer.Option(metavar="C.json", help="Save the cycles as they are done")
    ] = None,
    json: JsonFile = None,
) -> None:
    """Prune, put back, fine-tune and evaluate, cycle by cycle, up to a sparsity."""
    from rmt_studio.cli.cycles import Course, cycles_command, recipe_of
    from rmt_studio.cli.written import Shape

    chosen = recipe_of(
        recipe,
        {
            "method": method,
            "sparsity": sparsity,
            "step": step,
            "switch": switch,
            "overshoot": overshoot,
            "selection_epochs": selection_epochs,
        },
        {
            "epochs": epochs,
            "steps": steps,
            "batch": batch,
            "learning_rate": learning_rate,
            "hflip": hflip,
            "seed": seed,
            "distillation": None if labels else 1.0,
        },
    )
    course = Course(
        model, checkpoint, data, labels, evaluate, limit, folder, resume, device, recipe
    )  # fmt: skip
    cycles_command(course, chosen, output, Shape(format, dtype, zstd), save_recipe, json)
