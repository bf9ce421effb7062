"""One cell of a map, drawn at every zoom from a framed box down to a single character."""

from dataclasses import dataclass

from rich.style import Style

from tui.colour import Palette
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, width_of
from tui.widgets.layers import LayerNumbers
from tui.widgets.map_places import Place
from tui.widgets.zoom import Zoom

AGENT, PATH, WALL = "@", "·", "█"
FALLEN = "!"
"""Where the agent fell in a moment ago, and was sent back."""
CURSOR = "□"
"""The state that is inspected, where a frame cannot say so."""
BOLD, UNDERLINED, REVERSED = Style(bold=True), Style(underline=True), Style(reverse=True)


@dataclass(frozen=True)
class CellPen:
    """Draws the cells of one map: it holds what is the same for all of them."""

    canvas: Canvas
    zoom: Zoom
    layer: LayerNumbers
    palette: Palette

    def draw(self, x: int, y: int, place: Place) -> None:
        """Draw the cell of a state with its upper left corner at (x, y)."""
        shade = self.layer.shade(place.number, self.layer.state_scale, self.palette)
        if place.cursor and not self.zoom.framed:
            shade += REVERSED
        self.canvas.fill(x, y, self.zoom.width, self.zoom.height, shade)
        if self.zoom.height == 1:
            self._draw_characters(x, y, place, shade)
            return
        middle = y + (self.zoom.height - 1) // 2
        if self.zoom.height > 2:
            self._draw_head(x, y, place, shade)
        self._draw_policy(x, middle, place, shade)
        if place.chance:
            self._draw_chance(x, middle, place, shade)
        if not place.idle:
            text = place.text or self.layer.text(place.number, self.zoom.width - 1)
            style = shade if place.number or place.text else self.palette.muted
            self.canvas.put_centred(x, middle + 1, self.zoom.width, text, style)
        elif self.zoom.height == 2 and place.label:
            self.canvas.put_centred(x, middle + 1, self.zoom.width, place.label, self._label_style(place, shade))
        elif self.zoom.height == 2:
            self.canvas.put_centred(x, middle + 1, self.zoom.width, place.idle, self.palette.muted)

    def _draw_chance(self, x: int, middle: int, place: Place, shade: Style) -> None:
        """Write how likely the inspected action leads here, behind the best action, so that the value stays below."""
        style = shade + BOLD + UNDERLINED
        if place.idle and self.zoom.height > 2:
            self.canvas.put_centred(x, middle + 1, self.zoom.width, numbers.share(place.chance, 4), style)
            return
        behind = (self.zoom.width - 1) // 2 + 1
        gap = int(self.zoom.width - behind > 4)
        self.canvas.put(x + behind + gap, middle, numbers.share(place.chance, min(self.zoom.width - behind, 4)), style)

    def draw_wall(self, x: int, y: int) -> None:
        """Fill the cell of a wall."""
        self.canvas.fill(x, y, self.zoom.width, self.zoom.height, self.palette.line, WALL)

    def _draw_head(self, x: int, y: int, place: Place, shade: Style) -> None:
        """Draw the map's letter and the state's name on the left, the label on the right.

        The label keeps away from the letter of the next cell, where no frame is between them.
        """
        margin = 1 if self.zoom.width >= 9 else 0
        room = self.zoom.width - margin - width_of(place.label)
        gap = margin or int(not self.zoom.framed and room > 2)
        room -= gap
        if place.label:
            self.canvas.put_right(x + self.zoom.width - gap, y, place.label, self._label_style(place, shade))
        x += margin
        if place.letter and room > 1:
            x = self.canvas.put(x, y, place.letter, shade + BOLD) + 1
            room -= 2
        if width_of(place.name) < room and place.name != place.letter:
            self.canvas.put(x, y, place.name, self._quiet(shade))

    def _draw_policy(self, x: int, y: int, place: Place, shade: Style) -> None:
        """Draw the best action in the middle and the agent, or the mark of its path, to the left of it."""
        centre = x + (self.zoom.width - 1) // 2
        wide = self.zoom.width >= 9
        if place.agent:
            text = f" {AGENT} " if wide else AGENT
            self.canvas.put(centre - (4 if wide else 2), y, text, self.palette.agent)
        elif place.fallen:
            self.canvas.put(centre - (3 if wide else 2), y, FALLEN, self.palette.agent)
        elif place.visited:
            self.canvas.put(centre - (3 if wide else 2), y, PATH, shade)
        if place.idle and self.zoom.height > 2:
            start = min(centre, x + self.zoom.width - width_of(place.idle) - 1)
            self.canvas.put(start, y, place.idle, self.palette.muted)
        else:
            self.canvas.put(centre, y, *self._policy(place, shade))
        if self.zoom.height == 2 and place.letter and not (place.idle or place.chance):
            self.canvas.put(centre + 2, y, place.letter, shade + BOLD)

    def _draw_characters(self, x: int, y: int, place: Place, shade: Style) -> None:
        """Draw a cell of one line: who or what is here, the best action, and how likely one comes here.

        In two columns the likelihood takes the place of the mark, in one that of the action; the agent stays.
        """
        width, likely = self.zoom.width, shade + BOLD + UNDERLINED
        policy, style = self._policy(place, shade)
        letter = "" if place.idle else place.letter
        chance = numbers.share(place.chance, 2 if width > 3 else 1) if place.chance else ""
        if width == 1:
            if place.start:
                policy, style = letter, shade + BOLD
            mark, style = (chance, likely) if chance else (policy, style + UNDERLINED if place.visited else style)
            someone = AGENT if place.agent else FALLEN if place.fallen else ""
            self.canvas.put(x, y, *((someone, self.palette.agent) if someone else (mark, style)))
            return
        if width > 2 and chance:
            self.canvas.put(x + 2, y, chance, likely)
        elif width > 3:
            self.canvas.put(x + 2, y, letter, shade + BOLD)
            letter = ""
        squeezed = bool(chance) and width == 2
        self.canvas.put(x + 1, y, *((chance, likely) if squeezed and place.agent else (policy, style)))
        if place.agent:
            self.canvas.put(x, y, AGENT, self.palette.agent)
        elif place.fallen:
            self.canvas.put(x, y, FALLEN, self.palette.agent)
        elif squeezed:
            self.canvas.put(x, y, chance, likely)
        elif letter:
            self.canvas.put(x, y, letter, shade + BOLD)
        elif place.visited:
            self.canvas.put(x, y, PATH, shade)

    def _policy(self, place: Place, shade: Style) -> tuple[str, Style]:
        if place.idle:
            return place.letter or ("■" if place.terminal else place.idle), self._label_style(place, shade)
        return place.policy, self._quiet(shade) if place.undecided else shade + BOLD

    def _label_style(self, place: Place, shade: Style) -> Style:
        if shade.bgcolor is not None:
            return shade + BOLD
        if place.label.startswith("−"):
            return self.palette.below
        return self.palette.above if place.label.startswith("+") else self.palette.strong

    def _quiet(self, shade: Style) -> Style:
        return shade if shade.bgcolor is not None else self.palette.muted
