"""What a project says of its model."""

from __future__ import annotations

from dataclasses import replace

from rmt_studio.models.loading import Source
from rmt_studio.studio.project import ModelReference


def test_that_a_name_stays_a_name_beside_a_folder_called_so(demo_model, tmp_path, monkeypatch):
    (tmp_path / "demo").mkdir()
    monkeypatch.chdir(tmp_path)
    reference = ModelReference.of(demo_model)
    assert (reference.name, reference.place) == ("demo", "")


def test_that_a_folder_is_kept_with_all_of_its_path(demo_model, tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    source = Source("folder", "mine")
    reference = ModelReference.of(replace(demo_model, source=source))
    assert reference.name == reference.place == str(tmp_path / "mine")
