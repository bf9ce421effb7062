"""What a start must not load: torch and numba take seconds, and are wanted only when something is learned."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "numba", "gymnasium", "scipy")


@pytest.mark.parametrize(
    "program",
    [
        "import engine",
        "import engine.trainer",
        "import tui.app",
        "from tui.cli import run_command_line; run_command_line(['worlds'])",
        "from tui.cli import run_command_line; run_command_line(['agents'])",
        "from tui.cli import run_command_line; run_command_line(['solve', 'seed-2x3'])",
        "import sys\ntry: from tui.cli import run_command_line; run_command_line(['--help'])\nexcept SystemExit: pass",
    ],
)
def test_nothing_heavy_is_loaded_by(program):
    check = f"{program}\nimport sys; print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"
    output = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True).stdout
    assert output.splitlines()[-1] == "HEAVY []"


def test_a_save_is_shown_without_loading_torch(saves):
    train = ["train", "seed-2x3", "--agent", "dqn", "--steps", "5", "--seed", "0", "--save", "a", "--saves", str(saves)]
    subprocess.run([sys.executable, "-m", "tui", *train], capture_output=True, check=True)
    program = (
        "import sys; from tui.cli import run_command_line\n"
        f"run_command_line(['show', 'a', '--saves', {str(saves)!r}]); print('torch' in sys.modules)"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert output.splitlines()[-1] == "False"
