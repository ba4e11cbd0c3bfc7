"""Every format: it is verified without this package, it is the same bytes, it says what it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from safetensors import safe_open

from rmt_studio.errors import InputError
from rmt_studio.models import exports
from rmt_studio.models.export import export, subject_of
from rmt_studio.models.exports import FORMATS, format_named, require_extra
from rmt_studio.training import FineTuning

FIXTURES = {"factored": "low_rank", "2:4": "two_of_four"}
EVERY = [(key, dtype) for key, one in FORMATS.items() for dtype in one.dtypes]
ACCURACY = {
    "images": "digits", "n": 360, "top1": 0.9611, "top1_interval": [0.936, 0.977], "top5": 1.0,
    "loss": 0.1234, "seconds": 3.2, "device": "cpu",
}  # fmt: skip


@pytest.fixture
def subject_for(request):
    """Return the model that a format is made for."""
    return lambda key: request.getfixturevalue(FIXTURES.get(key, "halved"))


def named(key):
    return f"out{FORMATS[key].suffix}"


@pytest.mark.parametrize("key", ["dense", "hf"])
def test_that_the_card_tells_of_fine_tuning(halved, tmp_path, key):
    told = {
        "settings": FineTuning(epochs=7, learning_rate=2e-4).model_dump(mode="json"),
        "epoch": 3,
    }
    recipe = '{"rules": {"blocks.0.attn.q": {}}}'
    for note, line in ((json.dumps(told), "epoch 3 of 7, learning rate 0.0002"), ("[]", "")):
        model = replace(halved, provenance={"recipe": recipe, "finetuning": note})
        report = export(model, tmp_path / f"{bool(line)}{named(key)}", format=key, verify=False)
        text = next(f for f in report.files if f.name.endswith("README.md")).read_text()
        assert line in text
        assert ("Fine-tuned" in text) == bool(line)


@pytest.mark.parametrize(("key", "dtype"), EVERY)
def test_that_a_fresh_process_gives_the_logits_by_the_snippet_alone(
    subject_for, tmp_path, key, dtype
):
    report = export(subject_for(key), tmp_path / named(key), format=key, dtype=dtype)
    assert report.verified
    assert (report.format, report.dtype) == (key, dtype)
    if dtype == "fp32":
        assert report.rounding == 0
        assert report.max_logit_difference < 1e-4
    else:
        assert 0 < report.max_logit_difference < 2 * report.rounding
    compile(report.snippet, "snippet", "exec")
    assert "rmt_studio" not in report.snippet.replace(str(tmp_path), "")


def test_that_the_same_model_gives_the_same_bytes_in_another_process(all_ways, tmp_path):
    """One model that every format can take, written here and by a process with other hash seeds."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
    torch.save(all_ways.module.state_dict(), tmp_path / "state.pt")
    write_all = f"""
import json, torch
from rmt_studio.models import LoadedModel, load_model
from rmt_studio.models.export import export
from rmt_studio.models.exports import FORMATS

opened = load_model({str(tmp_path / "tiny")!r})
opened.module.load_state_dict(torch.load({str(tmp_path / "state.pt")!r}))
for key, one in FORMATS.items():
    name = {str(theirs)!r} + "/" + key.replace(":", "") + one.suffix
    export(opened, name, format=key, verify=False, accuracy=json.loads({json.dumps(ACCURACY)!r}))
"""
    for key, one in FORMATS.items():
        name = ours / (key.replace(":", "") + one.suffix)
        export(all_ways, name, format=key, verify=False, accuracy=ACCURACY)
    other = {**os.environ, "PYTHONHASHSEED": "4242", "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", write_all], check=True, env=other)
    written = [file for file in ours.rglob("*") if file.is_file()]
    assert len(written) == 3 * (len(FORMATS) - 1) + 4  # the folder holds its config as well
    for file in written:
        assert file.read_bytes() == (theirs / file.relative_to(ours)).read_bytes(), file.name


@pytest.mark.parametrize("key", FORMATS)
def test_that_the_metadata_and_the_card_say_where_it_comes_from(subject_for, tmp_path, key):
    model = subject_for(key)
    model.provenance["recipe"] = json.dumps({"name": "half", "rules": {"blocks.0.attn.q": []}})
    report = export(model, tmp_path / named(key), format=key, verify=False, accuracy=ACCURACY)
    told = metadata_of(report.path, key)
    assert told["source_sha256"] == model.source.sha256
    assert json.loads(told["recipe"])["name"] == "half"
    assert told["rmt_studio_version"]
    assert told["rmt_studio_format"] == key
    assert json.loads(told["accuracy"])["top1"] == 0.9611
    assert "seconds" not in told["accuracy"]
    text = next(file for file in report.files if file.name.endswith("README.md")).read_text()
    for said in (model.source.sha256, "half", "**96.11%**", "93.6% to 97.7%", "spectra.png"):
        assert said in text
    picture = next(file for file in report.files if file.suffix == ".png")
    assert picture.read_bytes().startswith(b"\x89PNG")


def metadata_of(path, key):
    if key == "onnx":
        import onnx

        return {prop.key: prop.value for prop in onnx.load(path).metadata_props}
    if key == "torch-export":
        extra = {"rmt_studio.json": ""}
        torch.export.load(path, extra_files=extra)
        return json.loads(extra["rmt_studio.json"])
    with safe_open(path / "model.safetensors" if path.is_dir() else path, framework="pt") as file:
        return file.metadata()


@pytest.mark.parametrize("key", FORMATS)
def test_that_no_format_tells_where_it_was_made(subject_for, tmp_path, key):
    report = export(subject_for(key), tmp_path / named(key), format=key, verify=False)
    for file in report.files:
        if file.is_file():
            held = file.read_bytes()
            assert str(tmp_path).encode() not in held
            assert b"site-packages" not in held


@pytest.mark.parametrize("key", FORMATS)
def test_that_the_expected_size_is_the_size(all_ways, tmp_path, key):
    expected = FORMATS[key].content_bytes(subject_of(all_ways, FORMATS[key], zstd=False))
    written = export(all_ways, tmp_path / named(key), format=key, zstd=False, verify=False)
    assert 0 <= written.bytes - expected < 150_000  # headers, names, graphs


def test_that_the_size_after_zstd_is_known_only_by_packing(halved):
    one = FORMATS["compressed"]
    assert one.content_bytes(subject_of(halved, one)) is None


def test_that_a_missing_extra_is_named(model, tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'rmt-studio\[onnx\]'"):
        export(model, tmp_path / "out.onnx", format="onnx")
    require_extra(FORMATS["dense"])


def test_that_unknown_formats_and_dtypes_are_refused(model, tmp_path):
    with pytest.raises(InputError, match=r"choose one of dense, hf"):
        format_named("gguf")
    with pytest.raises(InputError, match="choose fp16 or bf16"):
        export(model, tmp_path / "out.safetensors", format="2:4", dtype="fp32")


def test_that_values_too_large_for_half_precision_are_refused(model, tmp_path):
    model.module.head.bias.data[0] = 1e6
    with pytest.raises(InputError, match="too large for fp16; choose bf16 or fp32"):
        export(model, tmp_path / "out.safetensors", dtype="fp16")
    assert not (tmp_path / "out.safetensors").exists()


@pytest.mark.parametrize("path", ['quo"te', "back\\slash", "gr\u00fcn \U0001f331", "new\nline"])
def test_that_the_snippet_stands_any_path(model, tmp_path, path):
    folder = tmp_path / path
    folder.mkdir()
    assert export(model, folder / "out.safetensors").verified
