"""Keeping a run: what of it is in a save, what in an autosave, and what would be lost."""

from pathlib import Path

from engine import autosaves, saves
from engine.autosaves import Sitting
from engine.errors import InputError
from engine.timeline import Timeline


class Keeping:
    """Writes one run after the other to a folder of saves, and knows what of the present one stands there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.save_name = ""
        """The name under which the run was last saved or loaded; empty if never."""
        self.autosaved: Path | None = None
        """Where the run was last autosaved; None if what is there is in a save by now."""
        self._kept: object = None
        """What there was in the run when it began, or was last saved or loaded."""
        self._identity = ""
        """That of the file that the run was saved to or loaded from, see `saves.identity_of`."""
        self._sitting: Sitting | None = None
        """That of the run, from its first autosave on."""
        self._autosaved_place: object = None
        self.autosave_failed = False
        """Whether the last autosave could not be written."""

    def begin(self, timeline: Timeline, save_name: str = "") -> None:
        """Keep another run from here on; that of before needs its autosave no more."""
        self.forget_autosave()
        self.leave()
        self.save_name, self._kept, self._identity = save_name, _extent(timeline), ""

    def load(self, name: str) -> Timeline:
        """Read a save and keep its run from here on; raises `InputError` if it is none.

        What comes from an autosave is in no save, and soon autosaved again: others are offered what was left behind.
        """
        path, identity, timeline = saves.load_from(self.folder, name)
        if path.parent.name != saves.AUTOSAVES:
            timeline.branch.saves.add(timeline.step)  # What the command line wrote does not say it itself.
            self.begin(timeline, path.name.partition(saves.SUFFIX)[0])
            self._identity = identity or ""
        else:
            if self.autosaved is not None and path.resolve() == self.autosaved.resolve():
                self.autosaved = None  # It is needed further.
            self.begin(timeline)
            self._kept = None
            if autosaves.was_left_behind(path):  # That of a sitting that goes on is not ours to remove.
                self.autosaved = path
        return timeline

    def save(self, timeline: Timeline, name: str) -> str:
        """Save the run, and return what there is to say of it; raises `InputError` if it cannot be written."""
        before = set(timeline.branch.saves)
        timeline.branch.saves.add(timeline.step)
        try:
            saved = saves.save(timeline, self.folder, name, self._identity if name == self.save_name else "")
        except InputError:
            timeline.branch.saves = before
            raise
        self.save_name, self._kept, self._identity = name, _extent(timeline), saved.identity
        self.forget_autosave()
        also = f"; what stood there is kept as {saved.kept_as}" if saved.kept else ""
        return f"saved as {name} ({saved.path.stat().st_size / 1024:,.0f} KiB, step {timeline.step:,}){also}"

    def unsaved(self, timeline: Timeline) -> bool:
        """Whether there is something in the run, on any branch, that is in no save."""
        return _extent(timeline) != self._kept

    def autosave_wanted(self, timeline: Timeline) -> bool:
        """Whether there is something that is in no save and in no autosave either."""
        return self.unsaved(timeline) and _place(timeline) != self._autosaved_place

    def autosave(self, timeline: Timeline) -> str:
        """Keep the run among the autosaves; return why that failed, once, and else nothing."""
        self._sitting = self._sitting or Sitting(self.folder, timeline.run)
        before = self.autosaved
        try:
            self.autosaved = self._sitting.keep(timeline)
        except InputError as error:
            told, self.autosave_failed = self.autosave_failed, True
            return "" if told else f"no autosave, so a broken line would lose what is new: {error}"
        self._autosaved_place, self.autosave_failed = _place(timeline), False
        if before is not None and before != self.autosaved:
            autosaves.remove(before)
        return ""

    def forget_autosave(self) -> None:
        """Remove the autosave of this run."""
        if self.autosaved is not None:
            autosaves.remove(self.autosaved)
        self.autosaved = self._autosaved_place = None

    def leave(self) -> None:
        """Let another sitting go on with what is kept of this run."""
        if self._sitting is not None:
            self._sitting.end()
        self._sitting = None


def _extent(timeline: Timeline) -> object:
    """Return what there is in a run: how far each branch goes, and what was done in it."""
    return tuple((branch.name, branch.head, branch.log) for branch in timeline.branches.values())


def _place(timeline: Timeline) -> object:
    """Return what there is in a run, and where in it one is."""
    return _extent(timeline), timeline.branch.name, timeline.step
