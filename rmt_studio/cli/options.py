"""The options that several commands share, and the help that lists what there is by name."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperOption


class NamesTheChoices(TyperCommand):
    """A command whose help lists what there is by name, read only when the help is asked for."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - click's, or a copy
        """Write the help with the names put in."""
        from rmt_studio.analysis.nulls import NULL_KINDS
        from rmt_studio.models.exports import FORMATS
        from rmt_studio.pruning import METHODS
        from rmt_studio.spectra import BULK_METHODS, DEFAULT_METHOD

        named = {
            "{formats}": ", ".join(FORMATS),
            "{methods}": ", ".join(BULK_METHODS),
            "{default}": DEFAULT_METHOD,
            "{nulls}": ", ".join(NULL_KINDS),
            "{pruning methods}": ", ".join(METHODS),
        }
        for option in self.params:
            for place, names in named.items():
                if isinstance(option, TyperOption) and option.help:
                    option.help = option.help.replace(place, names)
        super().format_help(ctx, formatter)


class Counted(StrEnum):
    """What a share of parameters is a share of."""

    BLOCKS = "blocks"
    MODEL = "model"


ModelName = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="timm architecture, folder with config.json, or demo; with --checkpoint also guess "
        "(from its shapes) or bare (its matrices alone)",
    ),
]
Checkpoint = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Weights: .safetensors, .pth, .pt, .bin, .index.json or .onnx. Default: the hub",
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Image folder, one sub-folder per class. Default for demo: its digits"
    ),
]
JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write all numbers at full precision")
]
Device = Annotated[str, typer.Option(help="cpu, cuda, cuda:1, mps")]
Calibration = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Image folder for methods that calibrate; labels not used"),
]
Limit = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="At most so many images, evenly over the folder"),
]
Seed = Annotated[int, typer.Option(help="Of the methods that draw at random")]
StudyJson = Annotated[
    Path | None,
    typer.Option(
        "--json",
        metavar="FILE",
        help="All numbers, written after each row; an earlier file is taken up where it stopped",
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Start the --json file anew whatever it holds")
]
Format = Annotated[str, typer.Option("--format", metavar="NAME", help="One of {formats}")]
Dtype = Annotated[
    str | None,
    typer.Option(metavar="TYPE", help="fp32, fp16 or bf16. Default: fp32, for 2:4 fp16"),
]
Zstd = Annotated[bool, typer.Option(help="Pack a compressed export with zstd")]
