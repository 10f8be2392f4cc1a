"""What a fund writes down: claim lines with their keys, and beside each the event that a right reading gives."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from p4dp.simulate.lives import Person
from p4dp.simulate.practice import Setting, country

Row = dict[str, Any]


def scramble(*parts: object) -> str:
    """An invented pseudonym of 17 characters."""
    return hashlib.blake2b("|".join(map(str, parts)).encode(), digest_size=11).hexdigest()[:17].upper()


@dataclass
class Claims:
    """Rows by official table name, and the events that a right reading finds: (person, kind, code, start, end, quantity).

    `people` says whose a pseudonym is: (person, psa, rank); `doctors` how the extract names a doctor: (own number, number in the extract),
    `patients` who a practice's patient is: (practice, local number, person), `identities` by what the trusted circuit finds a person: (person, NIR, birth day, sex).
    """

    tables: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    events: list[tuple[int, str, str, dt.date | None, dt.date | None, float]] = field(default_factory=list)
    people: list[tuple[int, str, int]] = field(default_factory=list)
    doctors: list[tuple[str, str]] = field(default_factory=list)
    patients: list[tuple[str, str, int]] = field(default_factory=list)
    identities: list[tuple[int, str, str, str]] = field(default_factory=list)


@dataclass
class Insured:
    """The pseudonyms of one person: several when the insured person changed."""

    person: Person
    own: str | None
    ranks: list[tuple[str, int, dt.date]]  # psa, rank, from

    def on(self, day: dt.date) -> tuple[str, int]:
        """The pseudonym and rank of a day."""
        psa, rank, _ = max((r for r in self.ranks if r[2] <= day), key=lambda r: r[2])
        return psa, rank


class Ledger:
    """The lines of one practice's neighbourhood, and how a line is written, detailed and cancelled."""

    def __init__(self, setting: Setting, number: int) -> None:
        self.setting, self.number = setting, number
        self.rng = np.random.default_rng([setting.seed, number, 11])
        self.country = country(setting)
        self.out = Claims()
        self._order = 0
        self._doctors: dict[str, str] = {}
        self._contacts: set[tuple[int, str, str, dt.date]] = set()

    def _key(self, care: dt.date, late: bool) -> Row:
        """The nine columns of a new line; it reaches the SNDS one to six months after the care."""
        self._order += 1
        month = care.month + (int(self.rng.integers(3, 7)) if late else 1)
        flow = dt.date(care.year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
        return {"DCT_ORD_NUM": self.number * 10_000_000 + self._order, "FLX_DIS_DTD": flow, "FLX_EMT_NUM": 1, "FLX_EMT_ORD": 0, "FLX_EMT_TYP": 1,
                "FLX_TRT_DTD": flow, "ORG_CLE_NUM": "01C131000", "PRS_ORD_NUM": 1, "REM_TYP_AFF": 0}  # fmt: skip

    def _age(self, birth: dt.date, day: dt.date) -> int:
        """Age as claims write it: months above 1000 under two years, else years; now and then not known."""
        months = (day.year - birth.year) * 12 + day.month - birth.month - (day.day < birth.day)
        return 9999 if self.rng.random() < 0.002 else 1000 + max(months, 0) if months < 24 else months // 12

    def _line(self, who: Insured, care: dt.date, **columns: Any) -> Row:
        psa, rank = who.on(care)
        row = {**self._key(care, columns.pop("late", False)), "BEN_NIR_PSA": psa, "BEN_RNG_GEM": rank, "BEN_CDI_NIR": "00", "EXE_SOI_DTD": care,
               "EXE_SOI_DTF": care, "BEN_AMA_COD": self._age(who.person.birth, care), "PRS_ACT_QTE": 1, "PRS_ACT_COG": 1, "DPN_QLF": 0, "PRS_DPN_QLP": None, "CPL_MAJ_TOP": 0, "RGM_COD": 101,
               "RGM_GRG_COD": 1, **columns}  # fmt: skip
        self.out.tables["ER_PRS_F"].append(row)
        return row

    def _detail(self, line: Row, table: str, **columns: Any) -> None:
        keys = (
            "DCT_ORD_NUM",
            "FLX_DIS_DTD",
            "FLX_EMT_NUM",
            "FLX_EMT_ORD",
            "FLX_EMT_TYP",
            "FLX_TRT_DTD",
            "ORG_CLE_NUM",
            "PRS_ORD_NUM",
            "REM_TYP_AFF",
        )
        self.out.tables[table].append({**{k: line[k] for k in keys}, **columns})

    def _happened(
        self, who: Insured, kind: str, code: str, start: dt.date | None, end: dt.date | None = None, quantity: float = 1
    ) -> None:
        self.out.events.append((who.person.number, kind, code, start, end or start, quantity))

    def _again(self, who: Insured, line: Row, table: str | None, **detail: Any) -> None:
        """The same line cancelled: negative, later, under other keys."""
        undone = self._line(who, line["EXE_SOI_DTD"], late=True, **{k: line[k] for k in ("PRS_NAT_REF", "PFS_EXE_NUM", "PFS_PRE_NUM", "PSE_SPE_COD", "PRE_PRE_DTD")},
                            PRS_ACT_QTE=-line["PRS_ACT_QTE"], PRS_ACT_COG=line["PRS_ACT_COG"])  # fmt: skip
        if table:
            self._detail(undone, table, **detail)
