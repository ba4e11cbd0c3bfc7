"""A push asks, uploads, and says in one line why it could not."""

from __future__ import annotations

from types import SimpleNamespace

import huggingface_hub
import pytest
from huggingface_hub.errors import LocalTokenNotFoundError

from rmt_studio.errors import InputError
from rmt_studio.models.export import export
from rmt_studio.models.exports.hub_push import push_folder


@pytest.fixture
def folder(model, tmp_path):
    return export(model, tmp_path / "model", format="hf", verify=False).path


class Hub:
    """Stands in for the hub's client and remembers what it was asked."""

    def __init__(self, error=None):
        self.calls, self.error = [], error

    def create_repo(self, name, *, private, exist_ok):
        self.calls.append((name, private, exist_ok))
        if self.error:
            raise self.error
        return huggingface_hub.RepoUrl(f"https://huggingface.co/{name}")

    def upload_folder(self, **asked):
        self.calls.append(asked)


def test_that_a_folder_is_uploaded_to_a_private_model(folder):
    hub = Hub()
    assert push_folder(folder, "me/small", hub=hub) == "https://huggingface.co/me/small"
    assert hub.calls[0] == ("me/small", True, True)
    assert hub.calls[1]["repo_id"] == "me/small"
    assert hub.calls[1]["folder_path"] == folder


def test_that_being_offline_is_said_and_the_folder_stays(folder):
    """Nobody listens at this address: the real client, its real error."""
    nowhere = huggingface_hub.HfApi(endpoint="http://127.0.0.1:9", token="hf_none")
    with pytest.raises(InputError, match=r"cannot be reached .*connect to the internet"):
        push_folder(folder, "me/small", hub=nowhere)
    assert (folder / "model.safetensors").is_file()


def test_that_nobody_logged_in_is_said(folder):
    with pytest.raises(InputError, match="nobody is logged in; log in with: hf auth login"):
        push_folder(folder, "me/small", hub=Hub(LocalTokenNotFoundError("no token")))


def test_that_a_refusal_is_said(folder):
    refused = huggingface_hub.errors.HfHubHTTPError.__new__(huggingface_hub.errors.HfHubHTTPError)
    Exception.__init__(refused, "403 Forbidden")
    refused.response = SimpleNamespace(status_code=403)
    with pytest.raises(InputError, match=r"was refused by the hub .*may write there"):
        push_folder(folder, "me/small", hub=Hub(refused))


@pytest.mark.parametrize("name", ["small", "a/b/c", ""])
def test_that_a_name_without_owner_is_refused(folder, name):
    with pytest.raises(InputError, match="give it as owner/name"):
        push_folder(folder, name, hub=Hub())


def test_that_only_an_exported_folder_is_pushed(tmp_path):
    with pytest.raises(InputError, match="export it as a Hugging Face folder first"):
        push_folder(tmp_path, "me/small", hub=Hub())
