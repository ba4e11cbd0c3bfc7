"""The lines of Python that load an exported checkpoint, with timm and safetensors alone."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.models.loading import LoadedModel

_WIDTH = 62


def loading_snippet(model: LoadedModel, path: Path) -> str:
    """Return code that builds the network and loads the file at ``path``."""
    arguments = json.loads(model.provenance.get("model_args", "{}"))
    given = [_quoted(model.architecture)]
    given += [f"{name}={_quoted(value)}" for name, value in arguments.items()]
    return "\n".join(
        (
            "import timm",
            "from safetensors.torch import load_file",
            "",
            _call("model = timm.create_model", given),
            f"model.load_state_dict(load_file({_quoted(str(path))}))",
            "model.eval()",
        )
    )


def _call(function: str, arguments: list[str]) -> str:
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= _WIDTH:
        return line
    inside = textwrap.fill(
        ", ".join(arguments),
        _WIDTH,
        initial_indent="    ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return f"{function}(\n{inside},\n)"


def _quoted(value: object) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)
