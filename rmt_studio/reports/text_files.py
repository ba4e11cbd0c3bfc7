"""Tables and records as files, whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from rmt_studio.models.atomic_write import atomic_write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def write_json(path: Path | str, content: object) -> None:
    """Write JSON at full precision, whole or not at all."""
    write_text(path, json.dumps(content, indent=1, allow_nan=False) + "\n")


def write_csv(path: Path | str, rows: Sequence[dict[str, object]]) -> None:
    """Write rows that share their keys as CSV, whole or not at all."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


def write_text(path: Path | str, text: str) -> None:
    """Write text as UTF-8, whole or not at all."""
    with atomic_write(path) as beside:
        beside.write_text(text, encoding="utf-8")
