"""The whole state of a part of a run: named arrays and named plain values, and one digest over both."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class State(NamedTuple):
    """What has to be kept so that a part of a run can go on as if it had never stopped."""

    arrays: dict[str, Array]
    values: dict[str, Any]
    """Plain values that JSON carries without loss."""

    def under(self, prefix: str) -> "State":
        """Take the part whose names begin with `prefix` and a dot, without that beginning."""
        return State(*({_rest(k, prefix): v for k, v in part.items() if k.startswith(f"{prefix}.")} for part in self))

    @classmethod
    def joined(cls, parts: Mapping[str, "State"]) -> "State":
        """Put the parts together, each name preceded by that of its part and a dot."""
        return cls(
            {f"{name}.{key}": array for name, part in parts.items() for key, array in part.arrays.items()},
            {f"{name}.{key}": value for name, part in parts.items() for key, value in part.values.items()},
        )

    def digest(self) -> str:
        """Return the SHA-256 over names, dtypes, shapes and bytes of all arrays and over all values, in hex.

        It does not depend on the order in which names were added.
        """
        total = hashlib.sha256()
        for name in sorted(self.arrays):
            array = np.ascontiguousarray(self.arrays[name])
            total.update(f"{name}:{array.dtype.str}:{array.shape}:".encode())
            total.update(array.data if array.size else b"")
        total.update(canonical_json(self.values).encode())
        return total.hexdigest()


def canonical_json(values: Any) -> str:
    """Write plain values in the one form that is hashed: sorted keys, no spaces, no NaN."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), allow_nan=False)


def load_array(target: Array, source: Array | None, name: str) -> None:
    """Copy `source` into `target`; raises `ValueError` unless dtype and shape are equal and every number is finite."""
    if source is None:
        raise ValueError(f"the array {name!r} is missing")
    if source.dtype != target.dtype or source.shape != target.shape:
        raise ValueError(
            f"the array {name!r} is {source.dtype}{list(source.shape)}, not {target.dtype}{list(target.shape)}"
        )
    if source.dtype.kind == "f" and not np.isfinite(source).all():
        raise ValueError(f"the array {name!r} holds a number that is not finite")
    target[...] = source


def generator_state(generator: np.random.Generator) -> dict[str, Any]:
    """Return the state of a generator as plain values."""
    return dict(generator.bit_generator.state)


def _rest(name: str, prefix: str) -> str:
    return name[len(prefix) + 1 :]
