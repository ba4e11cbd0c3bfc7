"""What can be opened, told before it is tried: architectures, checkpoint files, folders."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rmt_studio.models.offer import Offer

WEIGHT_SUFFIXES = (".safetensors", ".pth", ".pt", ".bin", ".ckpt", ".onnx", ".index.json")
WITHOUT_A_NAME = {
    "bare": "The matrices alone: they can be analysed, pruned and exported, not evaluated.",
    "guess": "The architecture that the shapes suggest.",
}
_HUB = "hf-hub:"
_FAMILIES = ("deit*", "vit*", "beit*", "eva*", "swin*", "cait*", "flexivit*", "tiny_vit*", "levit*")


@dataclass(frozen=True)
class Verdict:
    """What can be said about an input before it is tried.

    Attributes:
        usable: whether it makes sense to try.
        text: one line for a person.
        problem: whether the line says that something is wrong; else it is a hint.
    """

    usable: bool
    text: str
    problem: bool = False


@cache
def all_architectures() -> tuple[str, ...]:
    """Return every architecture that timm knows, in alphabetical order."""
    import timm  # slow, and the dialog opens before it is needed

    return tuple(timm.list_models())


@cache
def vision_transformers() -> tuple[str, ...]:
    """Return timm's vision transformers, family by family."""
    import timm

    return tuple(name for family in _FAMILIES for name in timm.list_models(family))


def architecture_in(path: str) -> str:
    """Return the architecture that a file is named after, such as ``deit_tiny_patch16_224``."""
    stem = Path(path).stem
    return stem if stem.partition(".")[0] in all_architectures() else ""


def check_architecture(name: str) -> Verdict:
    """Say whether ``name`` is an architecture; names close ones where it is none."""
    if not name:
        return Verdict(False, "Type or choose an architecture, such as deit_tiny_patch16_224.")
    if name == "demo":
        return Verdict(True, "The embedded demo: a small ViT trained on handwritten digits.")
    if name.startswith(_HUB):
        return Verdict("/" in name, "A model of the Hugging Face hub, as hf-hub:owner/name.")
    bare, known = name.partition(".")[0], all_architectures()
    if bare in known:
        return Verdict(True, "")
    longer = [other for other in known if other.startswith(bare)]
    if longer:
        if len(longer) == 1:
            return Verdict(False, f"One architecture begins with {bare}: {longer[0]}.")
        return Verdict(False, f"{len(longer)} architectures begin with {bare}.")
    close = difflib.get_close_matches(bare, known, n=2, cutoff=0.6)
    advice = f" Did you mean {' or '.join(close)}?" if close else ""
    return Verdict(False, f"timm knows no architecture {bare}.{advice}", problem=True)


def check_checkpoint(path: str) -> Verdict:
    """Say whether ``path`` can be a checkpoint."""
    file = Path(path).expanduser()
    if file.is_dir():
        return Verdict(False, f"{file.name} is a folder: choose a file in it.", problem=True)
    if not file.exists():
        return Verdict(False, f"There is no file {file}.", problem=True)
    if not file.name.lower().endswith(WEIGHT_SUFFIXES):
        endings = ", ".join(WEIGHT_SUFFIXES)
        return Verdict(False, f"{file.name} is no checkpoint: use one of {endings}.", problem=True)
    return Verdict(True, f"Weights from {file.name}.")


def check_folder(path: str) -> Verdict:
    """Say whether ``path`` is a folder with a configuration and weights."""
    if not path:
        return Verdict(False, "A folder that holds config.json and the weights beside it.")
    folder = Path(path).expanduser()
    if not folder.is_dir():
        return Verdict(False, f"There is no folder {folder}.", problem=True)
    if not (folder / "config.json").is_file():
        return Verdict(False, f"{folder.name} holds no config.json.", problem=True)
    if not any(file.name.lower().endswith(WEIGHT_SUFFIXES) for file in folder.iterdir()):
        return Verdict(False, f"{folder.name} holds no weights.", problem=True)
    return Verdict(True, f"Architecture and weights from {folder.name}.")


def check_model(name: str, checkpoint: str) -> Verdict:
    """Say whether an architecture and a checkpoint, empty for the hub's weights, make a model."""
    if checkpoint:
        file = check_checkpoint(checkpoint)
        if not file.usable:
            return file
    if name in WITHOUT_A_NAME:
        text = WITHOUT_A_NAME[name] if checkpoint else "Choose the file whose matrices to open."
        return Verdict(bool(checkpoint), text)
    verdict = check_architecture(name)
    if not verdict.usable or verdict.text:
        return verdict
    if checkpoint:
        return Verdict(True, f"{name} with weights from {Path(checkpoint).name}.")
    return _check_pretrained(name)


def with_offer(said: Verdict, typed: str, offer: Offer) -> Verdict:
    """Return a verdict with what the header of the checkpoint adds to it.

    Args:
        said: of the name and the file.
        typed: the name.
        offer: what the file is likely to be.
    """
    if offer.problem:
        return Verdict(False, offer.problem, problem=True)
    if not typed:
        return Verdict(False, f"{offer.words} Name one, or open its matrices only.")
    if typed == offer.name:
        return Verdict(True, f"{offer.words} Open takes it; change it if it is another.")
    bare = typed.partition(".")[0]
    if not said.usable or not offer.name or typed in WITHOUT_A_NAME or bare in offer.others:
        return said
    return Verdict(True, f"{said.text} {offer.words}")


def check_recent(name: str, checkpoint: str) -> Verdict:
    """Say whether a model that was open before can still be opened."""
    is_path = Path(name).is_absolute() or Path(name).is_dir()
    return check_folder(name) if is_path and not checkpoint else check_model(name, checkpoint)


def _check_pretrained(name: str) -> Verdict:
    from timm.models import get_pretrained_cfg

    try:
        registered = get_pretrained_cfg(name)
    except RuntimeError:  # a tag that timm does not know
        return Verdict(False, f"timm knows no weights called {name}.", problem=True)
    if registered is None or not registered.has_weights:
        text = f"timm has no weights for {name}: choose a checkpoint file."
        return Verdict(False, text, problem=True)
    return Verdict(True, "Pretrained weights come from the Hugging Face hub, or from its cache.")
