"""Scripts and commands as text: quoting, and what is told of which step."""

from __future__ import annotations

import ast
import shlex
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmt_studio.pruning import BulkFitSettings, EntryMask, EntryThreshold, LayerRule, Recipe
from rmt_studio.studio.retold import Done, Exported, as_commands, as_python
from rmt_studio.studio.retold.done import Images
from rmt_studio.studio.retold.tuning import Tuned
from rmt_studio.training import FineTuning

ANY_PATH = st.text(
    st.characters(exclude_characters="\0\n\r", exclude_categories=("Cs",)), min_size=1, max_size=30
)
HAND = Recipe(rules={"blocks.0.mlp.fc1": LayerRule(steps=(EntryThreshold(share=0.4),))})


def calls_of(script):
    return {
        node.func.id: node
        for node in ast.walk(ast.parse(script))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


@given(ANY_PATH, ANY_PATH)
def test_that_any_path_is_quoted(checkpoint, folder):
    done = Done("vit", checkpoint, images=Images(folder), evaluated_dense=True)
    calls = calls_of(as_python(done))
    assert ast.literal_eval(calls["load_model"].keywords[0].value) == checkpoint
    assert ast.literal_eval(calls["open_images"].args[0]) == folder
    analyze, evaluate = as_commands(done).split("\n")[1:3]
    assert shlex.split(analyze)[:5] == ["rmt-studio", "analyze", "vit", "--checkpoint", checkpoint]
    assert folder in shlex.split(evaluate)


def test_that_the_embedded_recipe_is_the_recipe():
    call = next(
        node
        for node in ast.walk(ast.parse(as_python(Done("demo", recipe=HAND))))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "model_validate"
    )
    assert Recipe.model_validate(ast.literal_eval(call.args[0])) == HAND


def test_that_the_recipe_of_the_commands_is_the_recipe():
    text = as_commands(Done("demo", recipe=HAND))
    inside = text.partition("<<'END_OF_RECIPE'\n")[2].partition("\nEND_OF_RECIPE\n")[0]
    assert Recipe.model_validate_json(inside) == HAND


def test_that_another_bulk_fit_is_named():
    done = Done("demo", recipe=Recipe(bulk_fit=BulkFitSettings(method="bema")))
    assert "method='bema'" in as_python(done)
    assert "--method bema" in as_commands(done)


def test_that_calibration_images_are_told_where_rules_need_them():
    recipe = Recipe(rules={"a": LayerRule(steps=(EntryMask(score="wanda", share=0.5),))})
    done = Done("vit", "w.pth", recipe, calibration=Images("/some where"))
    assert "calibration = calibration_images('/some where')" in as_python(done)
    assert "--calibration '/some where'" in as_commands(done)


def test_that_exports_are_written_from_what_was_pruned():
    file = Exported("a b.safetensors", "compressed", "fp16")
    done = Done("vit", "w.pth", HAND, exports=(file,))
    assert "export(pruned, 'a b.safetensors', format='compressed'" in as_python(done)
    assert "zstd" not in as_python(done) + as_commands(done)
    bare = Done("vit", "w.pth", HAND, exports=(replace(file, zstd=False),))
    assert "zstd=False" in as_python(bare)
    assert "--no-zstd" in as_commands(bare)
    last = shlex.split(as_commands(done).strip().split("\n")[-1])
    assert last[:3] == ["rmt-studio", "export", "rmt-studio-pruned.safetensors"]
    assert file.path in last


TUNED = Tuned(
    FineTuning(epochs=1, steps=1, batch=4, clip=None, scale=(0.5, 1.0)),
    Images(None, "train"),
    labelled=True,
    validation="held out",
)


@pytest.mark.parametrize("validation", ["reported", "held out", "nothing"])
def test_that_the_script_fine_tunes_again(capsys, validation):
    done = Done(
        "demo",
        recipe=HAND,
        images=Images(None, "test"),
        evaluated_pruned=True,
        tuned=replace(TUNED, validation=validation),
    )
    exec(as_python(done), {})
    said = capsys.readouterr().out
    assert "of 1 is kept" in said
    assert "pruned: top-1" in said


def test_that_the_command_says_what_is_unusual():
    photographs = replace(TUNED, images=Images("/my photos"), validation="reported")
    done = Done("vit", "w.pth", HAND, images=Images("/val"), evaluated_pruned=True,
                tuned=photographs)  # fmt: skip
    lines = as_commands(done).splitlines()
    words = shlex.split(next(line for line in lines if "finetune" in line))
    assert words[:5] == ["rmt-studio", "finetune", "vit", "--checkpoint", "w.pth"]
    pairs = dict(zip(words[5:-1:2], words[6::2], strict=True))
    assert pairs["--data"] == "/my photos"
    assert pairs["--validate"] == "/val"
    assert (pairs["--epochs"], pairs["--scale"]) == ("1", "0.5,1.0")
    assert "--learning-rate" not in pairs
    assert pairs["-o"] in lines[-1]
    assert "--no-labels" in as_commands(replace(done, tuned=replace(photographs, labelled=False)))
