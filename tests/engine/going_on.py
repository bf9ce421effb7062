"""Go on with every save of a folder by so many steps, and print the digests as JSON; for a process of its own."""

import json
import sys
from pathlib import Path

from engine import saves
from tests.engine.driving import go_on


def main(folder: Path, steps: int) -> None:
    """Load, go on, and tell."""
    digests = {}
    for entry in saves.listing(folder):
        timeline = saves.load(folder, entry.name)
        go_on(timeline, steps)
        digests[entry.name] = timeline.run.digest()
    print(json.dumps(digests))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
