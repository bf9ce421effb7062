"""Files of older formats: read, upgraded, derived again, and distrusted as much as those of today."""

import copy
import json
from pathlib import Path

import pytest
import safetensors
import safetensors.numpy

from engine import migrations, savefile
from engine import saves as engine_saves
from engine.errors import InputError

FIXTURES = Path(__file__).parent / "fixtures"
OLD = sorted(path.name for path in FIXTURES.glob("format-1-*.safetensors"))


def contents(name):
    """Return the JSON text and the arrays of a fixture, as they stand in the file."""
    data = (FIXTURES / name).read_bytes()
    return savefile.about(data), safetensors.numpy.load(data)


@pytest.mark.parametrize("name", OLD)
def test_a_run_of_an_older_format_is_saved_in_the_present_one_and_goes_on_the_same(name, saves):
    timeline = engine_saves.read(FIXTURES / name)
    engine_saves.save(timeline, saves, "new")
    assert engine_saves.show(saves, "new")["format"] == migrations.FORMAT
    again = engine_saves.load(saves, "new")
    again.advance(steps=50)
    timeline.advance(steps=50)
    assert again.run.digest() == timeline.run.digest()


def test_the_update_of_format_1_is_about_the_last_transition():
    update = engine_saves.read(FIXTURES / "format-1-q-learning.safetensors").run.agent.update()
    last = contents("format-1-q-learning.safetensors")[0]["values"]["interaction.last"]
    assert (update.step, update.state, update.action) == (240, last["state"], last["action"])
    assert (update.steps, update.trace, update.pairs) == (1, 1.0, 1)


def test_a_run_of_format_1_that_learned_nothing_yet_has_no_update():
    about, arrays = contents("format-1-q-learning.safetensors")
    values = copy.deepcopy(about["values"])
    values["agent.update"] = dict.fromkeys(values["agent.update"], 0)
    upgraded, _ = migrations.upgraded({**about, "values": values}, arrays)
    assert not any(upgraded["values"]["agent.update"].values())


@pytest.mark.parametrize("name", OLD)
def test_upgrading_leaves_what_it_is_given_as_it_is(name):
    about, arrays = contents(name)
    before = json.dumps(about), digest_of(arrays)
    migrations.upgraded(about, arrays)
    assert (json.dumps(about), digest_of(arrays)) == before


def digest_of(arrays):
    return savefile.State(arrays, {}).digest()


@pytest.mark.parametrize(
    "lie",
    [
        lambda about: about["values"]["agent.update"].update(reward=5.0),
        lambda about: about["values"].pop("interaction.last"),
        lambda about: about["values"].update({"agent.update": None}),
        lambda about: about.update(marks=[{"log": 0}]),
        lambda about: about["timeline"].update(keyframes=[[0]]),
        lambda about: about.update(timeline={}),
    ],
)
def test_an_older_file_that_was_changed_is_refused_in_one_line(lie, saves):
    about, arrays = contents("format-1-q-learning.safetensors")
    lie(about)
    (saves / "a.safetensors").write_bytes(safetensors.numpy.save(arrays, {"qscope": json.dumps(about)}))
    with pytest.raises(InputError, match="not a valid save: ") as error:
        engine_saves.load(saves, "a")
    assert "\n" not in str(error.value)
