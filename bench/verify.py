"""Proofs that take long: several seeds and dialects, kill -9 at random moments, a night restored and done again.

`python bench/verify.py [--seeds 3] [--kills 20] [--moments 7] [--more]` writes bench/results/verify.json after each half (0 leaves one out): per seed what `evaluate quality` says, and `evaluate snds` for
each dialect of extracts; for kills and for the restored night, how many tables of silver differ from the undisturbed run. `--more` adds kills, at moments of another seed, to those of the file.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
P4DP = str(Path(sys.executable).parent / "p4dp")


def call(home: Path, *arguments: str) -> dict[str, Any]:
    done = subprocess.run([P4DP, *arguments, "--home", str(home), "--config", str(ROOT / "conf/test.yaml"), "--json"], capture_output=True, text=True,
                          cwd=ROOT, check=False)  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{arguments} ended with {done.returncode}: {done.stderr.splitlines()[-1:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def country(home: Path, seed: int) -> None:
    call(home, "simulate", "--patients", "120", "--practices", "4", "--years", "1", "--nights", "2", "--seed", str(seed))


def claims(home: Path, seed: int) -> dict[str, Any]:
    """Missed, extra and wrong events of one country, for each dialect of its extract."""
    found = {}
    for dialect in ("portal", "iso", "sas"):
        call(home, "simulate", "--patients", "90", "--practices", "3", "--years", "1", "--nights", "1", "--seed", str(seed), "--snds-ratio", "2",
             "--set", f"simulate.snds_dialect={dialect}")  # fmt: skip
        shutil.rmtree(home / "warehouse", ignore_errors=True)
        call(home, "load-snds", "--extract", str(home / "snds-extracts" / dialect))
        result = call(home, "evaluate", "snds")
        found[dialect] = {k: result[k] for k in ("planted", "caught", "missed", "extra", "wrong", "people_mixed")}
    return found


def tables_of(home: Path) -> Any:
    """The tables of a home, written without a lease: nothing else runs there."""
    from p4dp.config import load
    from p4dp.pipeline.context import Context
    from p4dp.storage.session import start

    config = load(ROOT / "conf/test.yaml", str(home))
    return Context.of(config, start(config, "verify")).tables


def restored(calm: Path, again: Path) -> int:
    """A night is done, every table is taken back by RESTORE, and the night is done again; tables of silver that differ from `calm`."""
    from p4dp.contracts import TABLES

    call(again, "nightly", "--date", "2026-01-05")
    tables = tables_of(again)
    before = {name: tables.version(name) for name in TABLES if tables.exists(name)}
    call(again, "nightly")
    tables = tables_of(again)
    for name in TABLES:
        if tables.exists(name) and tables.version(name) != before.get(name, 0):
            tables.restore(name, before.get(name, 0))
    call(again, "nightly")
    one, other = silver(calm), silver(again)
    return sum(one[name] != other[name] for name in one)


def silver(home: Path) -> dict[str, list[str]]:
    """Every silver table, provenance aside, in order."""
    from p4dp.contracts import layer
    from p4dp.contracts.core import PROVENANCE

    tables = tables_of(home)
    return {t.name: sorted(repr(tuple(r)) for r in tables.read(f"silver.{t.name}").select(*[c for c in t.names if c not in PROVENANCE]).collect())
            for t in layer("silver")}  # fmt: skip


def killed(home: Path, rng: random.Random, kills: int, span: float) -> int:
    """Runs nightly until it ends by itself, killing it at random moments; returns the kills that hit."""
    hit = 0
    while True:
        process = subprocess.Popen([P4DP, "nightly", "--home", str(home), "--config", str(ROOT / "conf/test.yaml")], cwd=ROOT, start_new_session=True,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            process.wait(rng.uniform(10, span) if hit < kills else None)
            if process.returncode:
                raise SystemExit(f"nightly ended with {process.returncode} after {hit} kills")
            return hit
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            hit += 1


def seeds(work: Path, count: int) -> dict[str, Any]:
    """Countries of several seeds: planted defects against what was caught, and events of the claims against the truth."""
    found: dict[str, Any] = {}
    for seed in range(1, count + 1):
        home = work / f"seed{seed}"
        country(home, seed)
        call(home, "nightly", "--date", "2026-01-05")
        call(home, "nightly")
        quality = call(home, "evaluate", "quality")
        found[str(seed)] = {k: quality[k] for k in ("planted", "caught", "missed", "extra", "wrong")}
        found[str(seed)]["snds"] = claims(work / f"claims{seed}", seed)
        print(seed, found[str(seed)], flush=True)
    return {"seeds": found}


def kills(work: Path, wanted: int, moments: int) -> dict[str, Any]:
    """Nights that were killed and one that was restored, against an undisturbed one: tables of silver that differ."""
    calm, fresh, again = work / "calm", work / "fresh", work / "again"
    country(calm, 7)
    for home in (fresh, again):
        shutil.copytree(calm, home)
        (home / "vault").mkdir()
    span = time.monotonic()
    call(calm, "nightly")
    span = time.monotonic() - span
    for home in (fresh, again):
        shutil.copy(calm / "vault" / "secret", home / "vault" / "secret")
    one, rng, tried, hit, differences = silver(calm), random.Random(moments), 0, 0, 0
    while hit < wanted:  # a country that is done before it was killed often enough is followed by another
        tried += 1
        rough = work / f"rough{tried}"
        shutil.copytree(fresh, rough)
        # a run that resumes takes longer: after a few hits one is left to end, so that every stage gets its share
        hit += killed(rough, rng, min(4, wanted - hit), span)
        other = silver(rough)
        differences += sum(one[name] != other[name] for name in one)
    print("kills", hit, "tables that differ", differences, flush=True)
    after = restored(calm, again)
    print("restored night, tables that differ", after, flush=True)
    return {"kills": hit, "differences": differences, "restore_differences": after}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seeds", type=int, default=3)
    arguments.add_argument("--kills", type=int, default=20)
    arguments.add_argument("--moments", type=int, default=7, help="seed of the moments at which runs are killed")
    arguments.add_argument("--more", action="store_true", help="add kills to those that the file tells of")
    given = arguments.parse_args()
    work, file = Path(tempfile.mkdtemp()), ROOT / "bench/results/verify.json"
    result: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {"name": "verify", "seconds": {}}
    halves = {"seeds": lambda: seeds(work, given.seeds), "kills": lambda: kills(work, given.kills, given.moments)}
    for name, half in halves.items():
        if not getattr(given, name):  # a half that is not run keeps what it showed
            continue
        begin, told = time.monotonic(), half()
        told["seconds"] = result["seconds"] | {name: round(time.monotonic() - begin)}
        if given.more and name == "kills":
            summed = ("kills", "differences", "restore_differences")
            told |= {k: told[k] + result.get(k, 0) for k in summed}
            told["seconds"]["kills"] += result["seconds"].get("kills", 0)
        result |= told
        file.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
