"""Rows of an outbox part → rows of the table that they go to, so that landing writes none again.

The worker that opened the deliveries adds what a row of bronze or of restricted.free_text has beyond its record: the record's key and what
all rows of a batch share. Keys are those that later stages make with Spark's `xxhash64`: its arguments are hashed one after the other, each
seeded with the hash before it, the first with 42; a null is passed over, a bigint is its eight bytes, the lowest first.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from p4dp.artefacts.arrow import schema_of

#: Parts that are no record of bronze, and the table that they go to.
ELSEWHERE = {"free_text": "restricted.free_text"}
#: Parts that are no table's rows: conform's.
KEPT = ("unsure", "loose")
_SEED, _BETWEEN = 42, "\x1f"
_digest = xxhash.xxh64_intdigest


def _number(hashed: int, seed: int) -> int:
    return _digest(hashed.to_bytes(8, "little"), seed)


def _seeds(*texts: pa.Array) -> list[int]:
    """The hash of texts that stand beside each other, row by row; few of them are different."""
    coded = pc.binary_join_element_wise(*texts, _BETWEEN).dictionary_encode()
    made = []
    for joined in coded.dictionary.to_pylist():
        seed = _SEED
        for text in joined.split(_BETWEEN):
            seed = _digest(text.encode(), seed)
        made.append(seed)
    return np.array(made, object)[coded.indices.to_numpy()].tolist()


def _bytes(values: pa.Array) -> list[bytes | None]:
    return values.cast(pa.binary()).to_pylist()


def _signed(hashes: list[int]) -> pa.Array:
    return pa.array(np.array(hashes, np.uint64).view(np.int64))


def record_keys(rows: pa.Table, kind: str) -> pa.Array:
    """A record's identity over deliveries: practice, kind and its number; where that is unreadable, its place in the delivery."""
    names = ("practice_key", "record_id", "delivery_id", "source_file", "source_row")
    practices, ids, deliveries, files, places = (rows[n].combine_chunks() for n in names)
    seeds = _seeds(practices, pa.repeat(kind, rows.num_rows))
    hashes = [seed if own is None else _digest(own, seed) for seed, own in zip(seeds, _bytes(ids), strict=True)]
    for n in np.flatnonzero(ids.is_null().to_numpy(zero_copy_only=False)).tolist() if ids.null_count else ():
        seed = _digest(files[n].as_py().encode(), _digest(deliveries[n].as_py().encode(), seeds[n]))
        hashes[n] = _number(places[n].as_py(), seed)
    return _signed(hashes)


def words_keys(rows: pa.Table) -> pa.Array:
    """The key of the record that words belong to; a record inside another has the key that conform gives it."""
    names = ("practice_key", "holder_kind", "holder_id", "kind", "inside")
    practices, holder_kinds, holders, kinds, insides = (rows[n].combine_chunks() for n in names)
    hashes = []
    seeds, coded = _seeds(practices, holder_kinds), kinds.dictionary_encode()
    inner = [k.encode() for k in coded.dictionary.to_pylist()]
    for seed, own, kind, inside in zip(seeds, _bytes(holders), coded.indices.to_pylist(), _bytes(insides), strict=True):
        key = seed if own is None else _digest(own, seed)
        hashes.append(key if inside is None else _digest(inside, _digest(inner[kind], _number(key, _SEED))))
    return _signed(hashes)


@dataclass(frozen=True)
class Landing:
    """What all rows of a batch share."""

    batch_id: int
    landed_at: dt.datetime

    def rows(self, part: str, found: pa.Table) -> pa.Table:
        """Rows of a part in the columns of their table; those of parts that stay in the vault as they are."""
        if part.startswith("vault.") or part in KEPT:
            return found
        keys = words_keys(found) if part in ELSEWHERE else record_keys(found, part)
        added = {
            "record_key": keys,
            "batch_id": pa.repeat(pa.scalar(self.batch_id, pa.int64()), found.num_rows),
            "landed_at": pa.repeat(pa.scalar(self.landed_at, pa.timestamp("us", "UTC")), found.num_rows),
        }
        schema = schema_of(ELSEWHERE.get(part, f"bronze.{part}"))
        return pa.table([added[n] if n in added else found[n] for n in schema.names], schema=schema)
