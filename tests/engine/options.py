"""What every setting of every agent may be in the tests of the whole: values that bring out each way of learning."""

from hypothesis import strategies as st

from engine.agents import catalogue as agents
from engine.worlds.environment import Environment

VALUES = {
    "discount": ("0.5", "1.0"),
    "step_size": ("0.25", "1/n", "1/n^0.8"),
    "exploration": ("softmax", "ucb"),
    "epsilon": ("0.5->0.1/90", "exp:1.0->0.05/90", "1.0"),
    "temperature": ("2.0->0.1/90", "0.0"),
    "confidence": ("3.0->0.5/90",),
    "initial_value": ("-1.0", "5.0"),
    "n": ("1", "3", "7"),
    "trace_decay": ("0.0", "0.6", "1.0"),
    "traces": ("accumulating",),
    "planning_steps": ("0", "1", "4"),
    "prioritized": ("true",),
    "priority_threshold": ("0.01",),
    "tolerance": ("0.1",),
    "evaluation_sweeps": ("1", "3"),
    "learning_rate": ("0.01",),
    "hidden": ("6,5",),
    "batch_size": ("1", "7"),
    "replay_capacity": ("5", "1000"),
    "learning_starts": ("1", "40"),
    "train_every": ("3",),
    "gradient_steps": ("2",),
    "n_step": ("3", "6"),
    "priority_exponent": ("0.0", "1.0"),
    "priority_correction": ("1.0", "0.1->1.0/90"),
    "target_network": ("false",),
    "target_update_every": ("1", "7"),
    "target_tau": ("0.1",),
    "double": ("true",),
    "dueling": ("true",),
    "loss": ("huber",),
    "gradient_clip": ("0.5",),
    "encoding": ("coordinates", "planes"),
    "network": ("cnn",),
}
"""By name; the default comes on top."""

SMALL = {"dqn": {"hidden": "8", "batch_size": "4", "replay_capacity": "24", "learning_starts": "10"}}
"""What is chosen where nothing else is, so that little is computed and the replay soon wraps."""


def names_of(agent):
    """Return the names of an agent's settings."""
    (listing,) = [listing for listing in agents.listing() if listing.name == agent]
    return [setting.name for setting in listing.settings]


def options(agent, world):
    """Return a strategy of settings of an agent, as a person gives them, that go together in a world."""
    names = names_of(agent)
    if isinstance(world, Environment) or world.layout is None:
        names = [name for name in names if name not in ("encoding", "network")]
    some = st.fixed_dictionaries({}, optional={name: st.sampled_from(VALUES[name]) for name in names})
    return some.map(
        lambda chosen: SMALL.get(agent, {}) | chosen | ({"encoding": "planes"} if "network" in chosen else {})
    )


def changes(agent):
    """Return a strategy of one changed setting of an agent; those that are fixed for life are among them."""
    names = st.sampled_from(names_of(agent))
    return names.flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(VALUES[name]))).map(
        lambda one: dict([one])
    )
