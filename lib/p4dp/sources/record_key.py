"""Keys of records, made where their rows are made: the engine's own `xxhash64`, which other stages use on the same values.

Spark's function hashes its arguments one after the other, each seeded with the hash before it, the first with 42; a null is passed
over, a bigint is its eight bytes, the lowest first.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import xxhash

_SEED = 42


def chained(*texts: str, seed: int = _SEED) -> int:
    """The hash of texts; a seed for what follows them."""
    for text in texts:
        seed = xxhash.xxh64_intdigest(text.encode(), seed)
    return seed


def _followed(seed: int, number: int) -> int:
    return xxhash.xxh64_intdigest(number.to_bytes(8, "little", signed=True), seed)


def _signed(hashes: list[int]) -> pa.Array:
    return pa.array(np.array(hashes, np.uint64).view(np.int64))


def of_records(practice_key: str, kind: str, ids: pa.Array, place: Callable[[int], tuple[str, str, int]] | None = None) -> pa.Array:
    """record_key of records by their numbers.

    Args:
        place: delivery, file and row of the n-th record: the identity of one whose number is null.
    """
    start, digest = chained(practice_key, kind), xxhash.xxh64_intdigest
    hashes = [start if number is None else digest(number, start) for number in ids.cast(pa.binary()).to_pylist()]
    if ids.null_count and place is not None:
        for n in np.flatnonzero(ids.is_null().to_numpy(zero_copy_only=False)).tolist():
            delivery, file, row = place(n)
            hashes[n] = _followed(chained(delivery, file, seed=start), row)
    return _signed(hashes)


def of_inner(record_keys: pa.Array, kind: str, inside: pa.Array) -> pa.Array:
    """Keys of the records of a kind that others hold, by the holder's key and their own number or place."""
    name, digest = kind.encode(), xxhash.xxh64_intdigest
    pairs = zip(record_keys.to_pylist(), inside.cast(pa.binary()).to_pylist(), strict=True)
    return _signed([digest(own, digest(name, _followed(_SEED, holder))) for holder, own in pairs])
