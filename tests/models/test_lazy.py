"""A large checkpoint: layers from the header, each matrix by itself, the whole on demand."""

from __future__ import annotations

import os
import threading

import pytest
import torch
from safetensors.torch import save_file

from rmt_studio import analyze, export, prune
from rmt_studio.errors import InputError
from rmt_studio.models import loading
from rmt_studio.models.stored import Piece
from rmt_studio.progress import Cancelled
from rmt_studio.pruning import Recipe


@pytest.fixture
def unread(monkeypatch, tiny_folder):
    """A model of which nothing but the header was read, as one above the limit."""
    monkeypatch.setattr(loading, "READ_AT_ONCE", 0)
    return loading.load_model(tiny_folder)


@pytest.fixture
def bytes_read(monkeypatch):
    """The number of bytes of tensors that were read so far, in a list."""
    read, original = [], Piece._bytes

    def counted(piece, start, elements):
        read.append(elements * piece.dtype.itemsize)
        return original(piece, start, elements)

    monkeypatch.setattr(Piece, "_bytes", counted)
    return read


def test_that_opening_reads_no_tensor(bytes_read, unread):
    assert bytes_read == []
    assert not unread.in_memory
    assert {p.device.type for p in unread.layout.parameters()} == {"meta"}


def test_that_everything_but_values_is_known_at_once(bytes_read, unread, tiny_module):
    assert unread.parameter_count == sum(p.numel() for p in tiny_module.parameters())
    assert unread.num_classes == 10
    assert len(unread.layers) == 14
    assert unread.title == "tiny"
    assert unread.arguments["embed_dim"] == 32
    assert bytes_read == []


def test_that_a_matrix_is_read_by_itself_and_its_bytes_alone(bytes_read, unread, tiny_module):
    query = unread.weight(unread.layer("blocks.1.attn.k"))
    assert torch.equal(query, tiny_module.blocks[1].attn.qkv.weight[32:64])
    assert bytes_read == [32 * 32 * 4]
    assert not unread.in_memory


def test_that_every_layer_is_that_of_the_whole(unread):
    lazily = [unread.weight(layer) for layer in unread.layers]
    unread.read()
    assert unread.in_memory
    for layer, weight in zip(unread.layers, lazily, strict=True):
        assert torch.equal(unread.weight(layer), weight)


def test_that_an_analysis_leaves_the_network_in_the_file(bytes_read, unread):
    analysis = analyze(unread, entries=False)
    assert len(analysis) == len(unread.layers)
    assert not unread.in_memory
    assert max(bytes_read) == max(layer.size for layer in unread.layers) * 4


def test_that_running_it_reads_the_whole_once(unread, tiny_module, bytes_read):
    images = torch.randn(1, 1, 16, 16)
    assert torch.equal(unread.module(images), tiny_module(images))
    once = len(bytes_read)
    assert torch.equal(unread.module(images), tiny_module(images))
    assert len(bytes_read) == once
    assert unread.module.training is False
    assert all(p.requires_grad for p in unread.module.blocks.parameters())


def test_that_two_threads_share_one_reading(unread):
    found = []
    threads = [threading.Thread(target=lambda: found.append(unread.module)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(module is found[0] for module in found)


def test_that_the_reading_can_be_cancelled_and_taken_up_again(unread):
    def stop(done, total, note=""):
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        unread.read(stop)
    assert not unread.in_memory
    unread.read()
    assert unread.in_memory


def test_that_a_file_that_is_another_by_then_is_not_read(unread, tiny_folder, tiny_module):
    tiny_module.head.weight.data += 1
    save_file(tiny_module.state_dict(), tiny_folder / "model.safetensors")
    for use in (lambda: unread.weight(unread.layers[0]), unread.read, lambda: unread.provenance):
        with pytest.raises(InputError, match=r"model.safetensors: changed before it was read"):
            use()


def test_that_a_file_that_is_gone_by_then_is_said_to_be_gone(unread, tiny_folder):
    os.remove(tiny_folder / "model.safetensors")
    with pytest.raises(InputError, match="no such file"):
        unread.weight(unread.layers[0])


def test_that_the_file_may_go_once_all_was_read(unread, tiny_folder, tmp_path):
    unread.read()
    os.remove(tiny_folder / "model.safetensors")
    export(unread, tmp_path / "out.safetensors", verify=False)
    assert len(unread.provenance["source_sha256"]) == 64


def test_that_a_value_that_is_not_finite_is_named_when_it_is_read(
    monkeypatch, tiny_folder, tiny_module
):
    tiny_module.blocks[0].mlp.fc1.weight.data[0, 0] = torch.nan
    save_file(tiny_module.state_dict(), tiny_folder / "model.safetensors")
    with pytest.raises(InputError, match="holds 1 NaN value"):
        loading.load_model(tiny_folder)
    monkeypatch.setattr(loading, "READ_AT_ONCE", 0)
    model = loading.load_model(tiny_folder)
    assert model.weight(model.layer("blocks.0.mlp.fc2")).isfinite().all()
    with pytest.raises(InputError, match=r"blocks.0.mlp.fc1.weight holds 1 NaN value"):
        model.weight(model.layer("blocks.0.mlp.fc1"))
    with pytest.raises(InputError, match=r"blocks.0.mlp.fc1.weight holds 1 NaN value"):
        model.read()


def test_that_a_pickled_checkpoint_is_as_lazy(
    monkeypatch, bytes_read, tiny_folder, tiny_module, tmp_path
):
    monkeypatch.setattr(loading, "READ_AT_ONCE", 0)
    optimizer = {"state": {i: torch.zeros(1000, 100) for i in range(3)}}
    content = {"model": tiny_module.state_dict(), "optimizer": optimizer}
    torch.save(content, tmp_path / "epoch.pth")
    model = loading.load_model(tiny_folder, checkpoint=tmp_path / "epoch.pth")
    assert bytes_read == []
    model.read()
    assert sum(bytes_read) == sum(t.nbytes for t in tiny_module.state_dict().values())
    assert torch.equal(model.module.head.weight, tiny_module.head.weight)


def test_that_pruning_leaves_the_opened_model_as_it_was(unread, tiny_module):
    pruned = prune(unread, Recipe())
    assert torch.equal(pruned.module.head.weight, tiny_module.head.weight)
    assert pruned.module is not unread.module
    assert pruned.provenance["source_sha256"] == unread.source.sha256
