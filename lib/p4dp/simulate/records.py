"""What a practice writes down: records per kind, in a neutral form that each dialect renders in its own way.

A record is a dict of the product's raw field names; days are dates, numbers are numbers. Texts end in `_text`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from p4dp.simulate.lives import DAY0, Person, assumptions

Record = dict[str, Any]
KINDS = (
    "reason",
    "diagnosis",
    "prescription",
    "order",
    "act",
    "measurement",
    "lab_result",
    "work_stoppage",
    "certificate",
    "referral",
    "document",
)
STANDING = ("observation_period", "history", "vaccination", "allergy", "lifestyle", "care_protocol")
#: acute codes by chapter: CISP-2 → CIM-10; what ends with a sign or a symptom serves as reason too
ACUTE = {
    "R": [("R05", "R05"), ("R74", "J069"), ("R78", "J209"), ("R80", "J111"), ("R21", "R070")],
    "L": [("L03", "M545"), ("L15", "M255"), ("L08", "M759"), ("L02", "M546")],
    "A": [("A03", "R509"), ("A04", "R53"), ("A97", "Z000"), ("A98", "Z298")],
    "D": [("D01", "R104"), ("D73", "A099"), ("D12", "K590"), ("D84", "K219")],
    "K": [("K85", "R030"), ("K04", "R002"), ("K95", "I839")],
    "S": [("S02", "L299"), ("S18", "T140"), ("S88", "L239")],
    "N": [("N01", "R51"), ("N17", "R42")],
    "P": [("P01", "F419"), ("P06", "G470")],
    "T": [("T99", "E889"), ("T08", "R634")],
    "X": [("X11", "Z309"), ("X14", "N898")],
    "U": [("U71", "N300"), ("U01", "R300")],
    "H": [("H71", "H669"), ("H01", "H920")],
    "F": [("F70", "H109")],
    "Y": [("Y85", "N40")],
    "W": [("W78", "Z340")],
}
_ACUTE_DRUGS = ["N02BE01", "M01AE01", "J01CA04", "R05DA09", "A03AX13", "R06AE07", "A02BC01", "D07AC01"]
_VACCINES = ["J07BB02", "J07AM51", "J07BD52", "J07AL02", "J07BX03"]
#: LOINC → (mean, sd, standard unit)
LABS = {
    "2160-0": (80, 20, "umol/L"),
    "2823-3": (4.2, 0.4, "mmol/L"),
    "4548-4": (6.8, 1.0, "%"),
    "2345-7": (5.6, 1.2, "mmol/L"),
    "2093-3": (5.2, 1.0, "mmol/L"),
    "13457-7": (3.1, 0.9, "mmol/L"),
    "2571-8": (1.4, 0.5, "mmol/L"),
    "62238-1": (72, 20, "mL/min/{1.73_m2}"),
    "3016-3": (2.2, 1.0, "m[IU]/L"),
    "718-7": (13.8, 1.3, "g/dL"),
    "1988-5": (6, 4, "mg/L"),
}


def cip13(atc: str, n: int) -> str:
    """An invented presentation of a substance with a right check digit."""
    body = f"34009{(sum(ord(c) * 37**i for i, c in enumerate(atc)) * 7 + n) % 10_000_000:07d}"
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(body))
    return body + str(-total % 10)


def substances() -> list[str]:
    """Every ATC code that the country prescribes."""
    chronic = [a for c in assumptions()["conditions"].values() for a in c["atc"]]
    return sorted({*chronic, *_ACUTE_DRUGS, *_VACCINES})


class Writer:
    """Writes one practice's records; numbers them in order."""

    def __init__(self, rng: np.random.Generator, habits: dict[str, float], country: dict[str, float], doctors: list[str]) -> None:
        self.rng, self.habits, self.country, self.doctors = rng, habits, country, doctors
        self._numbers: dict[str, int] = {}
        p = assumptions()["published"]
        self._chapters = {
            k: (list(p[k]["value"]), np.array(list(p[k]["value"].values())) / sum(p[k]["value"].values()))
            for k in ("reason_chapters", "result_chapters")
        }

    def _number(self, kind: str) -> str:
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return f"{kind[:3].upper()}{self._numbers[kind]}"

    def _code(self, which: str, chronic: list[tuple[str, str]]) -> tuple[str, str]:
        if chronic and self.rng.random() < 0.35:
            return chronic[int(self.rng.integers(len(chronic)))]
        chapters, weights = self._chapters[which]
        options = ACUTE[chapters[int(np.searchsorted(np.cumsum(weights), self.rng.random()).clip(0, len(chapters) - 1))]]
        return options[int(self.rng.integers(len(options)))]

    def standing(self, person: Person, local: str, start: dt.date) -> dict[str, list[Record]]:
        """The patient's file: history, allergies, habits, vaccinations, protocols, observation."""
        rng, out = self.rng, {k: list[Record]() for k in STANDING}

        def add(kind: str, /, **fields: Any) -> None:
            out[kind].append({"record_id": self._number(kind), "patient_id": local, **fields})

        begin = max(person.birth, start)
        add(
            "observation_period",
            basis="active_file",
            start_date=begin,
            end_date=person.death,
            end_reason="died" if person.death else None,
        )
        for name, onset in person.conditions.items():
            c = assumptions()["conditions"][name]
            add(
                "history",
                kind="problem",
                cisp=c["cisp"],
                cim=c["cim"],
                assertion="present",
                start_date=onset,
                status="active",
                history_text=f"suivi {name}",
            )
            if c["ald"] and rng.random() < 0.7:
                add(
                    "care_protocol",
                    ald_number=c["ald"],
                    cisp=c["cisp"],
                    cim=c["cim"],
                    start_date=onset,
                    end_date=onset + dt.timedelta(days=3650),
                )
        if rng.random() < 0.2:
            add("history", kind="family", cisp="T90", cim="E119", assertion="present", relative="MTH", status=None)
        allergy = rng.random()
        if allergy < 0.25:
            add("allergy", code_system="ATC", code="J01CA04", assertion="present", recorded_on=begin)
        elif allergy < 0.55:
            add("allergy", assertion="absent", recorded_on=begin)
        if rng.random() < 0.5:
            add(
                "lifestyle",
                topic="tobacco",
                status="current" if person.smoker else "never",
                quantity=10 if person.smoker else None,
                unit="{cigarette}/d" if person.smoker else None,
                recorded_on=begin,
            )
        for n in range(int(rng.integers(0, 3))):
            atc = _VACCINES[int(rng.integers(len(_VACCINES)))]
            if begin + dt.timedelta(days=40 * n) >= DAY0:
                continue
            add(
                "vaccination",
                given_on=begin + dt.timedelta(days=40 * n),
                code_system="CIP13",
                code=cip13(atc, 0),
                dose_rank=n + 1,
                assertion="present" if rng.random() < 0.95 else "absent",
            )
        return out

    def encounter(
        self, person: Person, local: str, day: dt.date, kind: str | None = None
    ) -> tuple[Record, dict[str, list[Record]]]:
        """One visit and all that hangs on it."""
        rng = self.rng
        age = (day - person.birth).days / 365.25
        if kind is None:
            u, tele = rng.random(), self.country["teleconsultation"]
            home = self.habits["home_visit"] * (4 if age > 80 else 0.6)
            kind = (
                "teleconsultation"
                if u < tele
                else "home"
                if u < tele + home
                else "telephone"
                if u < tele + home + 0.02
                else "record_only"
                if u < tele + home + 0.035
                else "surgery"
            )
        author = billing = self.doctors[int(rng.integers(1, len(self.doctors)))]
        if rng.random() < self.habits["locum_share"]:
            author = self.doctors[0]
        number = self._number("Consultation")
        head: Record = {
            "record_id": number,
            "patient_id": local,
            "encounter_date": day,
            "minute": int(rng.integers(480, 1140)),
            "kind": kind,
            "author": author,
            "billing": billing,
            "note_text": "consultation",
        }
        rows = {k: list[Record]() for k in KINDS}
        chronic = [
            (c["cisp"], c["cim"])
            for n, c in assumptions()["conditions"].items()
            if n in person.conditions and person.conditions[n] <= day
        ]

        def add(kind: str, /, **fields: Any) -> None:
            rows[kind].append({"record_id": self._number(kind), "patient_id": local, "encounter_record_id": number, **fields})

        named = f"{person.family_name} {person.given_name}, {person.street}" if rng.random() < 0.2 else ""
        for _ in range(1 + int(rng.poisson(1.6))):
            cisp, cim = self._code("reason_chapters", chronic)
            coded = rng.random() < self.habits["coded_reasons"]
            add("reason", cisp=cisp if coded else None, cim=cim if coded else None, reason_text=f"motif {cisp} {named}")
        for _ in range(1 + int(rng.poisson(1.2))):
            cisp, cim = self._code("result_chapters", chronic)
            coded = rng.random() < self.habits["coded_results"]
            add(
                "diagnosis",
                cisp=cisp if coded else None,
                cim=cim if coded else None,
                assertion="present",
                diagnosis_text=f"resultat {cisp}",
            )
        if kind == "record_only":
            return head, rows
        drugs = [
            a
            for n, on in person.conditions.items()
            if on <= day
            for a in assumptions()["conditions"][n]["atc"][: 1 + int(rng.integers(2))]
        ]
        drugs = [a for a in drugs if rng.random() < 0.7]
        drugs += [_ACUTE_DRUGS[int(i)] for i in rng.integers(0, len(_ACUTE_DRUGS), rng.poisson(1.1))]
        for atc in dict.fromkeys(drugs):
            chronic_drug = atc not in _ACUTE_DRUGS
            add(
                "prescription",
                prescribed_on=day,
                atc=atc,
                code=cip13(atc, int(rng.integers(3))),
                dose=1,
                dose_unit="{tablet}",
                intakes_per_day=int(rng.integers(1, 4)),
                duration_days=30 if chronic_drug else int(rng.integers(3, 10)),
                renewals=2 if chronic_drug else 0,
                ald_zone=chronic_drug and bool(person.conditions),
                substitution=True,
                long_term=chronic_drug,
                posology_text="1 matin et soir",
            )
        add("act", done_on=day, code_system="NGAP", code={"home": "VG", "teleconsultation": "TCG"}.get(kind, "G"), coefficient=1)
        if kind in ("surgery", "home"):
            if rng.random() < 0.6 and age > 15:
                high = 14 if "hypertension" in person.conditions else 0
                add("measurement", measured_on=day, code="8480-6", value=round(float(rng.normal(124 + high, 13))), unit="mm[Hg]")
                add("measurement", measured_on=day, code="8462-4", value=round(float(rng.normal(74 + high / 2, 8))), unit="mm[Hg]")
            if rng.random() < 0.3:
                adult = min(age, 18) / 18
                add(
                    "measurement",
                    measured_on=day,
                    code="29463-7",
                    value=round(float(rng.normal(4 + 68 * adult, 1 + 11 * adult)).__abs__() + 2, 1),
                    unit="kg",
                )
                add("measurement", measured_on=day, code="8302-2", value=round(float(rng.normal(55 + 113 * adult, 7))), unit="cm")
        if rng.random() < 0.18:
            wanted = sorted({x for n in person.conditions for x in assumptions()["conditions"][n]["labs"]} | {"718-7", "1988-5"})
            add("order", ordered_on=day, kind="biology", code_system="LOINC", code=wanted[0], order_text="bilan")
            for code in wanted[:5]:
                mean, sd, unit = LABS[code]
                add(
                    "lab_result",
                    sampled_on=day,
                    code_system="LOINC",
                    code=code,
                    value=round(max(float(rng.normal(mean, sd)), mean / 10), 2),
                    unit=unit,
                    low=None,
                    high=None,
                    comment_text=f"{person.family_name} {person.nir}" if named else None,
                )
        elif rng.random() < 0.1:
            add("order", ordered_on=day, kind=str(rng.choice(["imaging", "nursing", "physiotherapy"])), order_text="demande")
        if 18 < age < 64 and rng.random() < 0.06:
            cisp, cim = self._code("result_chapters", [])
            add(
                "work_stoppage",
                start_date=day,
                end_date=day + dt.timedelta(days=int(rng.integers(1, 20))),
                cisp=cisp,
                cim=cim,
                is_extension=False,
            )
        if rng.random() < 0.04:
            add("certificate", issued_on=day, kind=str(rng.choice(["sport", "school", "other"])))
        if rng.random() < 0.07:
            add(
                "referral",
                referred_on=day,
                specialty_code=f"{rng.choice([3, 5, 10, 15, 32]):02d}",
                urgent=bool(rng.random() < 0.1),
                referral_text="avis",
            )
        if rng.random() < 0.1:
            add("document", document_date=day, kind="11502-2", format="pdf")
        return head, rows
