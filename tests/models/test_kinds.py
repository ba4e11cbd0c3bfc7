"""Checkpoints of other makers: several files with an index, transformers, DINO, MAE, ONNX."""

from __future__ import annotations

import json

import pytest
import timm
import torch
from safetensors.torch import save_file
from torch.nn import functional

from rmt_studio.errors import InputError
from rmt_studio.models import load_model
from rmt_studio.models.checkpoint import open_checkpoint, read_checkpoint
from tests.attacks.gallery import field, initialiser, onnx_of

HEADS, DEPTH, WIDTH, PATCH, SIDE = 2, 2, 32, 4, 16


def images(channels=1):
    return torch.randn(2, channels, SIDE, SIDE, generator=torch.Generator().manual_seed(1))


# --- several files ------------------------------------------------------------------------------


def shards(folder, state, suffix, count=3):
    """Write a state dict as several files and their index."""
    names = list(state)
    places = {name: f"part-{at % count + 1}-of-{count}{suffix}" for at, name in enumerate(names)}
    for place in set(places.values()):
        held = {name: state[name].clone() for name in names if places[name] == place}
        if suffix == ".safetensors":
            save_file(held, folder / place)
        else:
            torch.save(held, folder / place)
    stem = "model.safetensors" if suffix == ".safetensors" else "pytorch_model.bin"
    index = folder / f"{stem}.index.json"
    index.write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": places}))
    return index


@pytest.mark.parametrize("suffix", [".safetensors", ".bin"])
def test_that_several_files_open_as_one_from_their_index_or_their_folder(
    tiny_folder, tiny_module, suffix
):
    whole = tiny_folder / "model.safetensors"
    whole.unlink()
    index = shards(tiny_folder, tiny_module.state_dict(), suffix)
    for model in (load_model(tiny_folder), load_model(tiny_folder, checkpoint=index)):
        assert torch.equal(model.module(images()), tiny_module(images()))
        assert model.source.file == index
        assert len(model.source.files) == 4
        assert len(model.source.sha256) == 64


def test_that_the_hash_of_several_files_is_that_of_their_list(tiny_folder, tiny_module):
    import hashlib

    index = shards(tiny_folder, tiny_module.state_dict(), ".safetensors")
    parts = sorted(tiny_folder.glob("part-*"))
    lines = (f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in parts)
    expected = hashlib.sha256("".join(lines).encode()).hexdigest()
    assert load_model(tiny_folder, checkpoint=index).source.sha256 == expected


def test_that_an_index_and_its_files_must_agree(tiny_folder, tiny_module):
    index = shards(tiny_folder, tiny_module.state_dict(), ".safetensors")
    content = json.loads(index.read_text())
    content["weight_map"]["head.extra"] = "part-1-of-3.safetensors"
    index.write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"do not agree: tensor head.extra, the index names it"):
        load_model(tiny_folder, checkpoint=index)


# --- transformers -------------------------------------------------------------------------------


class TransformersViT:
    """The forward pass of ``ViTForImageClassification``, written from its definition."""

    def __init__(self, state, epsilon=1e-12):
        self.state, self.epsilon = state, epsilon

    def linear(self, x, name):
        return functional.linear(x, self.state[f"{name}.weight"], self.state[f"{name}.bias"])

    def norm(self, x, name):
        weight, bias = self.state[f"{name}.weight"], self.state[f"{name}.bias"]
        return functional.layer_norm(x, (WIDTH,), weight, bias, self.epsilon)

    def attention(self, x, name):
        def heads(part):
            out = self.linear(x, f"{name}.attention.attention.{part}")
            return out.view(*x.shape[:2], HEADS, WIDTH // HEADS).transpose(1, 2)

        query, key, value = heads("query"), heads("key"), heads("value")
        scores = (query @ key.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5).softmax(-1)
        context = (scores @ value).transpose(1, 2).reshape(x.shape)
        return self.linear(context, f"{name}.attention.output.dense")

    def __call__(self, pixels):
        place = "vit.embeddings"
        projection = f"{place}.patch_embeddings.projection"
        weight, bias = self.state[f"{projection}.weight"], self.state[f"{projection}.bias"]
        patches = functional.conv2d(pixels, weight, bias, stride=PATCH)
        first = self.state[f"{place}.cls_token"].expand(len(pixels), -1, -1)
        x = torch.cat([first, patches.flatten(2).mT], 1)
        x = x + self.state[f"{place}.position_embeddings"]
        for block in range(DEPTH):
            name = f"vit.encoder.layer.{block}"
            x = x + self.attention(self.norm(x, f"{name}.layernorm_before"), name)
            inner = self.linear(
                self.norm(x, f"{name}.layernorm_after"), f"{name}.intermediate.dense"
            )
            x = x + self.linear(functional.gelu(inner), f"{name}.output.dense")
        return self.linear(self.norm(x, "vit.layernorm")[:, 0], "classifier")


def transformers_state(classes=5, channels=1):
    generator = torch.Generator().manual_seed(3)

    def random(*shape):
        return torch.randn(shape, generator=generator) * 0.3

    state = {
        "vit.embeddings.cls_token": random(1, 1, WIDTH),
        "vit.embeddings.position_embeddings": random(1, (SIDE // PATCH) ** 2 + 1, WIDTH),
        "vit.embeddings.patch_embeddings.projection.weight": random(WIDTH, channels, PATCH, PATCH),
        "vit.embeddings.patch_embeddings.projection.bias": random(WIDTH),
        "vit.layernorm.weight": random(WIDTH),
        "vit.layernorm.bias": random(WIDTH),
        "classifier.weight": random(classes, WIDTH),
        "classifier.bias": random(classes),
    }
    for block in range(DEPTH):
        name = f"vit.encoder.layer.{block}"
        for part, (out, into) in {
            "attention.attention.query": (WIDTH, WIDTH),
            "attention.attention.key": (WIDTH, WIDTH),
            "attention.attention.value": (WIDTH, WIDTH),
            "attention.output.dense": (WIDTH, WIDTH),
            "intermediate.dense": (3 * WIDTH, WIDTH),
            "output.dense": (WIDTH, 3 * WIDTH),
        }.items():
            state[f"{name}.{part}.weight"] = random(out, into)
            state[f"{name}.{part}.bias"] = random(out)
        for part in ("layernorm_before", "layernorm_after"):
            state[f"{name}.{part}.weight"], state[f"{name}.{part}.bias"] = (
                random(WIDTH),
                random(WIDTH),
            )
    return state


CONFIG = {
    "architectures": ["ViTForImageClassification"],
    "model_type": "vit",
    "hidden_size": WIDTH,
    "num_hidden_layers": DEPTH,
    "num_attention_heads": HEADS,
    "intermediate_size": 3 * WIDTH,
    "hidden_act": "gelu",
    "layer_norm_eps": 1e-12,
    "image_size": SIDE,
    "patch_size": PATCH,
    "num_channels": 1,
    "id2label": {str(i): str(i) for i in range(5)},
}


@pytest.fixture
def transformers_folder(tmp_path):
    folder = tmp_path / "transformers"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(CONFIG))
    save_file(transformers_state(), folder / "model.safetensors")
    return folder


def test_that_a_classifier_of_transformers_gives_the_logits_of_its_definition(transformers_folder):
    model = load_model(transformers_folder)
    expected = TransformersViT(transformers_state())(images())
    # the layer norms differ by 1e-6 under the root; the smallest variance here is some 1e-1
    torch.testing.assert_close(model.module(images()), expected, rtol=2e-4, atol=2e-4)
    same = TransformersViT(transformers_state(), epsilon=1e-6)(images())
    torch.testing.assert_close(model.module(images()), same, rtol=1e-5, atol=1e-5)


def test_that_query_key_and_value_of_transformers_are_the_layers(transformers_folder):
    model, state = load_model(transformers_folder), transformers_state()
    for letter, word in (("q", "query"), ("k", "key"), ("v", "value")):
        weight = state[f"vit.encoder.layer.1.attention.attention.{word}.weight"]
        assert torch.equal(model.weight(model.layer(f"blocks.1.attn.{letter}")), weight)


def test_that_the_image_processor_of_transformers_tells_the_input(transformers_folder):
    assert load_model(transformers_folder).data_config["mean"] == (0.5,)
    processor = {
        "image_mean": [0.1],
        "image_std": [0.2],
        "resample": 3,
        "size": {"shortest_edge": 20},
        "do_center_crop": True,
    }
    (transformers_folder / "preprocessor_config.json").write_text(json.dumps(processor))
    data = load_model(transformers_folder).data_config
    assert (data["mean"], data["std"]) == ((0.1,), (0.2,))
    assert (data["interpolation"], data["crop_mode"], data["crop_pct"]) == (
        "bicubic",
        "center",
        0.8,
    )
    assert tuple(data["input_size"]) == (1, SIDE, SIDE)


def test_that_a_layer_of_transformers_without_its_key_is_refused(transformers_folder):
    state = transformers_state()
    del state["vit.encoder.layer.1.attention.attention.key.weight"]
    save_file(state, transformers_folder / "model.safetensors")
    with pytest.raises(InputError, match=r"lacks one of query, key and value of blocks.1.attn.qkv"):
        load_model(transformers_folder)


@pytest.mark.parametrize(
    "change",
    [
        {"hidden_size": 10**9},
        {"num_hidden_layers": 10**9},
        {"hidden_act": "os.system"},
        {"image_size": [1, 2, 3]},
        {"layer_norm_eps": 0.5},
        {"patch_size": 0},
        {"num_attention_heads": 5},
        {"hidden_size": "large"},
    ],
)
def test_that_a_config_of_transformers_that_makes_no_sense_is_named(transformers_folder, change):
    (transformers_folder / "config.json").write_text(json.dumps({**CONFIG, **change}))
    with pytest.raises(InputError) as refused:
        load_model(transformers_folder)
    assert str(refused.value).isprintable()


def test_that_a_distilled_classifier_of_transformers_opens(tmp_path):
    arguments = {
        "img_size": SIDE, "patch_size": PATCH, "embed_dim": WIDTH, "depth": 1, "num_heads": HEADS,
        "num_classes": 4,
    }  # fmt: skip
    module = timm.create_model("deit_base_distilled_patch16_224", **arguments).eval()
    state = {}
    for name, tensor in module.state_dict().items():
        if ".attn.qkv." in name:
            for word, third in zip(("query", "key", "value"), tensor.chunk(3), strict=True):
                kind = name.rpartition(".")[2]
                state[f"deit.encoder.layer.0.attention.attention.{word}.{kind}"] = third.clone()
        else:
            state[_of_deit(name)] = tensor
    folder = tmp_path / "deit"
    folder.mkdir()
    config = {**CONFIG, "model_type": "deit", "num_channels": 3, "num_hidden_layers": 1}
    config["intermediate_size"] = 4 * WIDTH
    (folder / "config.json").write_text(json.dumps(config))
    save_file(state, folder / "model.safetensors")
    model = load_model(folder)
    assert torch.equal(model.module(images(3)), module(images(3)))


def _of_deit(name):
    outside = {
        "cls_token": "deit.embeddings.cls_token",
        "dist_token": "deit.embeddings.distillation_token",
        "pos_embed": "deit.embeddings.position_embeddings",
        "head.weight": "cls_classifier.weight",
        "head.bias": "cls_classifier.bias",
        "head_dist.weight": "distillation_classifier.weight",
        "head_dist.bias": "distillation_classifier.bias",
    }
    if name in outside:
        return outside[name]
    for own, theirs in (
        ("blocks.0.attn.proj", "deit.encoder.layer.0.attention.output.dense"),
        ("blocks.0.mlp.fc1", "deit.encoder.layer.0.intermediate.dense"),
        ("blocks.0.mlp.fc2", "deit.encoder.layer.0.output.dense"),
        ("blocks.0.norm1", "deit.encoder.layer.0.layernorm_before"),
        ("blocks.0.norm2", "deit.encoder.layer.0.layernorm_after"),
        ("norm.", "deit.layernorm."),
        ("patch_embed.proj", "deit.embeddings.patch_embeddings.projection"),
    ):
        if name.startswith(own):
            return name.replace(own, theirs)
    raise AssertionError(name)


# --- DINO, MAE ----------------------------------------------------------------------------------


def test_that_the_backbone_of_a_dino_checkpoint_is_taken(tmp_path, tiny_folder, tiny_module):
    tiny_module.reset_classifier(0)
    state = tiny_module.state_dict()
    teacher = {f"module.backbone.{name}": tensor for name, tensor in state.items()}
    teacher["module.head.mlp.0.weight"] = torch.zeros(8, 32)
    torch.save({"student": {}, "teacher": teacher, "epoch": 1}, tmp_path / "dino.pth")
    model = load_model(tiny_folder, checkpoint=tmp_path / "dino.pth")
    assert torch.equal(model.module(images()), tiny_module(images()))
    assert model.provenance["source_part"] == "teacher"
    assert model.provenance["source_left_out"] == "module.head.mlp.0.weight"


def test_that_the_decoder_of_a_mae_checkpoint_is_left_out_and_that_is_said(
    tmp_path, tiny_folder, tiny_module
):
    tiny_module.reset_classifier(0)
    state = tiny_module.state_dict()
    more = {
        "mask_token": torch.zeros(1, 1, 16),
        "decoder_pos_embed": torch.zeros(1, 17, 16),
        "decoder_embed.weight": torch.zeros(16, 32),
        "decoder_blocks.0.attn.qkv.weight": torch.zeros(48, 16),
    }
    torch.save({"model": {**state, **more}}, tmp_path / "mae.pth")
    model = load_model(tiny_folder, checkpoint=tmp_path / "mae.pth")
    assert torch.equal(model.module(images()), tiny_module(images()))
    assert model.provenance["source_left_out"].startswith("decoder_blocks.0.attn.qkv.weight")


# --- ONNX ---------------------------------------------------------------------------------------


def node(operator, name, *inputs, transposed=False):
    attribute = field(5, field(1, b"transB") + field(3, 1)) if transposed else b""
    names = b"".join(field(1, one.encode()) for one in inputs)
    return field(1, names + field(3, name.encode()) + field(4, operator.encode()) + attribute)


def test_that_the_weights_of_an_onnx_program_lie_as_out_by_in(tmp_path):
    first, second = torch.randn(3, 5), torch.randn(4, 3)
    kernel = torch.randn(6, 2, 3, 3)
    program = onnx_of(
        node("MatMul", "/blocks/blocks.0/attn/qkv/MatMul", "x", "onnx::MatMul_12"),
        node("Gemm", "/head/Gemm", "y", "head.weight", transposed=True),
        initialiser("onnx::MatMul_12", [3, 5], first.numpy().tobytes()),
        initialiser("head.weight", [4, 3], second.numpy().tobytes()),
        initialiser("stem.weight", [6, 2, 3, 3], kernel.numpy().tobytes()),
        initialiser("shape", [2], bytes(16), kind=7),
    )
    (tmp_path / "a.onnx").write_bytes(program)
    read = read_checkpoint(tmp_path / "a.onnx").tensors
    assert read.keys() == {"blocks.0.attn.qkv.weight", "head.weight", "stem.weight"}
    assert torch.equal(read["blocks.0.attn.qkv.weight"], first.T)
    assert torch.equal(read["head.weight"], second)
    model = load_model(tmp_path / "a.onnx")
    assert {layer.name: layer.shape for layer in model.layers} == {
        "head": (4, 3),
        "blocks.0.attn.qkv": (5, 3),
        "stem": (6, 18),
    }
    assert torch.equal(model.weight(model.layer("blocks.0.attn.qkv")), first.T)


def test_that_a_program_written_by_the_onnx_package_is_read(tmp_path):
    onnx = pytest.importorskip("onnx")
    weight = torch.randn(3, 5)
    tensor = onnx.numpy_helper.from_array(weight.numpy(), "onnx::MatMul_1")
    product = onnx.helper.make_node("MatMul", ["x", "onnx::MatMul_1"], ["y"], "/mlp/fc1/MatMul")
    graph = onnx.helper.make_graph([product], "g", [], [], [tensor])
    onnx.save(onnx.helper.make_model(graph), tmp_path / "a.onnx")
    stored = open_checkpoint(tmp_path / "a.onnx").tensors
    assert torch.equal(stored["mlp.fc1.weight"].read(), weight.T)
    assert torch.equal(stored["mlp.fc1.weight"].read((1, 3)), weight.T[1:3])


@pytest.mark.parametrize("name", ["", "MatMul", "/MatMul", "//", "/a"])
def test_that_a_node_without_a_place_leaves_its_weight_the_name_it_has(tmp_path, name):
    program = onnx_of(node("MatMul", name, "x", "w"), initialiser("w", [2, 3], bytes(24)))
    (tmp_path / "a.onnx").write_bytes(program)
    assert open_checkpoint(tmp_path / "a.onnx").shapes == {"w": (3, 2)}


def test_that_an_onnx_program_is_not_taken_for_an_architecture(tmp_path):
    program = onnx_of(initialiser("head.weight", [2, 2], bytes(16)))
    (tmp_path / "a.onnx").write_bytes(program)
    with pytest.raises(InputError, match="is an ONNX program"):
        load_model("vit_tiny_patch16_224", checkpoint=tmp_path / "a.onnx")
