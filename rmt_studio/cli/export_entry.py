"""The options of ``rmt-studio export``."""

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
    NamesTheChoices,
    Zstd,
)


@application.command(cls=NamesTheChoices)
def export(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help="timm architecture, folder, demo, or an earlier export"
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT", help="The file or folder to write")
    ],
    checkpoint: Checkpoint = None,
    format: Format = "dense",
    dtype: Dtype = None,
    zstd: Zstd = True,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Evaluate on this image folder before, and say so in it"),
    ] = None,
    device: Device = "cpu",
    push: Annotated[
        str | None,
        typer.Option(
            metavar="OWNER/NAME", help="Then push the folder to the Hugging Face hub, privately"
        ),
    ] = None,
    json: JsonFile = None,
) -> None:
    """Write a model in another format, with a model card, and verify it in a fresh process."""
    from rmt_studio.cli.export import export_command
    from rmt_studio.cli.written import Shape

    shape = Shape(format, dtype, zstd)
    export_command(model, checkpoint, output, shape, data, device, push, json)
