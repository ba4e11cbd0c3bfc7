"""PyTorch checkpoints from strangers: no code runs, nothing inflates, no claim is believed."""

from __future__ import annotations

import io
import os
import pickle
import resource
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from rmt_studio.errors import InputError
from rmt_studio.models import load_model
from rmt_studio.models.checkpoint import read_checkpoint


class Payload:
    """Creates a file when it is unpickled."""

    def __init__(self, marker, function=os.system):
        self.marker, self.function = marker, function

    def __reduce__(self):
        if self.function is os.system:
            return os.system, (f"touch {self.marker}",)
        return self.function, (f"__import__('pathlib').Path({str(self.marker)!r}).touch()",)


class Dressed:
    """The same by way of a state setter, as a subclass in disguise would do it."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return Path.touch, (Path(self.marker),)


def refused(path, reason):
    with pytest.raises(InputError, match=reason) as raised:
        read_checkpoint(path)
    message = str(raised.value)
    assert path.name in message
    assert message.isprintable()
    assert len(message) < 600


def saved(content, **options):
    stream = io.BytesIO()
    torch.save(content, stream, **options)
    return stream.getvalue()


def rewritten(content, edit, **options):
    """Copy a zip, each member through ``edit(name, bytes)``."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for member in old.infolist():
            new.writestr(member.filename, edit(member.filename, old.read(member)), **options)
    return stream.getvalue()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.pth"


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("force", ["", "1"])
@pytest.mark.parametrize("make", [Payload, lambda m: Payload(m, exec), Dressed])
@pytest.mark.parametrize("place", ["alone", "as a weight", "beside the weights"])
def test_that_code_in_a_pickle_never_runs(
    monkeypatch, path, tmp_path, state, zipped, force, make, place
):
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", force)
    marker = tmp_path / "it_ran"
    content = {
        "alone": make(marker),
        "as a weight": {**state, "head.weight": make(marker)},
        "beside the weights": {"model": state, "args": make(marker)},
    }[place]
    path.write_bytes(saved(content, _use_new_zipfile_serialization=zipped))
    refused(path, "asks for .*, so it stays closed")
    assert not marker.exists()


def test_that_a_bare_pickle_never_runs(path, tmp_path):
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        path.write_bytes(pickle.dumps(Payload(tmp_path / "it_ran"), protocol))
        refused(path, "stays closed|broken PyTorch checkpoint")
        assert not (tmp_path / "it_ran").exists()


def test_that_a_pickle_does_not_pass_for_safetensors(tmp_path):
    path = tmp_path / "a.safetensors"
    path.write_bytes(saved({"a": torch.zeros(2)}))
    refused(path, "is named .safetensors but holds a PyTorch zip")


def test_that_a_zip_bomb_is_not_inflated(path):
    bomb = rewritten(
        saved({"a": torch.zeros(2**26)}),  # 256 MB of zeros, in 261 kB
        lambda _, data: data,
        compress_type=zipfile.ZIP_DEFLATED,
    )
    path.write_bytes(bomb)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(path, r"would inflate to 268.4 MB")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes


def test_that_members_that_share_their_bytes_are_added_up(path):
    stream = io.BytesIO(saved({"a": torch.zeros(10_000)}))
    with zipfile.ZipFile(stream, "a") as archive:
        large = archive.getinfo("archive/data/0")
        for copy in range(100):
            twin = zipfile.ZipInfo(f"archive/data/{copy + 1}")
            twin.file_size = twin.compress_size = large.file_size
            twin.header_offset, twin.CRC = large.header_offset, large.CRC
            archive.filelist.append(twin)
        archive.writestr("archive/last", b"")  # so that the directory is written anew
    path.write_bytes(stream.getvalue())
    refused(path, "would inflate to 4.0 MB")


@pytest.mark.parametrize(
    ("tensor", "reason"),
    [
        (torch.zeros(1).expand(10**12), "claims 1000000000000 elements in 4 bytes"),
        (torch.zeros(4).as_strided((10**6, 10**6), (0, 0)), "claims 1000000000000 elements"),
        (torch.empty(10**12, device="meta"), "on meta, not a plain array"),
    ],
)
def test_that_a_claim_of_a_trillion_elements_is_refused(path, tensor, reason):
    path.write_bytes(saved({"a": tensor}))
    assert path.stat().st_size < 3000
    refused(path, reason)


@pytest.mark.filterwarnings("ignore:Sparse")
def test_that_a_sparse_tensor_of_a_trillion_elements_is_refused(path):
    indices = torch.zeros((1, 1), dtype=torch.long)
    sparse = torch.sparse_coo_tensor(indices, torch.ones(1), (10**12,), check_invariants=True)
    path.write_bytes(saved({"a": sparse}))
    refused(path, "not a plain array|broken PyTorch checkpoint")


@pytest.mark.parametrize("which", ["both", "tensor"])
@pytest.mark.parametrize("zipped", [True, False])
def test_that_a_forged_size_in_the_pickle_is_refused(path, which, zipped):
    honest = b"M" + (0x1234).to_bytes(2, "little")
    forged = b"\x8a\x06" + (10**12).to_bytes(6, "little")

    def forge(name, data):
        if zipped and not name.endswith("data.pkl"):
            return data
        if which == "both":
            return data.replace(honest, forged)
        head, _, tail = data.rpartition(honest)
        return head + forged + tail

    content = saved({"a": torch.zeros(0x1234)}, _use_new_zipfile_serialization=zipped)
    path.write_bytes(rewritten(content, forge) if zipped else forge("", content))
    refused(path, "broken PyTorch checkpoint|claims 1000000000000 elements in 18640 bytes")


def test_that_many_tensors_over_the_same_bytes_are_refused(path):
    shared = torch.zeros(10_000, dtype=torch.float16)
    path.write_bytes(saved({f"a{i}": shared for i in range(1000)}))
    refused(path, "repeat the same bytes")


def test_that_a_description_without_end_is_not_read(path):
    archive = saved({"a": torch.zeros(2)})
    path.write_bytes(
        rewritten(archive, lambda n, d: bytes(9 * 2**20) if n.endswith("data.pkl") else d)
    )
    refused(path, "describes its tensors in 9.4 MB")


@pytest.mark.filterwarnings("ignore:`torch.jit")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_that_a_torchscript_program_is_named(path):
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), path)
    refused(path, "TorchScript program")


@pytest.mark.parametrize(
    "content",
    [
        [torch.zeros(2)],
        {"epoch": 1},
        {},
        torch.zeros(3),
        "text",
        {1: torch.zeros(2)},
        {"model": {}},
    ],
)
def test_that_a_checkpoint_without_a_state_dict_is_named(path, content):
    path.write_bytes(saved(content))
    refused(path, "holds no state dict")


def test_that_a_whole_pickled_network_is_refused(path):
    path.write_bytes(saved(torch.nn.Linear(2, 2)))
    refused(path, r"torch.nn.modules.linear.Linear")


def test_that_other_archives_are_named(path):
    np.savez(path.with_suffix(".npz"), a=np.zeros(3))
    path.write_bytes(path.with_suffix(".npz").read_bytes())
    refused(path, "zip archive but no PyTorch checkpoint")


def test_that_every_truncation_is_noticed(path, state):
    for zipped in (True, False):
        whole = saved(state, _use_new_zipfile_serialization=zipped)
        for size in np.linspace(1, len(whole) - 1, 40, dtype=int):
            path.write_bytes(whole[:size])
            refused(path, "broken|neither a safetensors|stays closed")


def test_that_the_options_of_a_training_run_may_stand_beside_the_weights(folder, path, state):
    import argparse

    path.write_bytes(saved({"model": state, "args": argparse.Namespace(lr=0.1)}))
    load_model(folder, checkpoint=path)


def test_that_the_sign_of_a_negated_view_is_never_lost(path):
    values = torch.complex(torch.zeros(2, 2), torch.ones(2, 2))
    path.write_bytes(saved({"a": values.conj().imag}))
    refused(path, "negated or conjugated view")
