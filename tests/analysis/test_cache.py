"""Spectra kept on disk."""

from __future__ import annotations

import os
import re
import threading

import numpy as np
import pytest
import torch

from rmt_studio.analysis import SpectrumCache, analyze
from rmt_studio.analysis.cache import content_key, default_folder
from rmt_studio.spectra import Spectrum

KEY = "0" * 64


def _spectrum(scale=1.0, size=20):
    return Spectrum(scale * np.arange(size, 0, -1.0), (size, 2 * size), "refined")


def _file(cache):
    (path,) = cache.folder.iterdir()
    return path


@pytest.fixture
def cache(tmp_path):
    return SpectrumCache(tmp_path / "spectra")


def test_that_what_was_put_is_got_bit_for_bit(cache):
    spectrum = Spectrum.of(np.random.default_rng(0).normal(size=(30, 50)))
    assert cache.get(KEY) is None
    cache.put(KEY, spectrum)
    kept = SpectrumCache(cache.folder).get(KEY)
    assert (kept.singular_values == spectrum.singular_values).all()
    assert (kept.shape, kept.route) == (spectrum.shape, spectrum.route)


def test_that_the_key_is_that_of_the_content():
    weight = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))
    key = content_key(weight)
    assert content_key(weight.clone()) == content_key(weight.T.contiguous().T) == key
    changed = weight.clone()
    changed[5, 7] += 1e-6
    others = [changed, weight.double(), weight.bfloat16(), weight.reshape(8, 6), weight[:5]]
    assert len({key, *map(content_key, others)}) == 1 + len(others)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[:-8],
        lambda data: data[:40],
        lambda data: data[:-4] + b"\x00\x00\x00\x00",
        lambda data: b"\x80" + data[1:],
        lambda data: b"[1, 2]\n" + data,
        lambda _data: b"[" * 200_000,
        lambda data: b'{"format": "something else"}\n',
        lambda data: re.sub(rb'"version": \d+', b'"version": 0', data),
        lambda data: data.replace(b'"refined"', b'"guessed"'),
        lambda data: data.replace(b"[20, 40]", b"[21, 40]"),
        lambda data: data.replace(b"[20, 40]", b"[20, Infinity]"),
        lambda data: data.replace(b'"key": "0', b'"key": "1'),
    ],
)
def test_that_a_damaged_or_foreign_file_is_ignored_and_written_anew(cache, damage):
    cache.put(KEY, _spectrum())
    path = _file(cache)
    path.write_bytes(damage(path.read_bytes()))
    assert cache.get(KEY) is None
    cache.put(KEY, _spectrum())
    assert cache.get(KEY) is not None


def test_that_values_which_are_no_spectrum_are_ignored(cache):
    spectrum = _spectrum()
    object.__setattr__(spectrum, "singular_values", spectrum.singular_values[::-1])
    cache.put(KEY, spectrum)
    assert cache.get(KEY) is None


def test_that_a_folder_that_cannot_be_used_is_no_error(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    cache = SpectrumCache(in_the_way / "spectra")
    cache.put(KEY, _spectrum())
    assert cache.get(KEY) is None


def test_that_an_unwritable_folder_still_gives_what_it_holds(cache, monkeypatch):
    cache.put(KEY, _spectrum())

    def refuse(*_arguments, **_options):
        raise PermissionError

    monkeypatch.setattr("pathlib.Path.touch", refuse)
    monkeypatch.setattr("os.utime", refuse)
    cache.put("1" * 64, _spectrum())
    assert cache.get(KEY) is not None
    assert cache.get("1" * 64) is None


def test_that_the_longest_unused_go_first(tmp_path):
    one = SpectrumCache(tmp_path / "one")
    one.put(KEY, _spectrum())
    size = _file(one).stat().st_size
    cache = SpectrumCache(tmp_path / "many", most_bytes=10 * size)
    keys = [f"{i:064x}" for i in range(10)]
    for age, key in enumerate(keys):
        cache.put(key, _spectrum())
        os.utime(cache.folder / f"{key}.spectrum", (1000 + age, 1000 + age))
    assert cache.get(keys[0]) is not None  # and so it is the one used last
    cache.put(KEY.replace("0", "f"), _spectrum())
    kept = [key for key in keys if (cache.folder / f"{key}.spectrum").exists()]
    assert kept == [keys[0], *keys[3:]]
    assert sum(path.stat().st_size for path in cache.folder.iterdir()) <= 10 * size


def test_that_what_lies_there_already_counts(tmp_path):
    first = SpectrumCache(tmp_path)
    for i in range(8):
        first.put(f"{i:064x}", _spectrum())
    size = next(tmp_path.iterdir()).stat().st_size
    SpectrumCache(tmp_path, most_bytes=4 * size).put(KEY.replace("0", "f"), _spectrum())
    assert len(list(tmp_path.iterdir())) <= 4


def test_that_many_may_write_at_once(cache):
    def write():
        for i in range(20):
            cache.put(f"{i:064x}", _spectrum(i + 1))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(cache.get(f"{i:064x}") is not None for i in range(20))
    assert len(list(cache.folder.iterdir())) == 20


def test_that_the_folder_is_the_one_named_in_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("RMT_STUDIO_CACHE", str(tmp_path / "here"))
    assert SpectrumCache().folder == default_folder() == tmp_path / "here"
    monkeypatch.delenv("RMT_STUDIO_CACHE")
    assert default_folder().name == "spectra"
    assert default_folder().is_absolute()


def test_that_an_analysis_from_the_cache_is_the_same(demo_model, demo_analysis, cache, monkeypatch):
    assert analyze(demo_model, cache=cache).records() == demo_analysis.records()
    assert len(list(cache.folder.iterdir())) == len(demo_model.layers)

    def compute(*_arguments):
        raise AssertionError("the spectra are known")

    monkeypatch.setattr("rmt_studio.analysis.run.spectra_of", compute)
    assert analyze(demo_model, cache=cache).records() == demo_analysis.records()
