"""Going on with any agent: one that waits for a person is driven by hand."""

from engine.interventions import Act
from engine.timeline import Timeline


def go_on(going, steps):
    """Go forward in a run or a timeline by so many steps, by hand where the agent waits; return the transitions made.

    A timeline goes through its known future first, with what was done there.
    """
    run = going.run if isinstance(going, Timeline) else going
    if not run.agent.waits_for_person:
        return going.advance(steps=steps)
    began = run.step
    for _ in range(steps):
        if isinstance(going, Timeline) and going.step < going.head:
            going.advance(steps=1)
        else:
            going.intervene(Act(run.step, _choice(run)))
    return run.step - began


def _choice(run):
    """Choose among the legal actions, each time another one."""
    legal = [action for action in range(len(run.world.actions)) if run.interaction.may_act(action)]
    return legal[run.step * 7 // 3 % len(legal)]
