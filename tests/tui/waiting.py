"""Waiting for what a screen comes to show: on a named condition, never on a number of pauses."""


def screen_text(app):
    """Return what stands on the screen, a line a row."""
    return "\n".join("".join(segment.text for segment in line) for line in app.screen._compositor.render_strips())


async def until(pilot, condition):
    """Wait for the condition; a test that waits too long is stopped here."""
    for _ in range(1000):
        if condition():
            return
        await pilot.pause(0.02)
    raise AssertionError(f"waited in vain, before\n{screen_text(pilot.app)}")


async def seen(pilot, *words):
    """Wait until all the words stand on the screen, be they broken over lines or not."""
    await until(pilot, lambda: all(word in _both_ways(screen_text(pilot.app)) for word in words))


def _both_ways(text):
    return f"{text}\n{' '.join(text.replace('│', ' ').split())}"
