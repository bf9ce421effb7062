"""What happened in one step, and the arithmetic of what was learned from it: plain, immutable values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Transition:
    """One step of an agent in a world.

    Terminated and truncated are not the same: a terminated episode has come to its end and nothing follows, a truncated
    one was cut short by the step limit and its last state keeps its value.
    """

    step: int
    """The number of this step in the run, counted from 1."""
    state: int
    action: int
    reward: float
    next_state: int
    terminated: bool
    truncated: bool
    explored: bool
    """Whether the action was drawn at random (epsilon-greedy), or is other than a best one (softmax, ucb)."""
    die: float
    """The number in [0, 1) that decided: epsilon-greedy explores below epsilon; 1.0 if none was rolled."""
    epsilon: float
    """How much was explored: epsilon, or the temperature or the confidence, as the setting `exploration` says."""
    by_hand: bool = False
    """Whether a person chose the action; no die was rolled then."""


@dataclass(frozen=True)
class TableUpdate:
    """The numbers of one tabular update, as the learning loop used them.

    value_after = value_before + step_size * trace * td_error, with td_error = td_target - value_before and
    td_target = reward + discount * next_value (Sutton & Barto, 2nd ed., equation 6.8; over several steps, 7.4).
    """

    step: int
    """The number of the step of the run in which it was made: a rule may learn nothing from a step."""
    state: int
    """With the action the pair that was updated, which a rule of several steps visited some steps ago."""
    action: int
    value_before: float
    step_size: float
    reward: float
    """The reward, or the discounted sum of those since the pair was visited."""
    discount: float
    """How much the next value counts: the discount to the power of `steps`, or 0.0 for a rule that never bootstraps."""
    next_value: float
    """The value of the next state that the target used: 0.0 after a terminated transition."""
    next_action: int
    """The action of the next state whose value the target used: -1 after a terminated transition."""
    td_target: float
    td_error: float
    value_after: float
    steps: int
    """How many rewards are in the target."""
    trace: float
    """The eligibility of the pair: 1.0 for a rule without traces."""
    pairs: int
    """How many pairs this step taught something, this one included."""


@dataclass(frozen=True)
class Replayed:
    """One transition of a replayed batch, as the gradient step saw it."""

    place: int
    """The number of the state, or -1 in a world whose states have none."""
    action: int
    reward: float
    """The discounted sum of the rewards of `span` steps, or of those until the episode terminated."""
    next_place: int
    """Where these steps led to; -1 as above."""
    span: int
    """After how many steps the next value counted, by the discount to this power; 0 where it did not."""
    terminated: bool
    td_error: float
    weight: float
    """The importance weight by which the error counted: 1.0 where the draw from the replay was uniform."""


@dataclass(frozen=True)
class PlannedUpdate(TableUpdate):
    """The numbers of a tabular update from a transition, and which updates were planned after it."""

    planned: int
    """How many updates followed from what is remembered."""
    planned_pairs: tuple[tuple[int, int], ...]
    """State and action of the last of them, in their order."""


@dataclass(frozen=True)
class Backup:
    """The numbers of one backup of a planner: of one state, by its model (Sutton & Barto, 2nd ed., chapter 4).

    A step of value iteration is worth the best of the actions (equation 4.10), a step of an evaluation that of the
    policy (4.5). An improvement changes no value, but the policy: it becomes the best action (4.9).
    """

    kind: str
    """`value iteration`, `evaluation` or `improvement`."""
    state: int
    action_values: tuple[float, ...]
    """Of each action the sum over its outcomes of p (r + discount V(s')); NaN where it is not legal."""
    action: int
    """The action whose value was taken; -1 where an evaluation took the mean over all of them."""
    value_before: float
    value_after: float
    action_before: int
    """The action of the policy before; -1 where each was equally likely."""
    sweep: int
    """The number of this sweep: of the run, or of this evaluation."""
    largest_change: float
    """The largest |change| of a value in this sweep so far."""


@dataclass(frozen=True)
class BatchUpdate:
    """The numbers of the last gradient step of a Q-network on a batch of replayed transitions."""

    updates: int
    """How many gradient steps there were so far; 0 while the replay still fills and nothing was learned."""
    loss: float
    """The mean loss of the batch, before the step: the squared TD error, or Huber's, each times its weight."""
    batch_size: int
    mean_abs_td_error: float
    updates_until_copy: int
    """How many more gradient steps until the Q-network is copied to the target network."""
    replay_size: int
    replay_capacity: int
    learning_starts: int
    """How many transitions must have been made before learning begins."""
    value_before: float
    """Q(state, action) of the transition just made, before the gradient step."""
    value_after: float
    """The same after the gradient step."""
    reward: float
    discount: float
    next_value: float
    """The value of `next_action` in the next state, before the step: 0.0 after a terminated transition."""
    td_target: float
    """reward + discount * next_value: the one-step target of the transition just made."""
    next_action: int = -1
    """The action of the next state whose value the target used: -1 after a terminated transition."""
    n_step: int = 1
    """How many rewards are added up in what is replayed; above 1, `td_target` is not what the network is drawn to."""
    target_tau: float = 0.0
    """The share by which the target network follows each update; 0.0 where it is copied."""
    oldest_age: int = 0
    """How many transitions ago the oldest entry of the replay was made."""
    mean_age: float = 0.0
    """How many transitions ago the entries of the replay were made, in the mean."""
    replayed: tuple[Replayed, ...] = ()
    """The first of the transitions that the last gradient step was made of, in the order of their draw."""


Update = TableUpdate | BatchUpdate | Backup
