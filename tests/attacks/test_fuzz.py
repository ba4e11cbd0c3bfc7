"""Seeded, bounded fuzz runs over everything that reads a stranger's file.

Whatever the bytes: a model, or one `InputError` whose message is one printable line.
"""

from __future__ import annotations

import io
import json
import tempfile
from functools import partial
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from rmt_studio import Recipe
from rmt_studio.data.decoding import decode
from rmt_studio.errors import InputError
from rmt_studio.models import load_model
from rmt_studio.models.blueprint import blueprint_of_folder
from tests.attacks.gallery import field, header_of, initialiser, onnx_of, saved, with_pickle

RUN = settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TENSORS = {
    "blocks.0.attn.qkv.weight": torch.randn(12, 4, generator=torch.Generator().manual_seed(0)),
    "head.weight": torch.ones(3, 4, dtype=torch.float16),
    "table": torch.arange(6),
}


def refusal(call) -> str:
    """Return the message of the error that a call raises, or nothing where it returns."""
    try:
        call()
    except InputError as error:
        return str(error)
    return ""


def opened(content: bytes, name: str) -> str | None:
    """Open bytes as a file; gives the message of the refusal, None where they are a model."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            model = load_model("bare", checkpoint=path)
            for layer in model.layers:
                assert model.weight(layer).isfinite().all()
        except InputError as error:
            message = str(error)
            assert message.isprintable()
            assert len(message) < 900
            return message
    return None


@st.composite
def damaged(draw, wholes):
    """Valid files with pieces flipped, cut, repeated, put in and swapped."""
    content = bytearray(draw(st.sampled_from(wholes)))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(len(content) - 1, 0)))
        length = draw(st.integers(1, 64))
        match draw(st.sampled_from(["flip", "put", "cut", "repeat", "large"])):
            case "flip" if content:
                content[place] ^= 1 << draw(st.integers(0, 7))
            case "put":
                content[place:place] = draw(st.binary(max_size=16))
            case "cut":
                del content[place : place + length]
            case "repeat":
                content[place:place] = content[place : place + length]
            case "large":
                size = draw(st.sampled_from([2**31 - 1, 2**32 - 1, 2**63, 2**64 - 1, 10**12]))
                content[place : place + 8] = size.to_bytes(8, "little")
    return bytes(content)


SAFETENSORS = [save(TENSORS), save({}), save(TENSORS, metadata={"architecture": "x"})]
ZIPS = [saved(TENSORS), saved({"model": TENSORS, "epoch": 1})]
OLDER = [saved(TENSORS, _use_new_zipfile_serialization=False)]
NODE = field(1, field(1, b"x") + field(1, b"w") + field(3, b"/a/fc1/MatMul") + field(4, b"MatMul"))
PROGRAMS = [onnx_of(NODE, initialiser("w", [2, 3], bytes(24)))]
INDICES = [json.dumps({"weight_map": {"a": "a.safetensors", "b": "b.bin"}}).encode()]


@pytest.mark.parametrize(
    ("wholes", "name"),
    [
        (SAFETENSORS, "a.safetensors"),
        (ZIPS, "a.pth"),
        (OLDER, "a.pt"),
        (PROGRAMS, "a.onnx"),
        (INDICES, "a.index.json"),
    ],
)
def test_that_damaged_files_give_named_errors_or_models(wholes, name):
    outcomes = set()

    @RUN
    @given(damaged(wholes))
    def run(content):
        outcomes.add(opened(content, name))

    run()
    assert len(outcomes) > 3


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
SIDES = st.lists(st.sampled_from([0, 1, 2, 4, 2**31, 2**62, 10**12, -1]) | JSON, max_size=4)
CLAIMS = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F16", "BF16", "F8_E4M3", "I64", "BOOL", "Q4", ""]) | JSON,
        "shape": SIDES | JSON,
        "data_offsets": st.lists(st.sampled_from([0, 4, 8, 16, 64, 2**40, -4]), max_size=3) | JSON,
    }
)
NAMES = st.sampled_from(["a.weight", "b", "__metadata__", "../x", "a.weight.b"]) | st.text(
    max_size=6
)


@RUN
@given(st.dictionaries(NAMES, CLAIMS | JSON, max_size=4), st.binary(max_size=80))
def test_that_made_up_headers_give_named_errors_or_models(header, data):
    opened(header_of(header, data), "a.safetensors")


OPCODES = st.sampled_from(
    [
        *(b"(", b")", b"]", b"}", b"N", b"\x88", b"\x89", b"t", b"l", b"d", b"a", b"e", b"s", b"u"),
        *(b"R", b"b", b"\x81", b"\x93", b"Q", b"0", b"1", b"2", b"\x85", b"\x86", b"\x87"),
        *(b"K\x01", b"K\x04", b"q\x01", b"h\x01", b"\x94", b"\x8a\x01\x04", b"\x91", b"\x8f"),
        *(b"X\x01\x00\x00\x00a", b"X\x07\x00\x00\x00storage", b"X\x01\x00\x00\x000"),
        *(b"ctorch\nFloatStorage\n", b"ccollections\nOrderedDict\n", b"cos\nsystem\n"),
        *(b"ctorch._utils\n_rebuild_tensor_v2\n", b"cargparse\nNamespace\n", b"."),
        *(b"ctorch._utils\n_rebuild_parameter\n", b"ctorch\nSize\n", b"ibuiltins\neval\n"),
    ]
)


@RUN
@given(st.lists(OPCODES, max_size=40))
def test_that_made_up_pickles_give_named_errors_or_models(program):
    opened(with_pickle(b"\x80\x02" + b"".join(program) + b"."), "a.pth")


WIRE = st.recursive(
    st.binary(max_size=8) | st.integers(0, 2**64 - 1),
    lambda inner: st.lists(st.tuples(st.integers(1, 15), inner), max_size=4).map(
        lambda parts: b"".join(field(number, value) for number, value in parts)
    ),
    max_leaves=10,
)


@RUN
@given(st.lists(st.tuples(st.sampled_from([1, 5]), WIRE), max_size=5))
def test_that_made_up_programs_give_named_errors_or_models(parts):
    opened(onnx_of(*(field(number, value) for number, value in parts)), "a.onnx")


@RUN
@given(st.binary(max_size=300), st.sampled_from(["a.pth", "a.safetensors", "a.onnx", "a.bin"]))
def test_that_any_bytes_give_named_errors(content, name):
    assert opened(content, name)


CONFIG_KEYS = st.sampled_from(
    [
        *("architecture", "model_args", "pretrained_cfg", "model_type", "hidden_size", "depth"),
        *("image_size", "patch_size", "num_hidden_layers", "hidden_act", "input_size", "mean"),
    ]
)
CONFIG_VALUES = JSON | st.sampled_from(["vit_tiny_patch16_224", "vit", "deit", "gelu", [1, 8, 8]])


@RUN
@given(st.dictionaries(CONFIG_KEYS, CONFIG_VALUES, max_size=6))
def test_that_made_up_configs_give_blueprints_or_named_errors(tmp_path, config):
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert refusal(partial(blueprint_of_folder, tmp_path)).isprintable()


STEPS = st.fixed_dictionaries({}, optional={"kind": st.text(max_size=8), "edge_multiple": JSON})
RULES = st.dictionaries(
    st.text(max_size=8), st.fixed_dictionaries({"steps": st.lists(STEPS)}) | JSON
)


@RUN
@given(
    st.fixed_dictionaries(
        {"version": st.just(1) | JSON, "rules": RULES | JSON},
        optional={"bulk_fit": JSON, "name": JSON, "architecture": JSON},
    )
)
def test_that_made_up_recipes_give_recipes_or_named_errors(tmp_path, content):
    (tmp_path / "recipe.json").write_text(json.dumps(content), encoding="utf-8")
    assert refusal(partial(Recipe.open, tmp_path / "recipe.json")).isprintable()


@RUN
@given(st.binary(max_size=200) | damaged([io.BytesIO(b"P6 2 2 255\n" + bytes(12)).getvalue()]))
def test_that_any_bytes_are_an_image_or_a_named_error(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    told = refusal(partial(decode, tmp_path / "a.png", 3))
    assert not told or "a.png" in told
    assert told.isprintable()
