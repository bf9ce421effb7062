"""Running a command line in the process of the tests, on a folder of saves of its own."""

import json

import pytest

from tui.cli import run_command_line


@pytest.fixture
def run(saves, capsys):
    """Run a command line; return exit code, standard output and standard error."""

    def run(*arguments):
        return (run_command_line([*arguments, "--saves", str(saves)]), *capsys.readouterr())

    return run


@pytest.fixture
def run_json(run):
    """Run a command line with --json; return the object, and check that nothing else was printed."""

    def run_json(*arguments):
        code, output, errors = run(*arguments, "--json")
        assert (code, errors) == (0, "")
        return json.loads(output)

    return run_json
