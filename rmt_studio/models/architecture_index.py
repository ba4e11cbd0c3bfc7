"""Which of timm's vision transformers have tensors of given shapes: an index, made once.

``python -m rmt_studio.models.architecture_index`` lays out each architecture without memory (some
minutes) and writes ``architecture_index.json``: under a short hash of names and shapes the
architectures that have them.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

INDEX = Path(__file__).with_name("architecture_index.json")
FAMILIES = (
    *("vit*", "deit*", "beit*", "eva*", "swin*", "cait*", "flexivit*", "tiny_vit*", "levit*"),
    *("convit*", "xcit*", "pit_*", "twins*", "tnt*", "volo*", "crossvit*", "visformer*", "naflex*"),
    *("mvitv2*", "hiera*", "davit*", "gcvit*", "nest*", "samvit*", "test_vit*", "fastvit*"),
)
# What differs between sizes of the image, numbers of classes and ways to pool, or is recomputed.
_NOT_COUNTED = re.compile(
    r"(head|head_dist|heads|fc|classifier|norm|fc_norm)\.|mask_token$|decoder_"
    r"|.*(pos_embed|relative_|rel_pos|attn_mask|periods|freqs|rope)"
)


def signature(shapes: Mapping[str, tuple[int, ...]]) -> str:
    """Return a short hash of names and shapes, but for what does not make the architecture.

    Left out are the classifier, tables of positions, the last norm, and how many channels the first
    convolution reads.
    """
    counted = sorted(name for name in shapes if not _NOT_COUNTED.match(name))
    first = next((n for n in shapes if len(shapes[n]) == 4 and _reads_the_image(n)), None)
    lines = []
    for name in counted:
        shape = shapes[name]
        if name == first:
            shape = (shape[0], 0, *shape[2:])
        lines.append(f"{name} {tuple(shape)}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _reads_the_image(name: str) -> bool:
    own = name.removesuffix(".weight")
    return own != name and (own.startswith("stem") or "embed" in own)


def architectures_like(shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Return the architectures whose tensors have these names and shapes."""
    return list(_index().get(signature(shapes), ()))


@cache
def _index() -> dict[str, list[str]]:
    return json.loads(INDEX.read_text(encoding="utf-8"))


def main() -> None:
    """Lay out every architecture and write the index."""
    import timm
    import torch

    index: dict[str, list[str]] = {}
    for name in sorted({name for family in FAMILIES for name in timm.list_models(family)}):
        with torch.device("meta"):
            try:
                module = timm.create_model(name, pretrained=False)
            except (RuntimeError, NotImplementedError, ImportError) as error:
                print(f"{name}: {error}")
                continue
        state = module.state_dict()
        shapes = {n: tuple(t.shape) for n, t in state.items() if t.is_floating_point()}
        index.setdefault(signature(shapes), []).append(name)
    lines = (f" {json.dumps(key)}: {json.dumps(names)}" for key, names in sorted(index.items()))
    INDEX.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
