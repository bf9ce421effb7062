"""Try to lose or to fool a save, in every way we know: `make torture` runs this and prints a table.

Each row is a promise, how often it was tried, and how often it was broken. It exits with 1 if any was broken.
"""

import ctypes
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine import saves
from engine.errors import InputError
from engine.run import Run
from engine.timeline import Timeline
from engine.worlds import catalogue
from tests.benchmarks.hostile import hostile_files
from tests.benchmarks.memory import memory_rows
from tests.benchmarks.rows import Row, print_table
from tests.benchmarks.torture_terminal import terminal_rows

KILLS = 300
SAVERS = 4
SAVES_EACH = 25
MOST_MEMORY = 300 * 2**20

fork = multiprocessing.get_context("fork")


def trained(agent: str = "q-learning", steps: int = 2000, seed: int = 0) -> Timeline:
    """Return a run that has something to lose."""
    timeline = Timeline(Run(catalogue.find("frozen-lake-8x8"), agent, {}, seed))
    timeline.advance(steps=steps)
    return timeline


def kills(folder: Path, agent: str) -> list[Row]:
    """Kill a process at a random moment while it saves again and again: the file is whole, and not an old one."""
    broken = left = 0
    timeline = trained(agent, 500)
    for number in range(KILLS // 2):
        completed = fork.Value("q", 0, lock=False)
        child = fork.Process(target=_save_for_ever, args=(timeline, folder, completed))
        child.start()
        while completed.value == 0:
            time.sleep(0.001)
        time.sleep(random.Random(number).uniform(0.0, 0.03))
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        left += len(list(folder.glob(".*.tmp")))
        try:
            broken += saves.load(folder, "victim").step < completed.value
        except InputError:
            broken += 1
    saves.save(timeline, folder, "sweeper")
    return [
        Row(f"kill -9 while saving ({agent}): whole, never older than the last completed", KILLS // 2, broken),
        Row("... and what the killed left behind is swept by the next save", left, len(list(folder.glob(".*.tmp")))),
    ]


def _save_for_ever(timeline: Timeline, folder: Path, completed: "ctypes.c_longlong") -> None:
    known = ""
    while True:
        timeline.advance(steps=1)
        known = saves.save(timeline, folder, "victim", known).identity
        completed.value = timeline.step


def full_disk(folder: Path) -> Row:
    """Save where there is no room: the old file stays, and one line says why."""
    timeline = trained()
    broken = 0
    with _small_disk(folder) as (disk, how):
        known = saves.save(timeline, disk, "victim").identity
        big = trained("dqn", 9000)
        for _ in range(10):
            (disk / "ballast").write_bytes(bytes(700 * 1024)) if how == "tmpfs" else None
            try:
                saves.save(big, disk, "victim", known)
                broken += 1
            except InputError as error:
                broken += "\n" in str(error) or "cannot save" not in str(error)
            broken += saves.load(disk, "victim").run.digest() != timeline.run.digest()
    return Row("full disk: one line, the old file intact", 10, broken, how)


@contextmanager
def _small_disk(folder: Path) -> Iterator[tuple[Path, str]]:
    """Give a folder of little room: a tmpfs where that is allowed, else a limit on the size of files."""
    disk = folder / "disk"
    disk.mkdir()
    if (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True, check=False
        ).returncode
        == 0
    ):
        try:
            yield disk, "tmpfs"
        finally:
            subprocess.run(["umount", disk], check=True)
        return
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**17, before[1]))
    try:
        yield disk, "RLIMIT_FSIZE"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def read_only(folder: Path) -> Row:
    """Save into a folder that may not be written: one line, and nothing changes."""
    target = folder / "locked"
    target.mkdir()
    saves.save(trained(), target, "victim")
    before = _fingerprint(target)
    target.chmod(0o555)
    child = fork.Process(target=_save_as_nobody, args=(target,))
    child.start()
    child.join()
    target.chmod(0o755)
    return Row(
        "read-only folder: one line, nothing touched", 1, int(child.exitcode != 0 or before != _fingerprint(target))
    )


def _save_as_nobody(folder: Path) -> None:
    if os.getuid() == 0:
        os.setuid(65534)
    try:
        saves.save(trained(), folder, "victim")
    except InputError as error:
        sys.exit("cannot save" not in str(error))
    sys.exit(1)


def concurrent(folder: Path) -> Row:
    """Let several processes save under one name: readers always find a whole file, and nobody's work is lost."""
    home = folder / "shared"
    home.mkdir()
    children = [fork.Process(target=_save_often, args=(home, seed)) for seed in range(SAVERS)]
    for child in children:
        child.start()
    broken = reads = 0
    while any(child.is_alive() for child in children):
        if (home / f"common{saves.SUFFIX}").exists():
            reads += 1
            try:
                saves.load(home, "common")
            except InputError:
                broken += 1
    found = {(run.seed, run.step) for run in (saves.read(path).run for path in home.glob("common*"))}
    broken += sum((seed, 100 + SAVES_EACH) not in found for seed in range(SAVERS))
    note = f"{reads} reads, {len(found)} revisions"
    return Row(f"{SAVERS} savers of one name: every read whole, no work lost", SAVERS * SAVES_EACH, broken, note)


def _save_often(folder: Path, seed: int) -> None:
    timeline, known = trained(steps=100, seed=seed), ""
    for _ in range(SAVES_EACH):
        timeline.advance(steps=1)
        known = saves.save(timeline, folder, "common", known).identity


def hostile(folder: Path) -> list[Row]:
    """Give damaged and hostile files to the command line: one line, exit code 2, little memory, no file touched."""
    home = folder / "hostile"
    home.mkdir()
    count = hostile_files(home, trained(steps=300), trained("dqn", 300))
    before = _fingerprint(home)
    wrong, most = [], 0
    for path in sorted(home.glob(f"*{saves.SUFFIX}")):
        code, errors, memory = _replay(path)
        most = max(most, memory)
        if code != 2 or errors.count("\n") != 1 or "Traceback" in errors or memory > MOST_MEMORY:
            wrong.append(f"{path.name}: exit {code}, {memory / 2**20:.0f} MiB, {errors.strip()[:120]!r}")
    print("\n".join(wrong), end="\n" if wrong else "", file=sys.stderr)
    touched = int(before != _fingerprint(home))
    return [
        Row(
            "damaged and hostile files: one line, exit 2, under 300 MiB",
            count,
            len(wrong),
            f"most {most / 2**20:.0f} MiB",
        ),
        Row("... and no file touched", count, touched),
    ]


def _replay(path: Path) -> tuple[int, str, int]:
    """Run `qscope replay` on a file; return exit code, standard error, and the most memory it held in bytes."""
    program = (
        "import sys; from tui.cli import run_command_line\n"
        "code = run_command_line(['replay', sys.argv[1]])\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))\n"
        "sys.exit(code)"
    )
    child = subprocess.run([sys.executable, "-c", program, str(path)], check=False, capture_output=True, text=True)
    return child.returncode, child.stderr, int(child.stdout.split()[-1]) * 1024


def _fingerprint(folder: Path) -> list[tuple[str, int, int]]:
    return sorted((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*"))


def main() -> int:
    """Run every trial and print the table."""
    folder = Path(tempfile.mkdtemp(prefix="qscope-torture-"))
    trials: list[Callable[[], Row | list[Row]]] = [
        lambda: kills(folder, "q-learning"),
        lambda: kills(folder, "dqn"),
        lambda: full_disk(folder),
        lambda: read_only(folder),
        lambda: concurrent(folder),
        lambda: hostile(folder),
        lambda: memory_rows(folder),
        *terminal_rows(folder),
    ]
    folder.chmod(0o755)
    try:
        return int(print_table(trials) > 0)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
