"""The claims that the same lives leave behind: for the patients of the practices and for many others, with every trap planted.

Claims follow from what happened at the doctor's (before any dialect or defect), never from the delivered files: contacts unbilled, billed
late or under the replaced doctor; drugs not dispensed, substituted within the substance, dispensed on another day; care elsewhere. Beside
each claim stands the event that a right reading gives.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from p4dp.simulate.lives import DAY0, Person
from p4dp.simulate.practice import Practice, Setting, country
from p4dp.simulate.records import LABS, cip13

Row = dict[str, Any]
#: LOINC of the analyses that are ordered → an invented NABM-like number
NABM = {loinc: f"{1000 + n:04d}" for n, loinc in enumerate(LABS)}
_NATURE = {"surgery": "1110", "home": "1210", "teleconsultation": "1192"}
_SPECIALISTS = ("3", "5", "10", "15", "32")
_HOSPITALS = ("130000001", "060000002", "750000003")
_STAYS = {"heart_failure": ("05M092", "I500", "I10"), "copd": ("04M052", "J440", "J449"), "diabetes": ("10M022", "E116", "I10")}
_NOBODY = "X" * 16 + "D"


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
class _Insured:
    """The pseudonyms of one person: several when the insured person changed."""

    person: Person
    own: str | None
    ranks: list[tuple[str, int, dt.date]]  # psa, rank, from

    def on(self, day: dt.date) -> tuple[str, int]:
        psa, rank, _ = max((r for r in self.ranks if r[2] <= day), key=lambda r: r[2])
        return psa, rank


class Fund:
    """Pays for the people of one practice's neighbourhood and writes the lines."""

    def __init__(self, setting: Setting, number: int) -> None:
        self.setting, self.number = setting, number
        self.rng = np.random.default_rng([setting.seed, number, 11])
        self.country = country(setting.seed)
        self.out = Claims()
        self._order = 0
        self._doctors: dict[str, str] = {}
        self._contacts: set[tuple[int, str, str, dt.date]] = set()

    def write(self) -> Claims:
        """All claims of the neighbourhood's people."""
        practice = Practice(self.setting, self.number)
        records = practice.live()
        self._doctors = {d["practitioner_id"]: self._pfs(d["am_number"]) for d in practice.doctors}
        if self.number < self.setting.practices:
            self.out.patients += [(practice.practice_id, local, p.number) for local, p in practice.people.items()]
        insured = {local: self._register(p) for local, p in practice.people.items() if p.number // 1_000_000 == self.number}
        guests = {local for local, p in practice.people.items() if p.number // 1_000_000 != self.number}
        insured |= {local: self._insured(practice.people[local]) for local in guests}
        covered = {local: i for local, i in insured.items() if i is not None}
        by_visit: dict[str, list[tuple[str, Row]]] = defaultdict(list)
        for kind in ("prescription", "lab_result"):
            for r in records[kind].values():
                by_visit[r["encounter_record_id"]].append((kind, r))
        for visit in records["encounter"].values():
            person = covered.get(visit["patient_id"])
            if person is not None:
                self._visit(person, visit, by_visit[visit["record_id"]])
        for local, person in covered.items():
            if local not in guests:
                self._elsewhere(person)
                self._rights(person)
        self._nobody_in_particular()
        self._directory(practice)
        return self.out

    def _pfs(self, am_number: str) -> str:
        """How the extract names a doctor: encrypted, or by the own number without its key."""
        return am_number[:8] if self.setting.clear_practitioners else scramble("pfs", am_number)[:8]

    def _directory(self, practice: Practice) -> None:
        """The doctors of the neighbourhood as the fund lists them, and beside the extract which number is whose."""
        department = practice.commune[:3] if practice.commune.startswith("97") else f"{practice.commune[:2]}1"
        for doctor in practice.doctors:
            number = self._pfs(doctor["am_number"])
            self.out.tables["DA_PRA_R"].append({
                "PFS_PFS_NUM": number, "STA_PFS_NUM": number, "PFS_PRA_SPE": "1", "CAI_NUM": department, "DTE_ANN_TRT": DAY0.year - 1,
                "DTE_MOI_FIN": 12, "PFS_EXC_COM": None, "_year": DAY0.year - 1,
            })  # fmt: skip
            self.out.doctors.append((doctor["am_number"], number))

    def _nobody_in_particular(self) -> None:
        """A pseudonym under which services without a person are paid: flagged, never deleted."""
        number = self.number * 1_000_000 + 999_999
        psa, day = scramble("fictive", self.setting.seed, number), DAY0 - dt.timedelta(days=100)
        self.out.people.append((number, psa, 1))
        self.out.tables["IR_BEN_R"].append({
            "BEN_NIR_PSA": psa, "BEN_RNG_GEM": 1, "BEN_NIR_ANO": None, "BEN_IDT_ANO": f"{psa}1", "BEN_IDT_TOP": 0, "BEN_CDI_NIR": "14",
            "BEN_NAI_ANN": 1955, "BEN_NAI_MOI": 1, "BEN_SEX_COD": 1, "BEN_DCD_DTE": dt.date(1600, 1, 1), "BEN_RES_DPT": "999", "BEN_RES_COM": "999",
            "BEN_DTE_INS": dt.date(2010, 1, 1), "BEN_DTE_MAJ": dt.date(2015, 1, 1),
        })  # fmt: skip
        self.out.tables["ER_PRS_F"].append({
            **self._key(day, False), "BEN_NIR_PSA": psa, "BEN_RNG_GEM": 1, "BEN_CDI_NIR": "14", "EXE_SOI_DTD": day, "EXE_SOI_DTF": day, "PRS_ACT_QTE": 1,
            "PRS_ACT_COG": 1, "DPN_QLF": 0, "CPL_MAJ_TOP": 0, "RGM_COD": 888, "RGM_GRG_COD": 1, "PRS_NAT_REF": "1110", "PSE_SPE_COD": "01",
            "PFS_EXE_NUM": sorted(self._doctors.values())[0],
        })  # fmt: skip
        self.out.events.append((number, "gp_visit", "1110", day, day, 1))

    def _insured(self, p: Person) -> _Insured | None:
        """The person's pseudonyms; the same in whichever neighbourhood they are asked. None: no claims at all."""
        rng = np.random.default_rng([self.setting.seed, p.number, 12])
        if rng.random() < self.country["without_claims"]:
            return None
        # same-sex twins of one insured cannot be told apart but by rank
        insured_key = (p.commune, p.street, p.birth, p.sex)
        rank = 1 + p.number % 2 if p.twin else 1
        own = None if rng.random() < 0.03 else scramble("own", self.setting.seed, p.number)
        ranks = [(scramble("psa", self.setting.seed, *insured_key, "" if p.twin else p.number), rank, dt.date(1900, 1, 1))]
        if rng.random() < self.country["two_pseudonyms"]:
            change = DAY0 - dt.timedelta(days=int(rng.integers(30, 365 * self.setting.years)))
            ranks.append((scramble("psa2", self.setting.seed, p.number), 1, change))
        if own is None:  # without an own number nothing tells that two pseudonyms are one human
            ranks = ranks[:1]
        return _Insured(p, own, ranks)

    def _register(self, p: Person) -> _Insured | None:
        found = self._insured(p)
        if found is None:
            return None
        rng = np.random.default_rng([self.setting.seed, p.number, 13])
        self.out.identities.append((p.number, p.nir[:13], f"{p.birth:%Y%m%d}", "1" if p.sex == "male" else "2"))
        for n, (psa, rank, since) in enumerate(found.ranks):
            self.out.people.append((p.number, psa, rank))
            # the archive keeps first pseudonyms; an earlier row can lack the own number that a later one of the same rank has
            table = "IR_BEN_R_ARC" if n == 0 and len(found.ranks) > 1 else "IR_BEN_R"
            for copy in range(2 if rng.random() < 0.05 else 1):
                own = None if copy == 1 else found.own
                self.out.tables[table].append({
                    "BEN_NIR_PSA": psa, "BEN_RNG_GEM": rank, "BEN_NIR_ANO": own, "BEN_IDT_ANO": own or f"{psa}{rank}", "BEN_IDT_TOP": int(own is not None),
                    "BEN_CDI_NIR": "00" if own else "03", "BEN_NAI_ANN": p.birth.year if rng.random() > 0.01 else 1600, "BEN_NAI_MOI": p.birth.month,
                    "BEN_SEX_COD": 1 if p.sex == "male" else 2, "BEN_DCD_DTE": p.death or dt.date(1600, 1, 1),
                    "BEN_RES_DPT": f"0{p.commune[:2]}"[:3] if not p.commune.startswith("97") else p.commune[:3], "BEN_RES_COM": p.commune[-3:],
                    "BEN_DTE_INS": max(since, dt.date(2010, 1, 1)), "BEN_DTE_MAJ": max(since, dt.date(2015, 1, 1)),
                })  # fmt: skip
        return found

    def _key(self, care: dt.date, late: bool) -> Row:
        """The nine columns of a new line; it reaches the SNDS one to six months after the care."""
        self._order += 1
        month = care.month + (int(self.rng.integers(3, 7)) if late else 1)
        flow = dt.date(care.year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
        return {"DCT_ORD_NUM": self.number * 10_000_000 + self._order, "FLX_DIS_DTD": flow, "FLX_EMT_NUM": 1, "FLX_EMT_ORD": 0, "FLX_EMT_TYP": 1,
                "FLX_TRT_DTD": flow, "ORG_CLE_NUM": "01C131000", "PRS_ORD_NUM": 1, "REM_TYP_AFF": 0}  # fmt: skip

    def _line(self, who: _Insured, care: dt.date, **columns: Any) -> Row:
        psa, rank = who.on(care)
        row = {**self._key(care, columns.pop("late", False)), "BEN_NIR_PSA": psa, "BEN_RNG_GEM": rank, "BEN_CDI_NIR": "00", "EXE_SOI_DTD": care,
               "EXE_SOI_DTF": care, "PRS_ACT_QTE": 1, "PRS_ACT_COG": 1, "DPN_QLF": 0, "PRS_DPN_QLP": None, "CPL_MAJ_TOP": 0, "RGM_COD": 101,
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
        self, who: _Insured, kind: str, code: str, start: dt.date | None, end: dt.date | None = None, quantity: float = 1
    ) -> None:
        self.out.events.append((who.person.number, kind, code, start, end or start, quantity))

    def _again(self, who: _Insured, line: Row, table: str | None, **detail: Any) -> None:
        """The same line cancelled: negative, later, under other keys."""
        undone = self._line(who, line["EXE_SOI_DTD"], late=True, **{k: line[k] for k in ("PRS_NAT_REF", "PFS_EXE_NUM", "PFS_PRE_NUM", "PSE_SPE_COD", "PRE_PRE_DTD")},
                            PRS_ACT_QTE=-line["PRS_ACT_QTE"], PRS_ACT_COG=line["PRS_ACT_COG"])  # fmt: skip
        if table:
            self._detail(undone, table, **detail)

    def _visit(self, who: _Insured, visit: Row, done: list[tuple[str, Row]]) -> None:
        rng, day = self.rng, visit["encounter_date"]
        doctor = self._doctors[visit["billing"]]  # a locum bills under the replaced doctor
        nature = _NATURE.get(visit["kind"])
        prescribed = day  # the day that the pharmacy and the laboratory know is the true one, unless they mistype it
        if rng.random() < self.country["dated_otherwise"]:
            day = min(day + dt.timedelta(days=int(rng.integers(1, 4))), DAY0 - dt.timedelta(days=1), who.person.death or DAY0)
        if nature and self._first(who, doctor, nature, day) and rng.random() >= self.country["unbilled"]:
            common = {"PRS_NAT_REF": nature, "PFS_EXE_NUM": doctor, "PSE_SPE_COD": "01", "PFS_PRE_NUM": None, "PRE_PRE_DTD": None}
            line = self._line(
                who, day, late=rng.random() < self.country["billed_late"], DPN_QLF=None if rng.random() < 0.1 else 0, **common
            )
            trap = rng.random()
            if trap < self.country["cancelled"]:
                self._again(who, line, None)
            else:
                self._happened(who, "gp_visit", nature, day)
                if trap > 0.95:
                    self._line(who, day, CPL_MAJ_TOP=2, **common)  # a surcharge is no second visit
                elif trap > 0.92:
                    self._line(who, day, DPN_QLF=71, **common)  # a line for information neither
                elif trap > 0.90:
                    self._line(who, day, DPN_QLF=0, PRS_DPN_QLP=71, CPL_AFF_COD=16, **common)
        if rng.random() < self.country["outside_record"]:
            self._unknown_visit(who, prescribed, doctor)
        day = prescribed
        bought: dict[tuple[str, dt.date], float] = defaultdict(float)
        for kind, r in done:
            if kind == "prescription" and rng.random() >= self.country["never_dispensed"]:
                for month in range(1 + (r["renewals"] or 0)):
                    on = day + dt.timedelta(days=30 * month + int(rng.geometric(0.5)) - 1)
                    if on < DAY0 and (not who.person.death or on <= who.person.death):
                        code = cip13(r["atc"], int(rng.integers(3))) if rng.random() < self.country["substituted"] else r["code"]
                        bought[code, on] += self._dispense(who, code, on, day, doctor)
            elif kind == "lab_result":
                on = day + dt.timedelta(days=int(rng.integers(1, 9)))
                if on < DAY0 and (not who.person.death or on <= who.person.death):
                    self._analyse(who, NABM[r["code"]], on, day, doctor)
        for (code, on), boxes in bought.items():
            if boxes > 0:
                self._happened(who, "dispensing", code, on, quantity=boxes)

    def _first(self, who: _Insured, doctor: str, nature: str, day: dt.date) -> bool:
        """Whether this is the first such contact of a day: claims tell two of them apart by nothing."""
        contact = (who.person.number, doctor, nature, day)
        fresh = contact not in self._contacts
        self._contacts.add(contact)
        return fresh

    def _unknown_visit(self, who: _Insured, near: dt.date, doctor: str) -> None:
        """A contact that the practice's record does not hold."""
        day = near + dt.timedelta(days=int(self.rng.integers(5, 60)))
        if day < DAY0 and (not who.person.death or day <= who.person.death):
            seen_by = doctor if self.rng.random() < 0.5 else scramble("duty", self.number, day)[:8]
            if not self._first(who, seen_by, "1111", day):
                return
            self._line(who, day, PRS_NAT_REF="1111", PFS_EXE_NUM=seen_by, PSE_SPE_COD="01", PFS_PRE_NUM=None, PRE_PRE_DTD=None)
            self._happened(who, "gp_visit", "1111", day)

    def _dispense(self, who: _Insured, code: str, on: dt.date, prescribed: dt.date, doctor: str) -> float:
        boxes = int(self.rng.integers(1, 3))
        pharmacy = scramble("pharmacy", self.number, prescribed, code)[:8]
        doctor, prescribed = self._as_typed(doctor, prescribed)
        common = {
            "PRS_NAT_REF": "3313",
            "PFS_EXE_NUM": pharmacy,
            "PFS_PRE_NUM": doctor,
            "PSP_SPE_COD": "01",
            "PRE_PRE_DTD": prescribed,
            "PSE_SPE_COD": "50",
        }
        line = self._line(who, on, **common)
        self._detail(line, "ER_PHA_F", PHA_PRS_C13=code, PHA_ACT_QSN=boxes)
        if self.rng.random() < self.country["cancelled"]:
            self._again(who, line, "ER_PHA_F", PHA_PRS_C13=code, PHA_ACT_QSN=-boxes)
            return 0
        return boxes

    def _analyse(self, who: _Insured, code: str, on: dt.date, prescribed: dt.date, doctor: str) -> None:
        lab = scramble("laboratory", self.number, on, code, self._order)[:8]
        doctor, prescribed = self._as_typed(doctor, prescribed)
        line = self._line(
            who,
            on,
            PRS_NAT_REF="3211",
            PFS_EXE_NUM=lab,
            PFS_PRE_NUM=doctor,
            PSP_SPE_COD="01",
            PRE_PRE_DTD=prescribed,
            PSE_SPE_COD="30",
        )
        self._detail(line, "ER_BIO_F", BIO_PRS_IDE=code, BIO_ACT_QSN=1)
        self._happened(who, "biology", code, on)

    def _as_typed(self, doctor: str, prescribed: dt.date) -> tuple[str, dt.date]:
        """Prescriber and day of the prescription as whoever serves it types them."""
        if self.rng.random() < self.country["other_prescriber"]:
            doctor = sorted(self._doctors.values())[int(self.rng.integers(len(self._doctors)))]
        if self.rng.random() < self.country["prescribed_otherwise"]:
            prescribed -= dt.timedelta(days=int(self.rng.integers(1, 8)))
        return doctor, prescribed

    def _elsewhere(self, who: _Insured) -> None:
        """Specialists, technical acts, hospital drugs, stays and external visits."""
        rng, p = self.rng, who.person
        first = DAY0 - dt.timedelta(days=365 * self.setting.years)
        last = min(DAY0, p.death or DAY0)
        span = (last - max(first, p.birth)).days
        if span < 40:
            return

        def some_day() -> dt.date:
            return max(first, p.birth) + dt.timedelta(days=int(rng.integers(0, span - 20)))

        used: set[dt.date] = set()
        for _ in range(int(rng.poisson(0.8 * self.setting.years))):
            day = some_day()
            if day in used:
                continue
            used.add(day)
            who_did, specialty = scramble("specialist", self.number, day, p.number)[:8], str(rng.choice(_SPECIALISTS))
            common = {
                "PRS_NAT_REF": "1112",
                "PFS_EXE_NUM": who_did,
                "PSE_SPE_COD": specialty,
                "PFS_PRE_NUM": None,
                "PRE_PRE_DTD": None,
            }
            line = self._line(who, day, **common)
            self._happened(who, "specialist_visit", "1112", day)
            if rng.random() < 0.3:
                act = self._line(who, day, **{**common, "PRS_NAT_REF": "1331"})
                self._detail(act, "ER_CAM_F", CAM_PRS_IDE="DEQP003", CAM_ACT_COD="1", CAM_TRT_PHA=0)
                self._happened(who, "ccam_act", "DEQP003", day)
            if rng.random() < 0.2:
                self._detail(line, "ER_ETE_F", ETE_IND_TAA=0, ETB_EXE_FIN=_HOSPITALS[0])
        if rng.random() < 0.15 * self.setting.years:
            self._external(who, some_day())
        if (DAY0 - p.birth).days > 70 * 365 and rng.random() < 0.3:
            self._nursing(who, some_day())
        if rng.random() < 0.03:
            day = some_day()
            line = self._line(
                who, day, PRS_NAT_REF="3317", PFS_EXE_NUM="H" * 8, PSE_SPE_COD=None, PFS_PRE_NUM=None, PRE_PRE_DTD=day
            )
            self._detail(
                line, "ER_UCD_F", UCD_UCD_COD="0000009234567", UCD_DLV_NBR=28
            )  # without a hospital line: a left join keeps it
            self._happened(who, "hospital_drug", "0000009234567", day, quantity=28)
        for name, (ghm, main, associated) in _STAYS.items():
            if name in p.conditions and rng.random() < 0.25 * self.setting.years:
                self._stay(who, some_day(), ghm, main, associated)

    def _nursing(self, who: _Insured, first: dt.date) -> None:
        """A week of care at home; on a day with two coefficients there are two acts, and a cancelled one is none."""
        nurse = scramble("nurse", self.number, who.person.number)[:8]
        for n in range(min(7, (DAY0 - first).days)):
            day = first + dt.timedelta(days=n)
            for coefficient in (1.5, 4) if n == 0 else (1.5,):
                line = self._line(
                    who,
                    day,
                    PRS_NAT_REF="3111",
                    PFS_EXE_NUM=nurse,
                    PSE_SPE_COD="24",
                    PFS_PRE_NUM=None,
                    PRE_PRE_DTD=first,
                    PRS_ACT_COG=coefficient,
                )
                if n == 3:
                    self._again(who, line, None)
                else:
                    self._happened(who, "ngap_act", "3111", day)

    def _external(self, who: _Insured, day: dt.date) -> None:
        psa, rank = who.on(day)
        self._order += 1
        number, hospital = f"{self.number:04d}{self._order:04d}"[-8:], _HOSPITALS[self.number % 3]
        head = {"ETA_NUM": hospital, "SEQ_NUM": number, "_year": day.year}
        good = {"NIR_RET": "0", "NAI_RET": "0", "SEX_RET": "0", "IAS_RET": "0", "ENT_DAT_RET": "0"}
        bad = self.rng.random() < 0.03
        self.out.tables["T_MCOaaCSTC"].append({**head, "NIR_ANO_17": psa, "RNG_NAI": str(rank), "EXE_SOI_DTD": day, "EXE_SOI_DTF": day, "ENT_DAT": day,
                                               **good, **({"NIR_RET": "1"} if bad else {})})  # fmt: skip
        services = ["CS", "ATU"] if self.rng.random() < 0.3 else ["CS"]
        for service in services:
            self.out.tables["T_MCOaaFCSTC"].append({**head, "ACT_COD": service, "ACT_NBR": 1, "EXE_SPE": "03", "DEL_DAT_ENT": 0})
        # the same care as a claim line for a hospital paid by activity: it must not count twice
        line = self._line(who, day, PRS_NAT_REF="1112", PFS_EXE_NUM="E" * 8, PSE_SPE_COD="3", PFS_PRE_NUM=None, PRE_PRE_DTD=None)
        self._detail(line, "ER_ETE_F", ETE_IND_TAA=1, ETB_EXE_FIN=hospital)
        for service in services if not bad else ():
            self._happened(who, "emergency_visit" if service == "ATU" else "external_visit", service, day)

    def _stay(self, who: _Insured, day: dt.date, ghm: str, main: str, associated: str) -> None:
        rng = self.rng
        psa, rank = who.on(day)
        self._order += 1
        number, hospital, nights = f"{self.number:05d}{self._order:05d}", _HOSPITALS[self.number % 3], int(rng.integers(1, 12))
        end = day + dt.timedelta(days=nights)
        trap = rng.random()
        head = {"ETA_NUM": hospital, "RSA_NUM": number, "_year": end.year}
        b = {**head, "GRG_GHM": ghm, "GHS_NUM": "1744", "DGN_PAL": main, "DGN_REL": None, "SEJ_NBJ": nights, "NBR_DGN": 2, "TYP_GEN_RSA": "0", "SEJ_TYP": None,
             "SOR_MOD": "8", "ENT_MOD": "8", "ENT_PRV": "5" if rng.random() < 0.4 else None}  # fmt: skip
        c = {**head, "NIR_ANO_17": psa, "RNG_NAI": rank, "EXE_SOI_DTD": day, "EXE_SOI_DTF": end, "ENT_DAT": day, "SOR_DAT": end,
             **dict.fromkeys(("NIR_RET", "NAI_RET", "SEX_RET", "SEJ_RET", "FHO_RET", "PMS_RET", "DAT_RET"), "0")}  # fmt: skip
        lost = True
        if trap < 0.04:
            b["GRG_GHM"] = "90Z00Z"
        elif trap < 0.08:
            b["TYP_GEN_RSA"] = "2"
        elif trap < 0.12:
            b["SEJ_TYP"] = "B"
        elif trap < 0.15:
            c["NAI_RET"] = "1"
        elif trap < 0.17:
            c["NIR_ANO_17"] = _NOBODY
        else:
            lost = False
            if trap < 0.22:
                b["GHS_NUM"] = "9999"  # a study's choice: flagged, kept
        self.out.tables["T_MCOaaB"].append(b)
        self.out.tables["T_MCOaaC"].append(c)
        self.out.tables["T_MCOaaD"].append({**head, "ASS_DGN": associated, "DGN_ASS_NUM": 1})
        self.out.tables["T_MCOaaUM"].append({**head, "DGN_PAL": main, "DGN_REL": None, "UM_ORD_NUM": 1})
        self.out.tables["T_MCOaaA"].append(
            {**head, "CDC_ACT": "DEQP003", "ENT_DAT_DEL": 0, "NBR_EXE_ACT": 1, "ACV_ACT": "1", "PHA_ACT": "0"}
        )
        if lost:
            return
        self._happened(who, "stay", str(b["GRG_GHM"]), day, end, nights)
        for code in (f"{main}/main", f"{associated}/associated", f"{main}/unit"):
            self.out.events.append((who.person.number, "diagnosis", code, day, end, 0))
        self._happened(who, "hospital_act", "DEQP003", day)

    def _rights(self, who: _Insured) -> None:
        """Long-term illness, declared GP, death and its causes."""
        rng, p = self.rng, who.person
        psa, rank, _ = who.ranks[0]
        who_row = {"BEN_NIR_PSA": psa, "BEN_RNG_GEM": rank}
        if "diabetes" in p.conditions:
            start, told = p.conditions["diabetes"], rng.random()
            end = dt.date(1600, 1, 1) if told < 0.5 else start + dt.timedelta(days=3650)
            number = 99 if told > 0.9 else 8
            self.out.tables["IR_IMB_R"].append({**who_row, "IMB_ALD_DTD": start, "IMB_ALD_DTF": end, "IMB_ALD_NUM": number, "IMB_ETM_NAT": "41", "MED_MTF_COD": "E119",
                                                "MED_NCL_IDT": "CIM10"})  # fmt: skip
            self.out.events.append((p.number, "long_term_illness", "8", start, None if end.year == 1600 else end, 0))
        if rng.random() < 0.03:  # a work accident is no long-term illness
            self.out.tables["IR_IMB_R"].append({**who_row, "IMB_ALD_DTD": DAY0 - dt.timedelta(days=300), "IMB_ALD_DTF": DAY0, "IMB_ALD_NUM": 0, "IMB_ETM_NAT": "11",
                                                "MED_MTF_COD": None, "MED_NCL_IDT": None})  # fmt: skip
        doctors = sorted(self._doctors.values())
        change = DAY0 - dt.timedelta(days=int(rng.integers(60, 365 * self.setting.years)))
        begin = dt.date(2015, 1, 1)
        periods = (
            [(doctors[0], begin, None)]
            if rng.random() < 0.8
            else [(doctors[0], begin, change), (doctors[-1], change + dt.timedelta(days=1), None)]
        )
        for doctor, since, until in periods:
            self.out.tables["IR_MTT_R"].append(
                {**who_row, "MTT_PFS_NUM": doctor, "MTT_DEP_DTE": since, "MTT_FIN_DTE": until or dt.date(1600, 1, 1)}
            )
            self.out.events.append((p.number, "declared_gp", doctor, since, until, 0))
        if p.death:
            self._happened(who, "death", "", p.death, quantity=0)
            if rng.random() < self.country["causes_known"]:
                ident = who.own or f"{psa}{rank}"
                certificate = scramble("certificate", p.number)
                self.out.tables["KI_CCI_R"].append(
                    {
                        "DCD_IDT_ENC": certificate,
                        "BEN_IDT_ANO": ident,
                        "BEN_NIR_ANO": who.own,
                        "DCD_CIM_COD": "I500",
                        "BEN_DCD_DTE": p.death,
                    }
                )
                self.out.tables["KI_ECD_R"].append(
                    {"DCD_IDT_ENC": certificate, "BEN_IDT_ANO": ident, "ECD_CIM_COD": "I10", "ECD_CAU_RNG": 1}
                )
                for code in ("I500/initial", "I10/contributing"):
                    self.out.events.append((p.number, "cause_of_death", code, p.death, p.death, 0))
