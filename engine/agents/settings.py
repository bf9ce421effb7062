"""The settings of each agent, apart from the agents themselves, so that they can be listed without loading torch."""

from dataclasses import dataclass
from typing import Protocol

from engine.agents.dqn.architecture import PLANES, Architecture
from engine.agents.exploration import BEHAVIOURS, EPSILON_GREEDY, Behaviour, Schedule, StepSize
from engine.agents.fields import choice, fixed, flag, integer, number, schedule, step_size, widths
from engine.errors import InputError
from engine.worlds.catalogue import Size

MOST_STEPS = 100
"""How many rewards the target of n-step SARSA counts at most."""


class TableSettings(Protocol):
    """What an agent has to know whose values are a table."""

    @property
    def discount(self) -> float:
        """How much the next value counts."""

    @property
    def step_size(self) -> StepSize:
        """How far each update goes."""

    @property
    def initial_value(self) -> float:
        """What every pair is worth before it was tried."""

    @property
    def behaviour(self) -> Behaviour:
        """The policy that acts."""


@dataclass(frozen=True)
class TabularSettings:
    """The settings of the agents whose values are a table."""

    discount: float = number(0.9, "how much the next value counts (gamma)", 0.0, 1.0)
    step_size: StepSize = step_size("0.5", "how far each update goes towards its target (alpha)")
    exploration: str = choice("epsilon-greedy", BEHAVIOURS, "how actions are chosen: by a die, by weights, by bounds")
    epsilon: Schedule = schedule("0.5->0.05/2000", "chance of a random action", 0.0, 1.0)
    temperature: Schedule = schedule("1.0", "softmax: how little the values weigh; 0 is greedy", 0.0, 1e6)
    confidence: Schedule = schedule("1.0", "ucb: how far little tried actions are trusted (c)", 0.0, 1e6)
    initial_value: float = number(0.0, "what every pair is worth before it was tried", -1e6, 1e6)

    @property
    def behaviour(self) -> Behaviour:
        """The policy that acts."""
        level = (self.epsilon, self.temperature, self.confidence)[BEHAVIOURS.index(self.exploration)]
        return Behaviour(BEHAVIOURS.index(self.exploration), level.row)

    def largest_array(self, world: Size) -> tuple[str, int]:
        """Return the name of the largest array in the state of such an agent, and how many numbers it holds."""
        return "q", world.states * world.actions


@dataclass(frozen=True)
class NStepSettings(TabularSettings):
    """The settings of n-step SARSA."""

    n: int = integer(4, "rewards that each target counts before it bootstraps", 1, MOST_STEPS)


@dataclass(frozen=True)
class TraceSettings(TabularSettings):
    """The settings of the agents with eligibility traces."""

    trace_decay: float = number(0.9, "how slowly traces fade (lambda); 0: one step only", 0.0, 1.0)
    traces: str = choice(
        "replacing", ("accumulating", "replacing"), "what a visit does to a trace: adds 1, or sets it to 1"
    )


@dataclass(frozen=True)
class MonteCarloSettings(TabularSettings):
    """The settings of Monte Carlo control."""

    step_size: StepSize = step_size("1/n", "how far each update goes towards its target; 1/n averages the returns")


@dataclass(frozen=True)
class DynaSettings(TabularSettings):
    """The settings of Dyna-Q."""

    planning_steps: int = integer(10, "updates from memory after each step", 0, 100_000)
    prioritized: bool = flag(False, "plan for the most wrong values first (prioritized sweeping)")
    priority_threshold: float = number(1e-4, "smallest error that is worth a place in the queue", 0.0, 1e6)


@dataclass(frozen=True)
class RandomSettings:
    """The settings of the agent that learns nothing."""

    discount: float = number(0.9, "how much the next reward counts in the discounted return (gamma)", 0.0, 1.0)

    def largest_array(self, world: Size) -> tuple[str, int]:
        """Return the name of the largest array in the state of such an agent, and how many numbers it holds."""
        return "visits", world.states * world.actions


@dataclass(frozen=True)
class HumanSettings:
    """The settings of the agent whose actions a person chooses."""

    discount: float = number(0.9, "how much the next value counts (gamma)", 0.0, 1.0)
    step_size: StepSize = step_size("0.5", "how far each update goes towards its target (alpha)")
    initial_value: float = number(0.0, "what every pair is worth before it was tried", -1e6, 1e6)

    @property
    def behaviour(self) -> Behaviour:
        """A policy that never acts, because the person does: greedy."""
        return Behaviour(EPSILON_GREEDY, Schedule.parse("0.0").row)

    def largest_array(self, world: Size) -> tuple[str, int]:
        """Return the name of the largest array in the state of such an agent, and how many numbers it holds."""
        return "q", world.states * world.actions


@dataclass(frozen=True)
class ValueIterationSettings:
    """The settings of value iteration."""

    discount: float = number(0.9, "how much the next value counts (gamma)", 0.0, 1.0)
    tolerance: float = number(1e-10, "largest change of a sweep after which the values count as settled", 0.0, 1e6)

    def largest_array(self, world: Size) -> tuple[str, int]:
        """Return the name of the array that grows with the world, and how many numbers it holds."""
        return "v", world.states


@dataclass(frozen=True)
class PolicyIterationSettings(ValueIterationSettings):
    """The settings of policy iteration."""

    evaluation_sweeps: int = integer(10, "most sweeps of one evaluation before the policy is improved", 1, 1_000_000)


@dataclass(frozen=True)
class DQNSettings:
    """The settings of deep Q-learning."""

    discount: float = number(0.9, "how much the next value counts (gamma)", 0.0, 1.0)
    epsilon: Schedule = schedule("1.0->0.1/3000", "chance of a random action", 0.0, 1.0)
    learning_rate: float = number(0.0005, "Adam's step size", 0.0, 1.0, above=True)
    hidden: tuple[int, ...] = fixed(widths((64, 64), "widths of the network's hidden layers", 4, 1024))
    batch_size: int = integer(64, "transitions drawn for each update, with replacement", 1, 4096)
    replay_capacity: int = fixed(integer(10_000, "transitions the replay holds; the oldest go first", 1, 1_000_000))
    learning_starts: int = integer(100, "transitions made before learning begins", 1, 1_000_000)
    train_every: int = integer(1, "transitions from one time of training to the next", 1, 10_000)
    gradient_steps: int = integer(1, "updates each time it trains, each of a batch of its own", 1, 10_000)
    n_step: int = integer(1, "rewards added up before the next value counts", 1, 100)
    prioritized: bool = fixed(flag(False, "replay what surprised most more often, and weigh it less"))
    priority_exponent: float = number(0.6, "prioritized: how much priorities count (alpha); 0 is uniform", 0.0, 1.0)
    priority_correction: Schedule = schedule(
        "0.4->1.0/10000", "prioritized: how far weights make up for it (beta); 1 wholly", 0.0, 1.0
    )
    target_network: bool = flag(True, "hold the target still; without it the target moves with every update")
    target_update_every: int = integer(100, "updates from one copy to the target network to the next", 1, 1_000_000)
    target_tau: float = number(0.0, "instead of copies, the share by which the target follows each update", 0.0, 1.0)
    double: bool = flag(False, "let the Q-network choose the next action and the target network value it")
    dueling: bool = fixed(
        flag(False, "let the network say the value of a state and the advantages of its actions apart")
    )
    loss: str = choice("mse", ("mse", "huber"), "squared errors, or huber: linear beyond 1")
    gradient_clip: float = number(0.0, "largest length of the gradient; 0 for any", 0.0, 1e6)
    encoding: str = fixed(choice("one-hot", ("one-hot", "coordinates", "planes"), "what the network sees of a state"))
    network: str = fixed(choice("mlp", ("mlp", "cnn"), "layers of neurons, or convolutions before them (of planes)"))

    def __post_init__(self) -> None:
        """Raise `InputError` for settings that do not go together."""
        if self.network == "cnn" and self.encoding != "planes":
            raise InputError(
                f"setting network: cnn sees images, not encoding {self.encoding}; set encoding=planes, too"
            )

    def architecture(self, observation: tuple[int, ...], actions: int) -> Architecture:
        """Return the shape of the network for observations of a shape."""
        return Architecture(observation, self.hidden, actions, self.dueling, self.network == "cnn")

    def largest_array(self, world: Size) -> tuple[str, int]:
        """Return the name of the largest array in the state of such an agent, and how many numbers it holds."""
        observations = {
            "one-hot": (world.features or world.states,),
            "coordinates": (2,),
            "planes": (PLANES, world.rows, world.columns),
        }
        return "network.online", self.architecture(observations[self.encoding], world.actions).size
