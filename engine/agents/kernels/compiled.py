"""How the loops of this folder are compiled, and the types that they share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit

Generator = np.random.Generator
Record = npt.NDArray[np.void]
Limits = tuple[int, int, int]
"""How far a loop goes: steps, finished episodes, and the action that a person chose for the first step, or -1."""

F = TypeVar("F", bound=Callable[..., Any])


def _source_stamp() -> tuple[tuple[str, int, int], ...]:
    files = sorted(Path(__file__).parent.glob("*.py"))
    return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)


_STAMP = _source_stamp()


def compiled(function: F, fast: frozenset[str] = frozenset()) -> F:
    """Compile a function at its first call, keep the result on disk, and hold no lock while it runs.

    `fast` names the liberties that its arithmetic may take, as LLVM calls them; none but for who asks for it.

    Nothing is allocated in this folder, so numba need not count references to the arrays, which would take four fifths
    of the time. The option for that, `_nrt`, is not public; the compiler itself refuses whatever would allocate.

    Each function is compiled into the one that calls it (`forceinline`): a world and its tables are some hundred
    numbers, and to hand them over at every call takes longer than the step for which they are handed over.

    numba's cache on disk notices changes only in the file of the outer function, yet the functions of the other files
    are compiled into it: so what it compares is made the stamp of the whole folder. The cache lies beside the sources,
    or in the user's own where these cannot be written to; where neither can, each process compiles for itself.
    """
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False, "forceinline": True}
    options["fastmath"] = set(fast)
    try:
        dispatcher = njit(cache=True, **options)(function)
    except RuntimeError:
        return cast(F, njit(**options)(function))
    dispatcher._cache._cache_file._source_stamp = _STAMP
    return cast(F, dispatcher)


def fused(function: F) -> F:
    """Compile a function as `compiled` does; a product that is added is rounded once with its sum, as BLAS does it."""
    return compiled(function, frozenset({"contract"}))
