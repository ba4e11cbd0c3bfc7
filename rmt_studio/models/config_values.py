"""Values from a stranger's JSON: read within bounds, checked, and named where they are wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from rmt_studio.errors import InputError
from rmt_studio.models.hostile_files import MEBIBYTE, open_regular
from rmt_studio.models.wording import shown

if TYPE_CHECKING:
    from pathlib import Path

Checked = TypeVar("Checked", bound=BaseModel)
DEEPEST = 200  # blocks in all; each takes some milliseconds to lay out
_LARGEST = 16 * MEBIBYTE


class DataSettings(BaseModel):
    """How images become the network's input; names and defaults are timm's."""

    model_config = ConfigDict(frozen=True)

    input_size: tuple[
        Annotated[int, Field(ge=1, le=64)],
        Annotated[int, Field(ge=1, le=8192)],
        Annotated[int, Field(ge=1, le=8192)],
    ] = (3, 224, 224)
    fixed_input_size: bool = False
    interpolation: Literal["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"] = (
        "bicubic"
    )
    crop_pct: float = Field(default=0.875, gt=0, le=2)
    crop_mode: Literal["center", "squash", "border"] = "center"
    mean: tuple[FiniteFloat, ...] = (0.485, 0.456, 0.406)
    std: tuple[Annotated[FiniteFloat, Field(gt=0)], ...] = (0.229, 0.224, 0.225)

    @model_validator(mode="after")
    def _one_mean_a_channel(self) -> DataSettings:
        if {len(self.mean), len(self.std)} - {1, self.input_size[0]}:
            raise ValueError("mean and std must have one entry per channel of input_size")
        return self


def json_of(path: Path) -> object:
    """Read a JSON file of bounded size.

    Raises:
        InputError: it cannot be read, or is no JSON.
    """
    with open_regular(path, _LARGEST) as (stream, _):
        return parsed(path, stream.read())


def parsed(path: Path, text: str | bytes) -> object:
    """Parse JSON.

    Raises:
        InputError: it is none, or nested too deeply.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = f"is not valid JSON ({shown(error)})"
        raise InputError(path, reason, "write it anew or fetch it again") from error


def checked(path: Path, kind: type[Checked], content: object) -> Checked:
    """Return JSON as a model of pydantic.

    Raises:
        InputError: names the first value that is wrong.
    """
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "it"
        reason = f"does not describe a timm model ({shown(place)}: {shown(first['msg'])})"
        raise InputError(path, reason, "see timm.models.save_for_hf for the layout") from error
