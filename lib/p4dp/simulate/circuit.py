"""The trusted circuit and CNAM, played: a request's subjects are found by NIR, birth date and sex, and their extract comes back under subject numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

_PSEUDONYMS = ("NUM_ENQ", "BEN_NIR_PSA", "NIR_ANO_17")
_OWN = ("NUM_ANO", "BEN_NIR_ANO")
_RANKS = ("BEN_RNG_GEM", "RNG_NAI")
#: What ties the other files of a table family to the one that names the person.
_TIES = ("DCT_ORD_NUM", "RSA_NUM", "SEQ_NUM", "DCD_IDT_ENC")


def _lines(folder: Path) -> list[Any]:
    return [json.loads(line) for file in sorted(folder.glob("*.txt")) for line in file.read_text("utf-8").splitlines()]


def _read(path: Path) -> tuple[pd.DataFrame, str, str]:
    raw = path.read_bytes()
    encoding = "utf-8" if raw.decode("utf-8", "ignore").encode() == raw else "iso-8859-1"
    delimiter = max(";,", key=raw.split(b"\n", 1)[0].decode(encoding).count)
    return pd.read_csv(path, sep=delimiter, dtype=str, keep_default_na=False, encoding=encoding), delimiter, encoding


def play(home: Path, request: Path, extract: Path, out: Path) -> dict[str, int]:
    """Writes the part of an extract that belongs to a request's subjects, under their numbers; returns counts."""
    asked = pd.read_csv(request, sep=";", dtype=str)
    numbers = {(nir, birth, sex): number for number, nir, birth, sex in _lines(home / "truth" / "claims-identity")}
    subject_of: dict[int, str] = {}
    for row in asked.itertuples():
        number = numbers.get((str(row.NIR_BENEFICIAIRE), str(row.DATE_NAISSANCE), str(row.SEXE)))
        if number is not None:
            subject_of[number] = str(row.NUM_SUJET)
    people = {(psa, str(rank)): subject_of[n] for n, psa, rank in _lines(home / "truth" / "claims-person") if n in subject_of}
    files = sorted(p for p in extract.rglob("*.csv"))
    kept: dict[str, set[str]] = {t: set() for t in _TIES}
    owns: dict[str, str] = {}
    written = 0
    # people first, since certificates name them by their own number only
    named = sorted(files, key=lambda p: (not p.name.startswith("IR_BEN_R"), p.name))
    for round_ in ("named", "tied"):
        for path in named:
            frame, delimiter, encoding = _read(path)
            psa = next((c for c in _PSEUDONYMS if c in frame), None)
            own = next((c for c in (*_OWN, "BEN_IDT_ANO") if c in frame), None)
            if (psa is not None or own is not None) != (round_ == "named"):
                continue
            if psa is not None:
                rank = next((c for c in _RANKS if c in frame), None)
                keys = zip(frame[psa], frame[rank] if rank else ["1"] * len(frame), strict=True)
                subject = pd.Series([people.get(k) for k in keys], index=frame.index)
                if path.name.startswith("IR_BEN_R"):
                    for column in (*_OWN, "BEN_IDT_ANO"):
                        if column in frame:
                            owns |= {o: s for o, s in zip(frame[column], subject, strict=True) if o and s}
            elif own is not None:
                subject = frame[own].map(owns.get)
            else:
                tie = next((t for t in _TIES if t in frame), None)
                subject = (
                    frame[tie].isin(kept[tie]).map({True: "tied", False: None}) if tie else pd.Series("whole", index=frame.index)
                )
            frame, subject = frame[subject.notna()], subject[subject.notna()]
            if psa is not None or own is not None:
                for column in (*_PSEUDONYMS, "BEN_IDT_ANO"):
                    if column in frame:
                        frame = frame.assign(**{column: subject})
                for column in _OWN:
                    if column in frame:
                        frame = frame.assign(**{column: ""})
                for column in _RANKS:
                    if column in frame:
                        frame = frame.assign(**{column: "1"})
                for tie in _TIES:
                    if tie in frame:
                        kept[tie] |= set(frame[tie])
            target = out / path.relative_to(extract)
            target.parent.mkdir(parents=True, exist_ok=True)
            frame.to_csv(target, sep=delimiter, index=False, encoding=encoding)
            written += len(frame)
    return {"subjects": len(asked), "found": len(subject_of), "files": len(files), "lines": written}
