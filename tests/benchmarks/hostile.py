"""A corpus of files that are no saves, or that lie: each is to be refused in one line."""

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from engine import savefile, saves
from engine.timeline import Timeline

Arrays = dict[str, np.ndarray[Any, Any]]
About = dict[str, Any]


def hostile_files(folder: Path, tabular: Timeline, network: Timeline) -> int:
    """Write the corpus into a folder and return how many files it has."""
    for kind, timeline in (("tabular", tabular), ("network", network)):
        good = saves.save(timeline, folder, "good").path
        data = good.read_bytes()
        for name in (*folder.glob("good*"), *folder.glob(".good*")):
            name.unlink(missing_ok=True)
        for name, damage in DAMAGES.items():
            (folder / f"{kind}-{name}{saves.SUFFIX}").write_bytes(damage(data))
        for name, lie in LIES.items():
            (folder / f"{kind}-{name}{saves.SUFFIX}").write_bytes(told(data, lie))
        for name, lie in SEALED.items():
            (folder / f"{kind}-sealed-{name}{saves.SUFFIX}").write_bytes(told(data, lie, sealed=True))
    for name, content in STRANGERS.items():
        (folder / f"stranger-{name}{saves.SUFFIX}").write_bytes(content())
    return len(list(folder.glob(f"*{saves.SUFFIX}")))


def parts(data: bytes) -> tuple[Arrays, About]:
    """Take a save apart."""
    length = int.from_bytes(data[:8], "little")
    return safetensors.numpy.load(data), json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["qscope"])


def told(data: bytes, lie: Callable[[Arrays, About], object], *, sealed: bool = False) -> bytes:
    """Put a save together again after a lie was told in it, with a checksum that fits.

    A liar who knows the program says the digest anew, too: `sealed`.
    """
    arrays, about = parts(data)
    arrays = {name: array.copy() for name, array in arrays.items()}
    lie(arrays, about)
    if sealed:
        about["digest"] = savefile.digest_of(about, arrays)
    return savefile.sealed(about, arrays)


def with_header(data: bytes, change: Callable[[str], str]) -> bytes:
    """Rewrite the text of the header, with its length."""
    length = int.from_bytes(data[:8], "little")
    header = change(data[8 : 8 + length].decode()).encode()
    return len(header).to_bytes(8, "little") + header + data[8 + length :]


def flipped(data: bytes, share: float) -> bytes:
    """Flip one bit at a share of the file's length."""
    at = int(len(data) * share)
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


def first_array(values: dict[str, Any]) -> Callable[[str], str]:
    """Change what the header says of the first array."""

    def change(header: str) -> str:
        entries = json.loads(header)
        name = next(key for key in entries if key != "__metadata__")
        entries[name] |= values
        return json.dumps(entries)

    return change


def overflowing(key: str, value: object) -> Callable[[Arrays, About], object]:
    """Claim that a number of the run is one that cannot be."""
    return lambda arrays, about: about["values"]["interaction.progress"].update({key: value})


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "seven-bytes": lambda data: data[:7],
    "cut-in-the-header": lambda data: data[:300],
    "cut-in-the-middle": lambda data: data[: len(data) // 2],
    "cut-at-the-last-byte": lambda data: data[:-1],
    "bytes-too-many": lambda data: data + b"more",
    "flip-in-the-header": lambda data: flipped(data, 0.02),
    "flip-in-the-arrays": lambda data: flipped(data, 0.9),
    "flip-at-the-end": lambda data: flipped(data, 0.9999),
    "zeros": lambda data: bytes(len(data)),
    "huge-header": lambda data: (2**62).to_bytes(8, "little") + data[8:],
    "long-header": lambda data: (len(data) * 3).to_bytes(8, "little") + data[8:],
    "overflow-shape": lambda data: with_header(data, first_array({"shape": [0, 2**60]})),
    "lying-shape": lambda data: with_header(data, first_array({"shape": [10**9]})),
    "lying-dtype": lambda data: with_header(data, first_array({"dtype": "F64X"})),
    "lying-offsets": lambda data: with_header(data, first_array({"data_offsets": [0, 2**61]})),
    "doubled-key": lambda data: with_header(data, lambda h: h[:-1].rstrip() + ',"agent.q":' + "{}" + "}"),
    "no-metadata": lambda data: with_header(data, lambda h: h.replace('"qscope"', '"other"', 1)),
    "deep-json": lambda data: with_header(data, lambda h: "[" * 100_000 + "]" * 100_000),
}

LIES: dict[str, Callable[[Arrays, About], object]] = {
    "nan": lambda arrays, about: next(a for a in arrays.values() if a.dtype.kind == "f" and a.size).fill(np.nan),
    "infinite": lambda arrays, about: next(a for a in arrays.values() if a.dtype.kind == "f" and a.size).fill(np.inf),
    "wrong-digest": lambda arrays, about: about.update(digest="0" * 64),
    "other-format": lambda arrays, about: about.update(format=10**6),
    "format-of-a-text": lambda arrays, about: about.update(format="1"),
    "path-outside": lambda arrays, about: arrays.update({"interaction.path": np.full(1024, 10**9)}),
    "state-outside": overflowing("state", 2**40),
    "negative-state": overflowing("state", -1),
    "step-beyond": overflowing("step", 2**80),
    "text-for-a-number": overflowing("length", "x"),
    "huge-network": lambda arrays, about: about["settings"].update(hidden="1024,1024,1024,1024"),
    "huge-replay": lambda arrays, about: about["settings"].update(replay_capacity="1000000"),
    "huge-world": lambda arrays, about: about["world"].update(
        definition={
            "discount": 0.9,
            "map": "\n".join(["S" * 990 + "CCCCCCCCCC"] * 990),
            "cells": {"C": {"to_start": True}},
        }
    ),
    "world-of-the-disk": lambda arrays, about: about["world"].update(definition={"map": "/etc/passwd"}),
    "unknown-agent": lambda arrays, about: about.update(agent="os.system"),
    "episodes-beyond": lambda arrays, about: about["values"].update({"statistics.episodes": 2**40}),
    "no-generator": lambda arrays, about: about["values"].pop("agent.generator"),
    "log-of-nothing": lambda arrays, about: about.update(log=[{"kind": "import", "step": 0}]),
    "log-of-an-edit": lambda arrays, about: about.update(
        log=[{"kind": "edit", "step": 0, "row": 10**9, "column": 0, "cell": {}}]
    ),
    "branch-of-nothing": lambda arrays, about: about["timeline"].update(branch="../../etc"),
    "branches-of-a-text": lambda arrays, about: about["timeline"].update(branches="none"),
    "deep-settings": lambda arrays, about: about["settings"].update(epsilon="1->" * 50_000),
    "array-too-many": lambda arrays, about: arrays.update({"extra": np.zeros(4)}),
    "array-too-few": lambda arrays, about: arrays.pop(next(iter(arrays))),
    "visits-below-none": lambda arrays, about: next(
        array for name, array in arrays.items() if name.startswith("agent.visits")
    ).fill(-1),
    "swapped-dtype": lambda arrays, about: arrays.update({"interaction.path": np.zeros(1024, np.float64)}),
}


UNSEALED = {"wrong-digest", "other-format", "format-of-a-text", "huge-replay"}
"""What a new digest would make a true tale."""

SEALED = {name: lie for name, lie in LIES.items() if name not in UNSEALED}
"""Those whose teller says the digest anew."""


class Malicious:
    """What a pickle would run if anybody loaded it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (open, ("/tmp/qscope-was-here", "w"))


def _zip(name: str, size: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(size))
    return buffer.getvalue()


def _npz() -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, a=np.zeros(2**22))
    return buffer.getvalue()


def _others(arrays: Arrays, metadata: dict[str, str] | None = None) -> bytes:
    return safetensors.numpy.save(arrays, metadata)


STRANGERS: dict[str, Callable[[], bytes]] = {
    "pickle": lambda: pickle.dumps(Malicious()),
    "old-pickle": lambda: pickle.dumps(Malicious(), protocol=0),
    "zip-bomb": lambda: _zip("data.pkl", 2**26),
    "npz-bomb": _npz,
    "somebody-elses": lambda: _others({"weight": np.zeros((3, 3), np.float32)}, {"format": "pt"}),
    "nothing-inside": lambda: _others({}),
    "metadata-of-a-number": lambda: _others({}, {"qscope": "1"}),
    "metadata-of-a-list": lambda: _others({}, {"qscope": "[]"}),
    "metadata-without-end": lambda: _others({}, {"qscope": "[" * 200_000}),
    "90-mb-of-metadata": lambda: _others({}, {"qscope": " " * 90_000_000}),
    "text": lambda: b"title = 'a world, not a save'\n" * 20,
    "random": lambda: np.random.default_rng(0).bytes(5000),
    "header-of-zero": lambda: struct.pack("<Q", 0),
    "elf": lambda: b"\x7fELF" + bytes(2000),
}
