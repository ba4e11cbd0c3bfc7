"""The options of ``rmt-studio series``."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from rmt_studio.cli.commands import application
from rmt_studio.cli.options import JsonFile, NamesTheChoices


@application.command(cls=NamesTheChoices)
def series(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="Checkpoints of one model, named by their step: epoch_10.pth, checkpoint-500/",
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="timm architecture, guess (from the shapes) or bare (the matrices alone). "
            "Default: what the checkpoints say, else bare",
        ),
    ] = None,
    layer: Annotated[
        list[str] | None, typer.Option(metavar="L", help="Only this matrix; may be repeated")
    ] = None,
    method: Annotated[
        str | None, typer.Option(help="Bulk estimator: {methods}. Default: {default}")
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Write a row per checkpoint and matrix"),
    ] = None,
    json: JsonFile = None,
    gif: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Film of the spectrum of one --layer")
    ] = None,
    mp4: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The same as video; needs the extra video")
    ] = None,
    fps: Annotated[float, typer.Option(metavar="N", help="Checkpoints a second of a film")] = 4.0,
    log: Annotated[bool, typer.Option("--log", help="Film on a logarithmic axis")] = False,
) -> None:
    """Follow the spectrum of every matrix through the checkpoints of a training."""
    from rmt_studio.cli.series import Output, series_command

    output = Output(csv=csv, json=json, gif=gif, mp4=mp4, fps=fps, log=log)
    series_command(folder, model, layer or [], method, output)
