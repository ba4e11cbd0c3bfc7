"""What timm needs to build a network, as a folder's ``config.json`` or an export's metadata say it.

Both come from strangers: only plain values pass, none that would make timm fetch or open a file,
and no number that would keep it busy for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from rmt_studio.errors import InputError
from rmt_studio.models.config_values import DEEPEST, DataSettings, checked, json_of, parsed
from rmt_studio.models.transformers_config import is_of_transformers, timm_arguments
from rmt_studio.models.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Scalar = bool | int | float | str | None
_FOR_THE_FACTORY = {
    *("cache_dir", "checkpoint_path", "device", "dtype", "exportable", "feature_cfg"),
    *("feature_cls", "features_only", "model_cfg", "model_name", "no_jit", "out_indices"),
    *("pretrained", "pretrained_cfg", "pretrained_cfg_overlay", "pretrained_model_args"),
    *("pruned", "scriptable", "variant"),
}
LARGEST_ARGUMENT = 1_000_000
LONGEST_ARGUMENT = 200


class ModelConfig(BaseModel):
    """A ``config.json`` in timm's layout, as far as it concerns us."""

    architecture: str
    model_args: dict[str, Any] = {}
    pretrained_cfg: DataSettings = DataSettings()


@dataclass(frozen=True)
class Blueprint:
    """Arguments of ``timm.create_model``.

    Attributes:
        architecture: timm's name, with or without a tag.
        arguments: plain values, enough to build it without ``data``.
        data: entries of timm's ``pretrained_cfg`` that differ from the registered ones.
    """

    architecture: str
    arguments: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)

    def with_arguments(self, **arguments: Scalar) -> Blueprint:
        """Return a copy with some arguments set anew; those given as None stay as they are."""
        given = {key: value for key, value in arguments.items() if value is not None}
        return replace(self, arguments={**self.arguments, **given})


def blueprint_of_folder(folder: Path) -> Blueprint:
    """Read the ``config.json`` of a folder: timm's (``save_for_hf``) or transformers' for a ViT.

    Raises:
        InputError: there is none, or it does not say what to build.
    """
    path = folder / "config.json"
    if not path.exists():
        next_step = "give a folder with config.json and model.safetensors"
        raise InputError(folder, "holds no config.json", next_step)
    content = json_of(path)
    if is_of_transformers(content):
        return Blueprint(*timm_arguments(path, content))
    config = _validated(path, content)
    settings = _as_built(path, config)
    channels, *size = settings.input_size
    arguments = {"in_chans": channels, **config.model_args}
    if settings.fixed_input_size:
        arguments.setdefault("img_size", size)
    return Blueprint(config.architecture, arguments, settings.model_dump())


def blueprint_of_metadata(path: Path, metadata: dict[str, str]) -> Blueprint | None:
    """Read what `export` wrote into a safetensors file; None where it is not one of ours.

    Raises:
        InputError: the metadata are there and make no sense.
    """
    if not {"architecture", "model_args", "data_config"} <= metadata.keys():
        return None
    content = {
        "architecture": metadata["architecture"],
        "model_args": parsed(path, metadata["model_args"]),
        "pretrained_cfg": parsed(path, metadata["data_config"]),
    }
    config = _validated(path, content)
    data = config.pretrained_cfg.model_dump(exclude={"fixed_input_size"})
    return Blueprint(config.architecture, config.model_args, data)


def _validated(path: Path, content: object) -> ModelConfig:
    if isinstance(content, dict) and "pretrained_cfg" not in content:
        content = {**content, "pretrained_cfg": content}  # timm's older layout: all in one
    config = checked(path, ModelConfig, content)
    for name, value in config.model_args.items():
        if name in _FOR_THE_FACTORY or not _is_plain(name, value):
            reason = f"sets the model argument {shown(name)} to {shown(value, 40)}"
            raise InputError(path, f"{reason}, which is not accepted", "take it out")
    return config


def _is_plain(name: str, value: object) -> bool:
    """Whether an argument is a scalar, or a list (of lists) of such, and within bounds."""
    scalars = list(_scalars(value))
    numbers = [abs(item) for item in scalars if isinstance(item, int | float)]
    looped_over = any(word in name for word in ("depth", "layers", "blocks", "stages"))
    return (
        all(item is None or isinstance(item, int | float | str) for item in scalars)
        and all(len(item) <= LONGEST_ARGUMENT for item in scalars if isinstance(item, str))
        and len(scalars) <= LONGEST_ARGUMENT
        and all(number <= LARGEST_ARGUMENT for number in numbers)
        and (not looped_over or sum(numbers) <= DEEPEST)
    )


def _scalars(value: object, level: int = 0) -> Iterator[object]:
    """Yield what a list holds, through two more levels of lists; deeper ones come out as lists."""
    if isinstance(value, list) and level < 3:
        for item in value:
            yield from _scalars(item, level + 1)
    else:
        yield value


def _as_built(path: Path, config: ModelConfig) -> DataSettings:
    """Return the data settings with the input size that the model arguments ask for."""
    channels, *size = config.pretrained_cfg.input_size
    channels = config.model_args.get("in_chans") or channels
    asked = config.model_args.get("img_size") or size
    sides = asked if isinstance(asked, list) else [asked, asked]
    settings = config.pretrained_cfg.model_dump()
    return checked(path, DataSettings, {**settings, "input_size": [channels, *sides]})
