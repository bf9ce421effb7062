"""The generators of many runs in one compiled loop, by their addresses.

To hand a generator over to a compiled loop takes some 17 µs, so that thirty-two of them would take longer than the step
for which they are handed over. So a loop gets the addresses that numpy publishes (`BitGenerator.ctypes`), and makes of
them what numba makes of a generator that is handed over.
"""

import ctypes
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, register_jitable
from numba.np.random.random_methods import buffered_bounded_lemire_uint32

from engine.agents.kernels.compiled import Generator, compiled
from engine.worlds.mdp import IntArray

FUNCTIONS = ("next_uint64", "next_uint32", "next_double")


class Streams(NamedTuple):
    """Where the generators lie, all of one kind, in the order in which they were given; they have to outlive this."""

    states: IntArray
    """The address of the state of each."""
    functions: IntArray
    """The addresses of the functions that draw from it, in the order of `FUNCTIONS`."""

    @classmethod
    def of(cls, generators: Sequence[Generator]) -> "Streams":
        """Take the addresses of generators."""
        interfaces: list[Any] = [generator.bit_generator.ctypes for generator in generators]
        drawing = [getattr(interfaces[0], name) for name in FUNCTIONS]
        return cls(
            np.array([one.state_address for one in interfaces], np.int64),
            np.array([ctypes.cast(function, ctypes.c_void_p).value for function in drawing], np.int64),
        )


def _generator_at(typing: Any, state: Any, wide: Any, narrow: Any, real: Any) -> Any:
    """Return the generator whose state and functions lie at these addresses, to be used in the same function only."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        bits = cgutils.create_struct_proxy(types.npy_bitgen)(context, builder)  # type: ignore[no-untyped-call]
        bits.state_address = bits.state = arguments[0]
        bits.fnptr_next_uint64, bits.fnptr_next_uint32, bits.fnptr_next_double = arguments[1:]
        generator = cgutils.create_struct_proxy(types.npy_rng)(context, builder)  # type: ignore[no-untyped-call]
        generator.bit_generator = bits._getvalue()
        return generator._getvalue()

    return types.npy_rng(*(types.uintp,) * 4), build


generator_at: Any = intrinsic(_generator_at)


@register_jitable(inline="always")
def stream(streams: Streams, number: int) -> Generator:
    """Return one of the generators. It is written into its caller, since a compiled function cannot return one."""
    wide, narrow, real = streams.functions[0], streams.functions[1], streams.functions[2]
    generator: Generator = generator_at(streams.states[number], wide, narrow, real)
    return generator


@compiled
def whole_number(generator: Generator, below: int) -> int:
    """Draw uniformly from 0..below-1, below 2**32, as `Generator.integers` does for each number of an array."""
    if below == 1:
        return 0
    drawn = buffered_bounded_lemire_uint32(generator.bit_generator, np.uint32(below - 1))  # type: ignore[no-untyped-call]
    return int(np.int64(drawn))
