"""One practice over the years: patients, practitioners, nightly deliveries, planted defects, and the truth of all of it."""

from __future__ import annotations

import copy
import datetime as dt
import importlib.resources
import json
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from p4dp.simulate import delivery, dialects, documents, lives
from p4dp.simulate.lives import DAY0, Person
from p4dp.simulate.records import KINDS, STANDING, Record, Writer

_NESTED, _DOCUMENTS = "nidus", "dossia"


@dataclass(frozen=True)
class Setting:
    """What a country is asked to be."""

    seed: int
    patients: int
    practices: int
    years: int
    nights: int
    landing: str
    defects: bool = True
    clear_practitioners: bool = False
    errors: float = 1.0
    coding: float | None = None


@cache
def _defects() -> list[dict[str, Any]]:
    return list(yaml.safe_load((importlib.resources.files("p4dp.simulate") / "defects.yaml").read_text("utf-8")))


def software_of(seed: int, practice: int) -> str:
    """Which software a practice uses; the first three practices use one each."""
    if practice < 3:
        return ("tabula", "nidus", "dossia")[practice]
    return str(np.random.default_rng([seed, practice, 7]).choice(["tabula", "nidus", "dossia"], p=[0.46, 0.46, 0.08]))


def country(setting: Setting) -> dict[str, float]:
    """The country's own parameters."""
    return lives.draw(np.random.default_rng([setting.seed, 1]), "country", setting.errors)


@cache
def places(seed: int, patients: int) -> tuple[list[str], np.ndarray]:
    """The country's communes and their shares of the population."""
    return lives.communes(np.random.default_rng([seed, 3]), max(40, patients // 100))


def seat(setting: Setting, practice: int) -> str:
    """The commune of a practice."""
    codes, weights = places(setting.seed, setting.patients)
    return str(np.random.default_rng([setting.seed, practice, 6]).choice(codes, p=weights))


def catchment(setting: Setting, practice: int) -> tuple[list[str], np.ndarray]:
    """Where a practice's patients live: most in its commune, others in the same department, a few anywhere."""
    codes, weights = places(setting.seed, setting.patients)
    here = seat(setting, practice)
    near = np.where(np.array([c[:2] == here[:2] for c in codes]), weights, 0)
    own, around, anywhere = lives.assumptions()["catchment"]
    share = own * (np.array(codes) == here) + around * near / near.sum() + anywhere * weights
    return codes, share / share.sum()


def residents(setting: Setting, practice: int) -> list[Person]:
    """People whose first practice this is; sizes of practices vary."""
    rng = np.random.default_rng([setting.seed, practice, 2])
    wanted = max(3, int(setting.patients / setting.practices * rng.uniform(0.6, 1.4)))
    where = catchment(setting, practice)
    people: list[Person] = []
    while len(people) < wanted:
        people += lives.household(rng, practice * 1_000_000 + len(people), where, setting.years)
    return people


@dataclass
class _Current:
    """What the practice's software holds at a moment."""

    records: dict[str, dict[str, Record]] = field(default_factory=lambda: {k: {} for k in ("encounter", *KINDS, *STANDING)})


class Practice:
    """Makes and writes the deliveries of one practice."""

    def __init__(self, setting: Setting, practice: int) -> None:
        self.setting, self.number = setting, practice
        self.practice_id = f"P{practice:05d}"
        self.software = software_of(setting.seed, practice)
        self.commune = seat(setting, practice)
        self.rng = np.random.default_rng([setting.seed, practice, 4])
        self.habits, self.country = lives.draw(self.rng, "practice"), country(setting)
        if setting.coding is not None:
            self.habits |= lives.coding_at(setting.coding)
        guests = (
            [p for p in residents(setting, (practice - 1) % setting.practices) if self._visits_two(p)]
            if setting.practices > 1
            else []
        )
        self.people = {str(1000 + n): p for n, p in enumerate([*residents(setting, practice), *guests])}
        self.salaried = bool(np.random.default_rng([setting.seed, practice, 16]).random() < self.country["salaried"])
        self.owners = [self._doctor(n + 1, "SAL" if self.salaried else "TIT") for n in range(1 + int(self.rng.integers(1, 4)))]
        self.locums = self._engagements()
        self.doctors = [*(locum for locum, _ in self.locums), *self.owners]
        self.writer = Writer(self.rng, self.habits, self.country, [d["practitioner_id"] for d in self.owners], self.locums)
        self.now = _Current()
        self.planted: list[dict[str, Any]] = []
        self.sequence = 0
        self._spoilt: set[str] = set()
        self._nir_known = {local: self.rng.random() < self.habits["nir_known"] for local in self.people}

    def _visits_two(self, person: Person) -> bool:
        return bool(np.random.default_rng([self.setting.seed, person.number, 5]).random() < self.country["second_practice"])

    def _doctor(self, n: int, role: str, begin: dt.date = DAY0 - dt.timedelta(days=3000), end: dt.date | None = None) -> Record:
        body = f"1{self.number:06d}{n:03d}"
        doubled = sum(sum(divmod(int(d) * 2, 10)) if i % 2 else int(d) for i, d in enumerate(("0" + body), 0))
        return {
            "practitioner_id": f"MED{n}",
            "name": lives.surname(self.rng),
            "am_number": f"{13 + n // 10}{self.number % 100_000:05d}{n % 10}{(self.number + n) % 10}",
            "rpps": f"{body}{-doubled % 10}",
            "role": role,
            "specialty": "1",
            "valid_from": begin,
            "valid_to": end,
        }

    def _engagements(self) -> list[tuple[Record, str]]:
        """Locums, each for some weeks of a year, and the owner whom each replaces meanwhile."""
        weeks = max(1, round(52 * self.habits["locum_share"]))
        out = []
        for year in range(self.setting.years + 1):  # the last one covers the nights
            begin = DAY0 - dt.timedelta(days=365 * year) + dt.timedelta(days=7 * int(self.rng.integers(0, 53 - weeks)))
            locum = self._doctor(10 + year, "REM", begin, begin + dt.timedelta(days=7 * weeks - 1))
            if locum["valid_from"] <= DAY0:
                out.append((locum, str(self.owners[int(self.rng.integers(len(self.owners)))]["practitioner_id"])))
        return out

    def identities(self, locals_: list[str]) -> list[Record]:
        """The identity part for some patients."""
        rows = []
        for local in locals_:
            p = self._as_written(self.people[local])
            rows.append(
                {
                    "patient_id": local,
                    "nir": p.nir if self._nir_known[local] else None,
                    "family_name": p.family_name,
                    "birth_name": p.birth_name,
                    "given_names": p.given_name,
                    "sex": p.sex,
                    "birth_date": p.birth,
                    "birth_place": p.birth_place,
                    "address": p.street,
                    "postal_code": p.commune[:2].replace("2A", "20").replace("2B", "20") + "000",
                    "commune": p.commune,
                    "death_date": p.death,
                }
            )
        return rows

    def _as_written(self, person: Person) -> Person:
        """What the practice believes of a person: now and then a mistyped birth date or sex, or a commune of before a move."""
        rng = np.random.default_rng([self.setting.seed, person.number, self.number, 14])
        mistyped, wrong_sex, outdated, how = rng.random(4)
        changes: dict[str, Any] = {}
        if mistyped < self.country["birth_mistyped"]:
            changes["birth"] = lives.mistyped(person.birth, how)
        if wrong_sex < self.country["sex_mistyped"]:
            changes["sex"] = "female" if person.sex == "male" else "male"
        if outdated < self.country["commune_outdated"]:
            codes, weights = catchment(self.setting, self.number)
            changes["commune"] = str(rng.choice(codes, p=weights))
        return replace(person, **changes)

    def _see(self, start: dt.date, end: dt.date) -> dict[str, list[Record]]:
        """Visits between two days, added to what the software holds; returns the new records."""
        new: dict[str, list[Record]] = {k: [] for k in ("encounter", *KINDS, *STANDING)}
        closed = self.number % 3 == 0
        for local, person in self.people.items():
            for day in lives.visit_days(self.rng, person, start, end, self.country["visit_factor"], closed):
                head, rows = self.writer.encounter(person, local, day)
                new["encounter"].append(head)
                for kind, listed in rows.items():
                    new[kind] += listed
        for kind, listed in new.items():
            self.now.records[kind].update({r["record_id"]: r for r in listed})
        return new

    def live(self) -> dict[str, dict[str, Record]]:
        """The years before the first delivery: what the practice knows by then, before any dialect or defect."""
        first = DAY0 - dt.timedelta(days=365 * self.setting.years)
        for local, person in self.people.items():
            declared = self.declarations(person)
            for kind, rows in self.writer.standing(person, local, first, declared).items():
                self.now.records[kind].update({r["record_id"]: r for r in rows})
        self._see(first, DAY0)
        return self.now.records

    def declarations(self, person: Person) -> list[tuple[Record, dt.date, dt.date | None]]:
        """Whom of the owners a person declared as own doctor, and from when to when; guests declared theirs elsewhere."""
        rng = np.random.default_rng([self.setting.seed, person.number, 15])
        if person.number // 1_000_000 != self.number or rng.random() > self.country["declared"]:
            return []
        begin = max(dt.date(2015, 1, 1), person.birth) + dt.timedelta(days=int(rng.integers(0, 300)))
        change = DAY0 - dt.timedelta(days=int(rng.integers(60, 365 * self.setting.years)))
        first, last, known_until = self.owners[0], self.owners[-1], person.death or DAY0
        if begin >= known_until:
            return []
        if rng.random() < 0.8 or not begin < change < known_until:
            return [(first, begin, person.death)]
        return [(first, begin, change), (last, change + dt.timedelta(days=1), person.death)]

    def _movers(self, night: int) -> set[str]:
        """Patients who move on a night, to the same place in whichever practice they are known."""
        codes, weights = places(self.setting.seed, self.setting.patients)
        moved = set()
        for local, person in self.people.items():
            rng = np.random.default_rng([self.setting.seed, person.number, 8, night])
            if rng.random() < self.country["moves_per_year"] / 365:
                person.commune = str(rng.choice(codes, p=weights))
                person.street = f"{rng.integers(1, 190)} rue {lives.surname(rng)}"
                moved.add(local)
        return moved

    def nights(self) -> list[dict[str, Any]]:
        """Writes every delivery; returns the truth: planted defects, and how many records of each kind stand in the end."""
        self.live()
        if self.setting.defects:
            self._plant()
        self._deliver(self._all(), DAY0, full=True, who=list(self.people))
        for night in range(1, self.setting.nights):
            day = DAY0 + dt.timedelta(days=night)
            new = self._see(day - dt.timedelta(days=1), day)
            last = night == self.setting.nights - 1
            if last and self.rng.random() < self.country["full_again"]:
                self._deliver(self._all(), day, full=True, who=list(self.people))
                continue
            changed = self._change(new)
            named = {r["patient_id"] for rows in changed.values() for r in rows} & set(self.people)
            self._deliver(changed, day, full=False, who=sorted(named | self._movers(night)))
        return [
            *self.planted,
            *self._lives(),
            self._truth("records", None, None, counts=json.dumps({k: len(v) for k, v in self._told().items()})),
        ]

    def _lives(self) -> list[dict[str, Any]]:
        """The truth of every patient's illness, for whoever compares algorithms with it."""
        cascades = {local: (day.isoformat(), treated) for local, day, treated in self.writer.cascades}
        rows = []
        for local, p in self.people.items():
            told = {"person": p.number, "sex": p.sex, "birth": p.birth.isoformat(), "death": p.death and p.death.isoformat(), "bmi": round(p.bmi, 1),
                    "smoker": p.smoker, "conditions": {n: d.isoformat() for n, d in p.conditions.items()}, "unknown": sorted(p.unknown),
                    "cascade": cascades.get(local)}  # fmt: skip
            rows.append(self._truth("life", None, local, counts=json.dumps(told)))
        return rows

    def _truth(
        self, cause: str, kind: str | None, number: str | None, rules: tuple[str, ...] = (), counts: str | None = None
    ) -> dict[str, Any]:
        return {
            "practice_id": self.practice_id,
            "table": kind,
            "record_id": number,
            "rules": list(rules),
            "cause": cause,
            "counts": counts,
        }

    def _all(self) -> dict[str, list[Record]]:
        out = {k: list(v.values()) for k, v in self.now.records.items()}
        for kind, rows in out.items():
            out[kind] = [copy.copy(r) for r in rows for _ in range(2 if r.get("_twice") else 1)]
        return out

    def _told(self) -> dict[str, list[Record]]:
        """Records that deliveries tell of, in the end."""
        if self.software == _DOCUMENTS:
            people = [{"patient_id": local} for local in self.people]
            return {**documents.held(self.now.records), "document": people}
        return {k: list(v.values()) for k, v in self.now.records.items()}

    def _change(self, new: dict[str, list[Record]]) -> dict[str, list[Record]]:
        """The night's delivery: new records, corrected ones, deletions."""
        out = {k: list(v) for k, v in new.items()}
        old = [
            r for r in self.now.records["encounter"].values() if r["record_id"] not in self._spoilt and r not in new["encounter"]
        ]
        if not old:
            return out
        visits = max(len(new["encounter"]), 1)
        corrected = self.rng.choice(
            len(old), min(len(old), int(self.rng.poisson(visits * self.country["corrections_per_night"] * 20))), replace=False
        )
        for n in corrected:
            record = {**old[int(n)], "kind": "telephone"}
            self.now.records["encounter"][record["record_id"]] = record
            out["encounter"].append(record)
            if self.software == _NESTED:  # a nested consultation is sent again with all that is in it
                for kind in KINDS:
                    out[kind] += [r for r in self.now.records[kind].values() if r["encounter_record_id"] == record["record_id"]]
        chosen = {int(n) for n in corrected}
        left = [r for n, r in enumerate(old) if n not in chosen]
        for record in left[: int(self.rng.poisson(visits * self.country["deletions_per_night"] * 20))]:
            del self.now.records["encounter"][record["record_id"]]
            for kind in KINDS:
                gone = [k for k, r in self.now.records[kind].items() if r["encounter_record_id"] == record["record_id"]]
                for k in gone:
                    del self.now.records[kind][k]
            out["encounter"].append({**record, "op": "S"})
        return out

    def _plant(self) -> None:
        """Spoils records by the list written by hand; what hangs on a spoilt encounter must be caught too."""
        for defect in _defects():
            if self.software not in defect.get("only", ["tabula", _NESTED]):
                continue
            rows = [r for r in self._told()[defect["kind"]] if self._plantable(defect, r)]
            for n in self.rng.permutation(len(rows))[: round(self.habits["defects_per_kind"])]:
                record = rows[int(n)]
                self._spoil(defect, record)

    def _plantable(self, defect: dict[str, Any], record: Record) -> bool:
        if (
            record["record_id"] in self._spoilt
            or record.get("encounter_record_id") in self._spoilt
            or ("of" in defect and record["code"] != defect["of"])
        ):
            return False
        if defect.get("field") == "code" and defect["kind"] in ("reason", "diagnosis") and record["cisp"] is None:
            return False
        return not (defect["kind"] == "measurement" and defect.get("field") == "unit" and record["code"] == "8302-2")

    def _reported(self, kind: str, record: Record) -> str:
        """The number under which the platform reports a record: nested records stand inside their container."""
        if self.software == _DOCUMENTS:
            return f"cda-SYNTH/{kind}/{record['record_id']}"
        if self.software != _NESTED or kind == "encounter":
            return str(record["record_id"])
        container = record["encounter_record_id"] if kind in KINDS else f"D-{record['patient_id']}"
        return f"{container}/{kind}/{record['record_id']}"

    def _spoil(self, defect: dict[str, Any], record: Record) -> None:
        kind = defect["kind"]
        self._spoilt |= {
            record["record_id"],
            *([record["encounter_record_id"]] if "encounter_record_id" in record and kind in KINDS else []),
        }
        if defect.get("twice"):
            record["_twice"] = True
        elif defect["field"] == "code" and kind in ("reason", "diagnosis", "prescription"):
            record["spoilt_code"] = defect["value"]
        else:
            person = self.people[record["patient_id"]]
            identity = f"{person.family_name} {person.nir}"
            record[defect["field"]] = identity if defect["value"] == "@identity" else defect["value"]
        self._tell(kind, record, defect["rules"], "planted")
        if kind == "encounter":
            for child in KINDS:
                for r in self.now.records[child].values():
                    if r["encounter_record_id"] == record["record_id"]:
                        self._spoilt.add(r["record_id"])
                        self._tell(child, r, [f"{child}.encounter_id.orphan"], "consequence")

    def _tell(self, kind: str, record: Record, rules: list[str], cause: str) -> None:
        self.planted.append(self._truth(cause, kind, self._reported(kind, record), tuple(rules)))

    def _deliver(self, records: dict[str, list[Record]], day: dt.date, full: bool, who: list[str]) -> None:
        self.sequence += 1
        if self.software == _DOCUMENTS:
            files = documents.documents(self.identities(who), documents.held(self.now.records), day)
            doctors = dialects.tabula([], self.doctors, {})
            files["identity/praticiens.csv"] = doctors["identity/praticiens.csv"]
        else:
            files = dialects.RENDER[self.software](self.identities(who), self.doctors, records)
        delivery.write(Path(self.setting.landing), self.software, self.practice_id, self.sequence, day, full, files)
