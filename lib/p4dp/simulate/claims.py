"""The claims that the same lives leave behind: for the patients of the practices and for many others, with every trap planted.

Claims follow from what happened at the doctor's (before any dialect or defect), never from the delivered files: contacts unbilled, billed
late or under the replaced doctor; drugs not dispensed, substituted within the substance, dispensed on another day; care elsewhere. Beside
each claim stands the event that a right reading gives.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from p4dp.simulate.entitlements import Entitlements
from p4dp.simulate.hospital import HOSPITALS, STAYS, Hospital
from p4dp.simulate.ledger import Claims, Insured, Row, scramble
from p4dp.simulate.lives import DAY0
from p4dp.simulate.practice import Practice
from p4dp.simulate.records import LABS, cip13

#: LOINC of the analyses that are ordered → an invented NABM-like number
NABM = {loinc: f"{1000 + n:04d}" for n, loinc in enumerate(LABS)}
_NATURE = {"surgery": "1110", "home": "1210", "teleconsultation": "1192"}
_SPECIALISTS = ("3", "5", "10", "15", "32")


class Fund(Entitlements, Hospital):
    """Pays for the people of one practice's neighbourhood and writes the lines."""

    def write(self) -> Claims:
        """All claims of the neighbourhood's people."""
        practice = Practice(self.setting, self.number)
        records = practice.live()
        centre = scramble("centre", practice.number)[:8]  # salaried doctors bill under their centre's number
        self._doctors = {d["practitioner_id"]: centre if practice.salaried else self._pfs(d["am_number"]) for d in practice.doctors}
        self._colleagues = [self._doctors[d["practitioner_id"]] for d in practice.owners]
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
                self._rights(person, practice)
        self._nobody_in_particular(practice)
        self._directory(practice)
        return self.out

    def _visit(self, who: Insured, visit: Row, done: list[tuple[str, Row]]) -> None:
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

    def _first(self, who: Insured, doctor: str, nature: str, day: dt.date) -> bool:
        """Whether this is the first such contact of a day: claims tell two of them apart by nothing."""
        contact = (who.person.number, doctor, nature, day)
        fresh = contact not in self._contacts
        self._contacts.add(contact)
        return fresh

    def _unknown_visit(self, who: Insured, near: dt.date, doctor: str) -> None:
        """A contact that the practice's record does not hold."""
        day = near + dt.timedelta(days=int(self.rng.integers(5, 60)))
        if day < DAY0 and (not who.person.death or day <= who.person.death):
            seen_by = doctor if self.rng.random() < 0.5 else scramble("duty", self.number, day)[:8]
            if not self._first(who, seen_by, "1111", day):
                return
            self._line(who, day, PRS_NAT_REF="1111", PFS_EXE_NUM=seen_by, PSE_SPE_COD="01", PFS_PRE_NUM=None, PRE_PRE_DTD=None)
            self._happened(who, "gp_visit", "1111", day)

    def _dispense(self, who: Insured, code: str, on: dt.date, prescribed: dt.date, doctor: str) -> float:
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

    def _analyse(self, who: Insured, code: str, on: dt.date, prescribed: dt.date, doctor: str) -> None:
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
            doctor = self._colleagues[int(self.rng.integers(len(self._colleagues)))]
        if self.rng.random() < self.country["prescribed_otherwise"]:
            prescribed -= dt.timedelta(days=int(self.rng.integers(1, 8)))
        return doctor, prescribed

    def _elsewhere(self, who: Insured) -> None:
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
                self._detail(line, "ER_ETE_F", ETE_IND_TAA=0, ETB_EXE_FIN=HOSPITALS[0])
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
        for name, (ghm, main, associated) in STAYS.items():
            age = (DAY0 - p.birth).days / 365.25
            if name in p.conditions and rng.random() < (0.08 + 0.004 * max(age - 40, 0)) * self.setting.years:
                self._stay(who, some_day(), ghm, main, associated)

    def _nursing(self, who: Insured, first: dt.date) -> None:
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
