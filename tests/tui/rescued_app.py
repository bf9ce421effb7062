"""An application on a fake trainer, for tests that end it from outside: `python -m tests.tui.rescued_app FILE`."""

import fcntl
import sys
import termios
import threading
from pathlib import Path

from tests.tui.fakes import FakeLibrary, FakeTrainer, learned
from tui import app


class SavingTrainer(FakeTrainer):
    """Writes a file when it is rescued."""

    def __init__(self, file: Path):
        super().__init__(learned())
        self.file = file

    def start(self, first):
        """There is nothing to start."""

    def rescue(self):
        self.file.write_text(threading.current_thread().name)
        return self.file

    def close(self, *, forget=False):
        """There is nothing to stop."""

    def submit(self, command):
        self.show(step=self.snapshot.step + 1)


if __name__ == "__main__":
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    sys.exit(app.run_with(SavingTrainer(Path(sys.argv[1])), FakeLibrary(), None))
