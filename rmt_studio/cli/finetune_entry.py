"""The options of ``rmt-studio finetune``."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated, Any

import typer
from typer.core import TyperOption

from rmt_studio.cli.commands import application
from rmt_studio.cli.options import (
    Calibration,
    Checkpoint,
    Device,
    Dtype,
    Format,
    JsonFile,
    ModelName,
    NamesTheChoices,
    Zstd,
)


class NamesTheDefaults(NamesTheChoices):
    """A command whose help says what a setting of training is by default."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - click's, or a copy
        """Write the help with the defaults put in."""
        from rmt_studio.training import FineTuning

        for option in self.params:
            field = FineTuning.model_fields.get(option.name or "")
            if isinstance(option, TyperOption) and field is not None and option.help:
                default = "none" if field.default is None else field.default
                option.help = f"{option.help}. Default: {default}"
        super().format_help(ctx, formatter)


@application.command(cls=NamesTheDefaults)
def finetune(
    model: ModelName,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT", help="The file or folder to write")
    ],
    checkpoint: Checkpoint = None,
    recipe: Annotated[
        Path | None, typer.Option(metavar="R.json", help="Prune by this recipe first")
    ] = None,
    pruned: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Or an export that is pruned already; its zeros stay"),
    ] = None,
    calibration: Calibration = None,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Images to learn from. Default for demo: its training digits"
        ),
    ] = None,
    validate: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Labelled images that choose the best epoch; accuracy is told before and after",
        ),
    ] = None,
    labels: Annotated[
        bool, typer.Option(help="Or learn from the dense model alone; --data at any depth then")
    ] = True,
    folder: Annotated[
        Path | None, typer.Option(metavar="F", help="Keep the state of the run and the best here")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in the folder")
    ] = False,
    keep_every: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Also keep the model of every Nth epoch there"),
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the images")] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Optimiser steps of an epoch, where not a whole pass")
    ] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Images per step")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Of AdamW at its height")] = None,
    weight_decay: Annotated[
        float | None, typer.Option(help="None on biases, norms, position embeddings, class tokens")
    ] = None,
    warm_up: Annotated[
        float | None,
        typer.Option(help="Share of the steps in which the rate rises; cosine down after it"),
    ] = None,
    label_smoothing: Annotated[
        float | None, typer.Option(help="Share of the target spread over all classes")
    ] = None,
    distillation: Annotated[
        float | None,
        typer.Option(help="Weight of the dense model's predictions; 1 needs no labels"),
    ] = None,
    temperature: Annotated[float | None, typer.Option(help="Of those predictions")] = None,
    features: Annotated[
        float | None,
        typer.Option(help="Weight of the distance to the dense model's final features"),
    ] = None,
    l1: Annotated[
        float | None, typer.Option(help="Weight of the sum of |w| over the matrices")
    ] = None,
    l2: Annotated[
        float | None, typer.Option(help="Weight of the sum of w^2 over the matrices")
    ] = None,
    clip: Annotated[float | None, typer.Option(help="Largest norm of the gradient")] = None,
    precision: Annotated[
        str | None, typer.Option(help="auto, float32, bfloat16 or float16")
    ] = None,
    scale: Annotated[
        str | None,
        typer.Option(help="Least and largest share of a picture in a crop, such as 0.4,1"),
    ] = None,
    ratio: Annotated[
        str | None, typer.Option(help="Least and largest aspect of a crop, such as 0.75,1.33")
    ] = None,
    hflip: Annotated[float | None, typer.Option(help="Share of views that are mirrored")] = None,
    vflip: Annotated[
        float | None, typer.Option(help="Share of views that are turned upside down")
    ] = None,
    color_jitter: Annotated[float | None, typer.Option(help="Strength")] = None,
    auto_augment: Annotated[
        str | None, typer.Option(help="Policy of timm, such as rand-m9-mstd0.5-inc1")
    ] = None,
    re_prob: Annotated[
        float | None, typer.Option(help="Share of views of which a rectangle is erased")
    ] = None,
    patience: Annotated[
        int | None, typer.Option(min=1, help="Stop after so many epochs without a better one")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of order and views")] = None,
    device: Device = "cpu",
    format: Format = "dense",
    dtype: Dtype = None,
    zstd: Zstd = True,
    json: JsonFile = None,
) -> None:
    """Fine-tune a pruned model, its zeros and ranks kept; export and verify the result."""
    if (recipe is None) == (pruned is None):
        raise typer.BadParameter("give either --recipe or --pruned")
    if folder is None and (resume or keep_every):
        raise typer.BadParameter("--resume and --keep-every need a --folder")
    from rmt_studio.cli.finetune import Wanted, finetune_command
    from rmt_studio.cli.written import Shape

    wanted = Wanted(
        model,
        checkpoint,
        recipe,
        pruned,
        calibration,
        data,
        validate,
        labels,
        folder,
        resume,
        keep_every,
        device,
    )
    finetune_command(
        wanted,
        {
            "epochs": epochs,
            "steps": steps,
            "batch": batch,
            "learning_rate": learning_rate,
            "weight_decay": weight_decay,
            "warm_up": warm_up,
            "label_smoothing": label_smoothing,
            "distillation": distillation,
            "temperature": temperature,
            "features": features,
            "l1": l1,
            "l2": l2,
            "clip": clip,
            "precision": precision,
            "scale": scale,
            "ratio": ratio,
            "hflip": hflip,
            "vflip": vflip,
            "color_jitter": color_jitter,
            "auto_augment": auto_augment,
            "re_prob": re_prob,
            "patience": patience,
            "seed": seed,
        },
        output,
        Shape(format, dtype, zstd),
        json,
    )
