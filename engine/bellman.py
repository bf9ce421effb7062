"""Bellman's equations over a whole world at once: sweeps, the exact value of a policy, and values that have settled."""

import numpy as np

from engine.errors import InputError
from engine.worlds.mdp import BoolArray, FloatArray, IntArray, TabularMDP
from engine.worlds.reach import spans, ways_out

ULP = float(np.finfo(np.float64).eps)
TIE = 1e-9
"""How far apart values may be and still count as equal, relative to the terms of a value."""
QUICK_LINEAR_STATES = 2000
"""Up to how many states a dense linear system costs less than the sweeps that it saves."""
ROUND = 500
"""After how many sweeps to see whether the values are getting anywhere."""
MAX_SWEEPS = 200_000
EVALUATION_SWEEPS = 20
"""How many sweeps over the pairs of a policy go with one over all pairs, in a world too large for a linear system."""


class Model:
    """A world with a discount, in the form in which a sweep is quick: one entry for each legal pair, in their order."""

    def __init__(self, world: TabularMDP, discount: float) -> None:
        """Prepare the sweeps. Rewards that are too large to be added up become infinite: `settle` refuses them."""
        self.world = world
        self.discount = discount
        self.states = len(world.states)
        pairs = np.flatnonzero(world.legal)
        self.state: IntArray = pairs // len(world.actions)
        """The state of each legal pair."""
        self.first: IntArray = world.offsets[:-1][pairs]
        """Where the outcomes of each legal pair begin."""
        self.lengths = world.offsets[1:][pairs] - self.first
        self.next_state = world.next_state.astype(np.intp)
        """As the world has it, but of the type by which arrays are indexed: any other is converted at every sweep."""
        self.acting = np.flatnonzero(~world.terminal)
        self.first_pair = np.searchsorted(self.state, self.acting)
        self.weight: FloatArray = np.where(world.terminated, 0.0, discount * world.probability)
        """By how much the next state's value counts, for each outcome."""
        self.reward = self.per_pair(world.probability * world.reward)
        """The expected reward of each legal pair."""

    def per_pair(self, outcomes: FloatArray) -> FloatArray:
        """Add up a quantity over the outcomes of each legal pair."""
        return np.add.reduceat(outcomes, self.first)

    def q_pairs(self, v: FloatArray) -> FloatArray:
        """Return the value of each legal pair if the next states are worth `v`."""
        return self.reward + self.per_pair(self.weight * v[self.next_state])

    def best(self, q_pairs: FloatArray) -> FloatArray:
        """Return the value of each state if its best pair is taken; 0 for terminal states."""
        v = np.zeros(self.states)
        v[self.acting] = np.maximum.reduceat(q_pairs, self.first_pair)
        return v

    def terms(self, v: FloatArray) -> FloatArray:
        """Return the size of the terms that make each legal pair's value: the measure of its rounding errors."""
        world = self.world
        return self.per_pair(world.probability * np.abs(world.reward) + self.weight * np.abs(v[self.next_state]))

    def cancelled(self, q_pairs: FloatArray, v: FloatArray) -> BoolArray:
        """Return which pairs have a value that is 0 but for rounding: the terms that make it are far larger.

        A value is none of them that is small because its terms are, such as a reward that is far off.
        """
        found: BoolArray = (q_pairs != 0.0) & (np.abs(q_pairs) <= TIE * self.terms(v))
        return found

    def greedy(self, v: FloatArray) -> IntArray:
        """Return a best legal pair of each acting state."""
        q_pairs = self.q_pairs(v)
        is_best = np.flatnonzero(q_pairs == self.best(q_pairs)[self.state])
        return is_best[np.unique(self.state[is_best], return_index=True)[1]]

    def value_of(self, policy: FloatArray) -> FloatArray:
        """Return the exact value of each state under a policy, which is the probability of each legal pair."""
        weight = self.weight * np.repeat(policy, self.lengths)
        place = np.repeat(self.state, self.lengths) * self.states + self.next_state
        steps = np.bincount(place, weights=weight, minlength=self.states**2).reshape(self.states, self.states)
        reward = np.bincount(self.state, weights=policy * self.reward, minlength=self.states)
        return np.linalg.solve(np.eye(self.states) - steps, reward).astype(np.float64)

    def quick_value_of(self, taken: IntArray) -> FloatArray | None:
        """Return the exact value of the policy that takes these pairs, or None if that takes long or does not exist."""
        if (self.lengths[taken] == 1).all():
            return self._value_along_paths(taken)
        if self.states > QUICK_LINEAR_STATES:
            return None
        policy = np.zeros(len(self.state))
        policy[taken] = 1.0
        if self.discount == 1.0:
            allowed = np.zeros(self.world.legal.shape, dtype=np.bool_)
            allowed[self.world.legal] = policy > 0.0
            if not ways_out(self.world, allowed).can_end.all():
                return None
        return self.value_of(policy)

    def _value_along_paths(self, taken: IntArray) -> FloatArray | None:
        """Evaluate a policy without chance: each turn doubles how far ahead every state has looked."""
        outcome = self.first[taken]
        following = np.arange(self.states)
        following[self.acting] = self.next_state[outcome]
        weight, v = np.zeros(self.states), np.zeros(self.states)
        weight[self.acting] = self.weight[outcome]
        v[self.acting] = self.world.reward[outcome]
        for _ in range(64):
            if not weight.any():
                return v
            v = v + weight * v[following]
            weight = weight * weight[following]
            following = following[following]
        return None


def settle(world: TabularMDP, discount: float) -> tuple[Model, FloatArray]:
    """Return the model of a world and its optimal values, by value iteration (Sutton & Barto, 2nd ed., section 4.4).

    Sweeps that crawl are helped by the exact value of the policy that they have found so far, where that cannot lead
    astray. Raises `InputError` if the values do not settle.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        model = Model(world, discount)
        v = _settled(model)
    if not np.isfinite(v).all():
        raise InputError("the rewards are too large: values grow beyond what a number can hold")
    return model, v


def _settled(model: Model) -> FloatArray:
    unique = _has_one_solution(model)
    v = _first_values(model) if unique else np.zeros(model.states)
    watch = _Watch(model, v)
    quiet = 0
    for sweep in range(1, MAX_SWEEPS + 1):
        before, v = v, model.best(model.q_pairs(v))
        change = np.abs(v - before)
        if not change.max() > watch.tolerance(v):  # also where the values have become infinite
            quiet += 1
            if quiet > model.states or not (change > 1e-13 * np.abs(v)).any():
                return v
        if sweep % ROUND == 0:
            v = _leap(model, v, unique)
            if not unique:
                watch.expect_progress(v, sweep)
    raise InputError(f"the values have not settled after {MAX_SWEEPS} sweeps; choose a smaller discount")


def _has_one_solution(model: Model) -> bool:
    """Whether Bellman's equation has one solution only, so that sweeps find it from any start.

    With discount 1 that holds if each step of an endless walk costs (Bertsekas & Tsitsiklis, An Analysis of Stochastic
    Shortest Path Problems, 1991). Else the sweeps must start from zero to find the right one.
    """
    endless = model.per_pair(model.world.terminated.astype(np.float64)) == 0.0
    return model.discount < 1.0 or bool((model.reward[endless] < 0.0).all())


def _first_values(model: Model) -> FloatArray:
    """Return the value of walking towards an end, which starts the sweeps near where they go, or else zero."""
    certain = bool((model.lengths == 1).all())
    if not certain and model.states > QUICK_LINEAR_STATES:
        return _roughly_settled(model)
    action = ways_out(model.world).action[model.acting]
    number = np.cumsum(model.world.legal).reshape(model.world.legal.shape) - 1
    taken = np.where(action < 0, model.first_pair, number[model.acting, action])
    values = model.quick_value_of(taken)
    return np.zeros(model.states) if values is None else values


def _roughly_settled(model: Model) -> FloatArray:
    """Return values that few sweeps over all pairs will settle: modified policy iteration (Puterman & Shin, 1978).

    Most sweeps only go over the pairs of the policy that is greedy now, which are few. With discount 1 such a policy
    may never end, so that there zero is returned.
    """
    v = np.zeros(model.states)
    if model.discount == 1.0:
        return v
    for _ in range(MAX_SWEEPS // EVALUATION_SWEEPS):
        taken = model.greedy(v)
        first, lengths = model.first[taken], model.lengths[taken]
        outcomes, begins = spans(first, first + lengths), np.cumsum(lengths) - lengths
        weight, following = model.weight[outcomes], model.next_state[outcomes]
        before = v.copy()
        for _ in range(EVALUATION_SWEEPS):
            v[model.acting] = model.reward[taken] + np.add.reduceat(weight * v[following], begins)
        if not np.abs(v - before).max() > 64 * ULP * np.abs(v).max():
            break
    return v


def _leap(model: Model, v: FloatArray, unique: bool) -> FloatArray:
    """Return the exact value of the greedy policy, where from there the sweeps find the same values, only sooner.

    Where there are several solutions, this is so if no reward is negative: then all values rise from zero to the
    right one, and no policy is worth more than that.
    """
    if not unique and (model.reward < 0.0).any():
        return v
    values = model.quick_value_of(model.greedy(v))
    if values is None:
        return v
    return values if unique else np.maximum(v, values)


class _Watch:
    """Sees whether sweeps from zero get anywhere, which with discount 1 is not certain."""

    def __init__(self, model: Model, v: FloatArray) -> None:
        self._model = model
        self._last = v
        self._last_rise = np.inf

    def tolerance(self, v: FloatArray) -> float:
        """Return the change of a sweep that is too small to matter."""
        return max(1e-12 * (1.0 - self._model.discount), 8 * ULP) * float(np.abs(v).max())

    def expect_progress(self, v: FloatArray, sweep: int) -> None:
        """Raise `InputError` if the values rise as fast as a round ago, or go round in circles."""
        rise, change = float((v - self._last).max()), float(np.abs(v - self._last).max())
        if sweep > max(10_000, 4 * self._model.states):
            steady = rise > self.tolerance(v) and rise >= 0.999 * self._last_rise
            if steady or change <= self.tolerance(v):
                raise InputError(
                    "with discount 1 the values do not settle, because an endless loop pays; choose a discount below 1"
                )
        self._last, self._last_rise = v, rise
