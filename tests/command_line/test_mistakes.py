"""Command lines with a mistake in them: one line on standard error that says what would be right, and exit code 2."""

import os
import signal
import subprocess
import sys

import pytest

from tests.benchmarks.hostile import told
from tests.command_line.mistakes import assert_mistake
from tui.cli import run_command_line

TRAIN = "train seed-2x3 --agent q-learning --seed 0"


@pytest.fixture
def mistake(tmp_path, monkeypatch, capsys):
    """Run a command line, given word by word, in a folder of its own; check that one line says what is wrong."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QSCOPE_SAVES", str(tmp_path / "saves"))
    (tmp_path / "folder").mkdir()
    run_command_line(f"{TRAIN} --steps 40 --save first".split())
    capsys.readouterr()

    def mistake(arguments, said):
        assert_mistake((run_command_line(arguments), *capsys.readouterr()), said)

    return mistake


MISTAKES = [
    # A word that names nothing.
    ("frist", "did you mean the save 'first'? (qscope --help, qscope worlds and qscope saves list them)"),
    ("clif", "'clif' is no command, no world and no save in"),
    ("CLIF --plain", "did you mean the world 'cliff'?"),
    ("trian", "did you mean the command 'train'?"),
    ("tain cliff --steps 4", "did you mean the command 'train'?"),
    ("help", "did you mean the command '--help'?"),
    ("", "'' is no command"),
    ("x.safetensors", "is no command, no world and no save"),
    ("missing.toml", "missing.toml: No such file or directory"),
    ("folder", "'folder' is no command"),
    ("gym:", "gym:: the id of an environment is missing; write one such as gym:FrozenLake-v1"),
    ("solve clif", "unknown world 'clif'; did you mean 'cliff'? (qscope worlds lists them all)"),
    ("solve /nowhere/a.toml", "/nowhere/a.toml"),
    ("train cliff --agent q-lerning --seed 0 --steps 1", "did you mean 'q-learning'"),
    (f"{TRAIN} --steps 1 --set epsilom=0.2", "did you mean 'epsilon'"),
    ("train --resume nothing --steps 1", "no save 'nothing'"),
    ("evaluate nothing --episodes 1 --seed 0", "no save 'nothing'"),
    ("show nothing", "no save 'nothing'"),
    ("seed-2x3", "terminal"),
    # Where one thing is meant and another is given.
    ("show frst", "no save 'frst'"),
    ("show frst", "did you mean 'first'?"),
    ("show cliff", "no save 'cliff'"),
    ("solve first", "unknown world 'first'"),
    ("solve CLIFF", "did you mean 'cliff'?"),
    ("first --agent dqn", "first is a save, and its agent is in it; leave --agent out"),
    ("first --seed 4", "first is a save, and its seed is in it; leave --seed out"),
    ("solve cliff windy", "unrecognized arguments: windy (qscope solve --help explains)"),
    ("cliff windy", "unrecognized arguments: windy (qscope --help explains)"),
    ("--saves saves first --nothing", "unrecognized arguments: --nothing (qscope --help explains)"),
    ("--json", "unrecognized arguments: --json"),
    ("saves x", "unrecognized arguments: x (qscope saves --help explains)"),
    # Numbers.
    ("solve cliff --discount 2", "between 0 and 1"),
    (f"{TRAIN} --steps 1 --set epsilon=2", "setting epsilon: 2 is out of range"),
    (f"{TRAIN} --steps 0", "--steps"),
    ("--seed x", "argument --seed: 'x' is not a whole number from 0 to 2^63 - 1"),
    ("train seed-2x3 --agent q-learning --steps 1 --seed x", "argument --seed: 'x' is not a whole number from 0"),
    ("solve cliff --discount x", "argument --discount: 'x' is not a number between 0 and 1"),
    ("solve cliff --discount nan", "'nan' is not a number between 0 and 1"),
    ("solve cliff --discount -1", "'-1' is not a number between 0 and 1"),
    (f"{TRAIN} --steps -1", "'-1' is not a whole number from 1 to 10^15"),
    (f"{TRAIN} --steps 1e9", "'1e9' is not a whole number"),
    (f"{TRAIN} --steps {'9' * 30}", "is not a whole number from 1 to 10^15"),
    (f"{TRAIN} --steps {'9' * 5000}", "999…' is not a whole number"),
    ("evaluate first --episodes 0 --seed 0", "'0' is not a whole number from 1 to 10^15"),
    ("evaluate first --episodes 1 --seed -1", "'-1' is not a whole number from 0 to 2^63 - 1"),
    # Empty and missing words, and what contradicts something else.
    (TRAIN, "--episodes N, --steps N or --actions NAMES"),
    ("train cliff --agent q-learning --steps 1", "--seed"),
    (f"{TRAIN} --steps 1 --episodes 1", "not allowed with"),
    (f"{TRAIN} --steps 1 --save ../x", "cannot be the name"),
    ("train cliff --resume nothing --steps 1", "--resume goes on"),
    (f"{TRAIN} --steps 1 --set epsilon", "KEY=VALUE"),
    (f"{TRAIN} --steps 1 --save=", "argument --save: '' is no name"),
    ("train --resume= --steps 1", "argument --resume: '' is no name"),
    ("saves --saves=", "argument --saves: '' is no name"),
    ("export first --csv=", "argument --csv: '' is no name"),
    ("export first --world=", "argument --world: '' is no name"),
    (f"{TRAIN} --actions=", "argument --actions: '' names no action"),
    (f"{TRAIN} --steps 1 --set =0.1", "'=0.1' is no KEY=VALUE"),
    (f"{TRAIN} --steps 1 --set epsilon=0.1 --set epsilon=0.9", "--set gives epsilon twice, as 0.1 and as 0.9"),
    ("export first --world w.toml --what q", "--what q names a table, for --csv"),
    ("lessons --check", "--check needs the name of a lesson"),
    ("export first --csv folder", "folder exists already"),
    ("export first --csv none/x.csv", "cannot write none/x.csv: No such file or directory"),
]


@pytest.mark.parametrize(("line", "said"), MISTAKES, ids=[line[:40] or "nothing" for line, _ in MISTAKES])
def test_a_mistake_is_told_with_what_would_be_right(line, said, mistake):
    mistake(line.split(" "), said)


@pytest.mark.parametrize("said", ["x", "-1", "nan", "1e9", "9" * 30])
def test_an_impossible_allowance_of_memory_is_told_and_not_passed_over(said, mistake, monkeypatch):
    monkeypatch.setenv("QSCOPE_MEMORY", said)
    for verb in ("show", "replay"):
        mistake([verb, "first"], f"QSCOPE_MEMORY is {said!r}; it must be a whole number of MiB, such as 1024")


@pytest.mark.parametrize(
    ("content", "said"), [(None, "Is a directory"), (b"\xff", "it is no UTF-8 text"), (b"x = [", "not valid TOML")]
)
def test_a_file_of_keys_that_is_none_is_told(content, said, mistake, monkeypatch, tmp_path):
    file = tmp_path / "own.toml"
    file.mkdir() if content is None else file.write_bytes(content)
    monkeypatch.setenv("QSCOPE_KEYS", str(file))
    for line in ("keys", "cliff --plain"):
        mistake(line.split(), said)


def test_a_bad_world_file_is_told_by_its_name_and_key(run, tmp_path):
    world = tmp_path / "bad.toml"
    world.write_text('title = "bad"\ndiscount = 0.9\nslipp = 0.1\nmap = "S."\n')
    assert_mistake(run("solve", str(world)), str(world), "slipp", "did you mean 'slip'")


def test_a_damaged_save_is_told_and_left_as_it_is(run, saves):
    run(*TRAIN.split(), "--steps", "10", "--save", "mine")
    file = saves / "mine.safetensors"
    damaged = file.read_bytes()[:-5] + b"xxxxx"
    file.write_bytes(damaged)
    assert_mistake(run("evaluate", "mine", "--episodes", "1", "--seed", "0"), "mine.safetensors", "not a valid save")
    assert file.read_bytes() == damaged


def test_where_no_folder_of_saves_can_be_it_is_told(run, saves):
    saves.rmdir()
    saves.write_text("a file, no folder")
    for line in ("saves", f"{TRAIN} --steps 10 --save mine", "cliff --plain"):
        assert_mistake(run(*line.split()), f"{saves} is no folder; --saves and QSCOPE_SAVES name the folder of saves")


def test_a_save_that_cannot_be_written_is_told(saves, capsys):
    (saves / "file").write_text("a file, no folder")
    line = f"{TRAIN} --steps 10 --save mine --saves {saves / 'file' / 'saves'}"
    assert_mistake((run_command_line(line.split()), *capsys.readouterr()), "cannot save to")


def test_a_save_may_be_named_as_the_file_that_it_is(mistake, capsys):
    assert run_command_line(["show", "first.safetensors"]) == 0
    assert "q-learning in seed-2x3" in capsys.readouterr().out


def test_the_folder_of_saves_may_be_called_like_a_command(mistake, capsys):
    assert run_command_line(["--saves", "saves", "show", "first"]) == 0
    assert "q-learning in seed-2x3" in capsys.readouterr().out


def in_a_shell(line, **environment):
    """Run `QSCOPE ...` of a line in a shell, with an output that is buffered as ever; return exit code and errors."""
    program = f"{sys.executable} -m tui"
    known = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"} | environment
    done = subprocess.run(
        ["bash", "-c", line.replace("QSCOPE", program)], capture_output=True, text=True, env=known, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("line", "code", "errors"),
    [
        ("QSCOPE --help | head -0; exit ${PIPESTATUS[0]}", 128 + signal.SIGPIPE, ""),
        ("QSCOPE worlds | head -0; exit ${PIPESTATUS[0]}", 128 + signal.SIGPIPE, ""),
        ("QSCOPE show nothing 3>&1 1>&2 2>&3 | head -0; exit ${PIPESTATUS[0]}", 2, ""),
        ("QSCOPE --help > /dev/full", 1, "qscope: standard output: No space left on device\n"),
        ("QSCOPE worlds >&- <&-", 0, ""),
    ],
)
def test_an_output_that_nobody_takes_is_told_in_one_line_at_most(line, code, errors):
    assert in_a_shell(line) == (code, "", errors)


def test_signs_that_the_terminal_does_not_have_are_no_failure():
    code, output, errors = in_a_shell("QSCOPE agents", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (code, errors) == (0, "")
    assert "sarsa-lambda: SARSA(?)" in output


@pytest.mark.parametrize(
    "lie",
    [
        lambda about: about["timeline"]["branches"][0].update(fork="x"),
        lambda about: about.update(log=[3]),
        lambda about: about["values"].pop("interaction.progress"),
    ],
)
def test_a_file_that_tells_of_itself_what_cannot_be_is_no_save_to_show(mistake, tmp_path, lie):
    path = tmp_path / "saves" / "first.safetensors"
    path.write_bytes(told(path.read_bytes(), lambda arrays, about: lie(about), sealed=True))
    mistake(["show", "first"], "not a valid save: what it tells of itself cannot be")
