"""Going on with any agent: one that waits for a person is driven by hand."""

from engine.interventions import Act


def go_on(timeline, steps):
    """Go forward by so many steps: through the known future first, then by hand where the agent waits for a person."""
    if not timeline.run.agent.waits_for_person:
        timeline.advance(steps=steps)
        return
    for _ in range(steps):
        if timeline.step < timeline.head:
            timeline.advance(steps=1)
        else:
            timeline.intervene(Act(timeline.step, _choice(timeline.run)))


def _choice(run):
    """Choose among the legal actions, each time another one."""
    legal = [action for action in range(len(run.world.actions)) if run.interaction.may_act(action)]
    return legal[run.step * 7 // 3 % len(legal)]
