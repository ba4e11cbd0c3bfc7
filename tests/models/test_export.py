"""Exports: the right bytes, the same bytes, in the right place, and proof that they load."""

from __future__ import annotations

import json
import os
import resource

import pytest
import timm
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from rmt_studio.errors import InputError
from rmt_studio.models import export, load_model
from rmt_studio.models.export import write_safetensors
from rmt_studio.progress import Cancelled


@pytest.fixture
def model(tiny_folder):
    return load_model(tiny_folder)


def files_in(folder):
    """List a folder without the card and the picture that go with an export."""
    beside = ("out.README.md", "out.spectra.png")
    return sorted(path.name for path in folder.iterdir() if path.name not in beside)


def test_that_a_fresh_process_gives_the_same_logits(model, tmp_path):
    model.weight(model.layer("blocks.0.attn.q")).zero_()
    report = export(model, tmp_path / "out.safetensors")
    assert report.verified
    assert report.max_logit_difference <= 1e-6
    assert report.bytes == report.path.stat().st_size
    assert files_in(tmp_path) == ["out.safetensors", "tiny"]


def test_that_an_export_has_timms_names_and_values(model, tmp_path):
    report = export(model, tmp_path / "out.safetensors", verify=False)
    state = load_file(report.path)
    assert set(state) == set(model.module.state_dict())
    assert all(torch.equal(state[n], t) for n, t in model.module.state_dict().items())
    assert not report.verified
    assert report.max_logit_difference is None


def test_that_plain_timm_builds_an_export_from_its_metadata(model, tmp_path):
    export(model, tmp_path / "out.safetensors", verify=False)
    with safe_open(tmp_path / "out.safetensors", framework="pt") as file:
        metadata = file.metadata()
    assert metadata["format"] == "pt"
    assert metadata["source_sha256"] == model.source.sha256
    module = timm.create_model(metadata["architecture"], **json.loads(metadata["model_args"]))
    module.load_state_dict(load_file(tmp_path / "out.safetensors"), strict=True)


def test_that_an_export_opens_again_by_its_architecture_alone(model, tmp_path):
    """Its size and its normalisation are not those of the architecture: the metadata tell."""
    export(model, tmp_path / "out.safetensors", verify=False)
    again = load_model(model.architecture, checkpoint=tmp_path / "out.safetensors")
    assert json.dumps(again.data_config) == json.dumps(model.data_config)
    assert torch.equal(again.module.head.weight, model.module.head.weight)


def test_that_the_same_model_gives_the_same_bytes_wherever_it_lies(model, tiny_folder, tmp_path):
    elsewhere = tmp_path / "elsewhere" / "tiny"
    elsewhere.parent.mkdir()
    tiny_folder.rename(elsewhere)
    first = export(model, tmp_path / "a.safetensors", verify=False)
    second = export(load_model(elsewhere), tmp_path / "b.safetensors", verify=False)
    assert first.sha256 == second.sha256
    assert first.path.read_bytes() == second.path.read_bytes()


def test_that_the_order_of_tensors_and_metadata_does_not_change_the_bytes(tmp_path):
    tensors = {"b": torch.ones(3), "a": torch.zeros(2, dtype=torch.int64), "c": torch.ones(())}
    metadata = {"y": "1", "x": "2", "z": "\u00e9"}
    backwards = [dict(reversed(list(d.items()))) for d in (tensors, metadata)]
    one = write_safetensors(tmp_path / "one", tensors, metadata)
    assert write_safetensors(tmp_path / "two", *backwards) == one
    with safe_open(tmp_path / "one", framework="pt") as file:
        assert file.metadata() == metadata
        assert all(torch.equal(file.get_tensor(n), t) for n, t in tensors.items())


def test_that_the_source_is_never_overwritten(model, tiny_folder, tmp_path):
    source = tiny_folder / "model.safetensors"
    (tmp_path / "symbolic.safetensors").symlink_to(source)
    os.link(source, tmp_path / "hard.safetensors")
    before = source.read_bytes()
    for path in (
        source,
        tiny_folder / ".." / "tiny" / "model.safetensors",
        tmp_path / "symbolic.safetensors",
        tmp_path / "hard.safetensors",
    ):
        with pytest.raises(InputError, match="the source is never overwritten"):
            export(model, path, verify=False)
    assert source.read_bytes() == before


def test_that_a_file_with_other_logits_is_not_kept(model, tmp_path):
    (tmp_path / "out.safetensors").write_text("an older export")
    handle = model.module.head.register_forward_hook(lambda _, __, logits: logits + 0.01)
    with pytest.raises(InputError, match=r"logits differ by up to 0.01"):
        export(model, tmp_path / "out.safetensors")
    handle.remove()
    assert (tmp_path / "out.safetensors").read_text() == "an older export"
    assert files_in(tmp_path) == ["out.safetensors", "tiny"]


def test_that_a_model_broken_by_pruning_is_not_kept(model, tmp_path):
    model.module.head.bias.data[0] = torch.nan
    with pytest.raises(InputError, match="logits that are not finite"):
        export(model, tmp_path / "out.safetensors")
    assert files_in(tmp_path) == ["tiny"]


def test_that_a_cancelled_verification_ends_its_process_and_leaves_nothing(model, tmp_path):
    calls = []

    def stop(*call):
        calls.append(call)
        if len(calls) == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        export(model, tmp_path / "out.safetensors", progress=stop)
    assert files_in(tmp_path) == ["tiny"]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize("name", ["out.safetensors", "folder"])
def test_that_a_cancel_at_the_very_end_leaves_nothing_either(model, tmp_path, name):
    def stop(done, total, _note=""):
        if done == total:
            raise Cancelled

    kind = "dense" if name.endswith(".safetensors") else "hf"
    with pytest.raises(Cancelled):
        export(model, tmp_path / name, format=kind, verify=False, progress=stop)
    assert files_in(tmp_path) == ["tiny"]


@pytest.mark.parametrize("name", ["out.pth", "out.PT", "out.bin", "out.onnx"])
def test_that_a_name_of_another_format_is_refused(model, tmp_path, name):
    with pytest.raises(InputError, match=r"write out.safetensors"):
        export(model, tmp_path / name, verify=False)


def test_that_a_missing_folder_is_named(model, tmp_path):
    with pytest.raises(InputError, match="No such file or directory"):
        export(model, tmp_path / "none" / "out.safetensors", verify=False)


def test_that_a_full_disk_leaves_the_old_file(model, tmp_path):
    (tmp_path / "out.safetensors").write_text("an older export")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))  # the write ends in the middle
    try:
        with pytest.raises(InputError, match="File too large"):
            export(model, tmp_path / "out.safetensors", verify=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "out.safetensors").read_text() == "an older export"
    assert files_in(tmp_path) == ["out.safetensors", "tiny"]
