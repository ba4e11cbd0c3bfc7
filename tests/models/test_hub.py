"""The Hugging Face hub: silent, lacking, and answering (a small server in its place)."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import huggingface_hub.constants
import pytest
import torch

from rmt_studio.errors import InputError
from rmt_studio.models import load_model

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(BaseHTTPRequestHandler):
    """Serves the files of one folder as the model ``someone/tiny``."""

    def do_HEAD(self):
        self.answer(with_body=False)

    def do_GET(self):
        self.answer(with_body=True)

    def answer(self, *, with_body):
        owner, _, name = self.path.partition("/resolve/main/")
        if not name:
            owner, _, name = self.path.partition(f"/resolve/{COMMIT}/")
        path = self.server.folder / name
        if owner != "/someone/tiny" or not path.is_file():
            self.send_response(404)
            missing = "EntryNotFound" if owner == "/someone/tiny" else "RepoNotFound"
            self.send_header("X-Error-Code", missing)
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        content = path.read_bytes()
        self.send_response(200)
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if with_body:
            self.wfile.write(content)

    def log_message(self, *_):
        pass


def point_at(monkeypatch, endpoint, cache):
    constants = huggingface_hub.constants
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)


@pytest.fixture
def silent_hub(monkeypatch, tmp_path):
    point_at(monkeypatch, "http://127.0.0.1:9", tmp_path / "cache")


@pytest.fixture
def hub(monkeypatch, tmp_path, tiny_folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.folder = tiny_folder
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    point_at(monkeypatch, f"http://127.0.0.1:{server.server_port}", tmp_path / "cache")
    yield server
    huggingface_hub.close_session()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.usefixtures("silent_hub")
@pytest.mark.parametrize("name", ["deit_tiny_patch16_224", "hf-hub:someone/tiny"])
def test_that_a_silent_hub_gives_one_clear_line(name):
    with pytest.raises(InputError, match="could not be fetched") as raised:
        load_model(name)
    assert "--checkpoint FILE" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_that_an_architecture_without_weights_says_so():
    with pytest.raises(InputError, match="no pretrained weights in timm"):
        load_model("levit_512")


def test_that_a_hub_model_opens_as_its_folder_does(hub, tiny_module):
    model = load_model("hf-hub:someone/tiny")
    assert torch.equal(model.module.head.weight, tiny_module.head.weight)
    assert model.source.kind == "pretrained"
    assert model.source.sha256


def test_that_a_name_the_hub_does_not_have_is_said_to_be_unknown(hub):
    with pytest.raises(InputError, match="is not on the Hugging Face hub"):
        load_model("hf-hub:someone/else")


def test_that_a_hub_model_without_weights_is_refused(hub):
    (hub.folder / "model.safetensors").unlink()
    with pytest.raises(InputError, match=r"holds no model.safetensors"):
        load_model("hf-hub:someone/tiny")
