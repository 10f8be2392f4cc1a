"""What a practice writes down: records per kind, in a neutral form that each dialect renders in its own way.

A record is a dict of the product's raw field names; days are dates, numbers are numbers. Texts end in `_text`.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from functools import cache
from typing import Any

import numpy as np

from p4dp.simulate.lives import DAY0, Person, assumptions, influenza

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
    "R": [("R05", "R05"), ("R74", "J069"), ("R78", "J209"), ("R21", "R070")],
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
_DIHYDROPYRIDINE, _LOOP_DIURETIC = "C08CA01", "C03CA01"
_FLU = ("R80", "J111")
_ACUTE_DRUGS = ["N02BE01", "M01AE01", "J01CA04", "R05DA09", "A03AX13", "R06AE07", "A02BC01", "D07AC01"]
_FLU_VACCINE = "J07BB02"
_VACCINES = ["J07AM51", "J07BD52", "J07AL02", "J07BX03"]
#: LOINC → (mean, sd, standard unit); analyses that an illness changes have their own rule below
LABS = {
    "2160-0": (80, 12, "umol/L"),
    "2823-3": (4.2, 0.4, "mmol/L"),
    "4548-4": (5.5, 0.3, "%"),
    "2345-7": (5.1, 0.5, "mmol/L"),
    "2093-3": (5.2, 1.0, "mmol/L"),
    "13457-7": (3.1, 0.9, "mmol/L"),
    "2571-8": (1.4, 0.5, "mmol/L"),
    "62238-1": (72, 20, "mL/min/{1.73_m2}"),
    "3016-3": (2.2, 1.0, "m[IU]/L"),
    "718-7": (13.8, 1.3, "g/dL"),
    "1988-5": (6, 4, "mg/L"),
}


#: LOINC → illness and the (mean, sd) under it
_ILL = {"4548-4": ("diabetes", 7.3, 0.9), "2345-7": ("diabetes", 8.4, 1.8), "2160-0": ("kidney_disease", 165, 40)}
_SCREENING = ("2093-3", "2160-0", "2345-7", "4548-4", "62238-1")


def laboratory(rng: np.random.Generator, person: Person, day: dt.date, codes: list[str]) -> dict[str, float]:
    """What a laboratory measures in a person's blood; the filtration rate follows from the creatinine of the same tube."""
    out: dict[str, float] = {}
    for code in ["2160-0", *codes]:
        mean, sd, _ = LABS[code]
        if code == "2160-0":
            mean = 82 if person.sex == "male" else 68
        illness, changed, spread = _ILL.get(code, ("", 0, 0))
        if illness in person.conditions and person.conditions[illness] <= day:
            mean, sd = changed, spread
        out.setdefault(code, round(max(float(rng.normal(mean, sd)), mean / 10), 2))
    if "62238-1" in codes:
        kappa, alpha, factor = (0.9, -0.411, 141) if person.sex == "male" else (0.7, -0.329, 144)
        relative = out["2160-0"] / 88.4 / kappa
        age = (day - person.birth).days / 365.25
        out["62238-1"] = round(factor * min(relative, 1) ** alpha * max(relative, 1) ** -1.209 * 0.993**age, 0)
    return {code: out[code] for code in codes}


@cache
def cip13(atc: str, n: int) -> str:
    """An invented presentation of a substance with a right check digit."""
    body = f"34009{(sum(ord(c) * 37**i for i, c in enumerate(atc)) * 7 + n) % 10_000_000:07d}"
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(body))
    return body + str(-total % 10)


def substances() -> list[str]:
    """Every ATC code that the country prescribes."""
    chronic = [a for c in assumptions()["conditions"].values() for a in c["atc"]]
    return sorted({*chronic, *_ACUTE_DRUGS, *_VACCINES, _FLU_VACCINE})


class Writer:
    """Writes one practice's records; numbers them in order."""

    def __init__(self, rng: np.random.Generator, habits: dict[str, float], country: dict[str, float], doctors: list[str],
                 locums: list[tuple[Record, str]]) -> None:  # fmt: skip
        self.rng, self.habits, self.country, self.doctors, self.locums = rng, habits, country, doctors, locums
        self._numbers: dict[str, int] = {}
        #: patient → day on which an oedema under a dihydropyridine shows; None when it never does or was told
        self._oedema: dict[str, dt.date | None] = {}
        #: prescribing cascades: patient, day of the oedema, whether a loop diuretic was the answer
        self.cascades: list[tuple[str, dt.date, bool]] = []
        chapters = assumptions()["acute_chapters"]
        self._chapters = {
            k: (list(c), np.cumsum(np.array(list(c.values())) / sum(c.values())).tolist()) for k, c in chapters.items()
        }

    def _number(self, kind: str) -> str:
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return f"{kind[:3].upper()}{self._numbers[kind]}"

    def _code(self, which: str, chronic: list[tuple[str, str]], flu: float = 0.03) -> tuple[str, str]:
        if chronic and self.rng.random() < 0.35:
            return chronic[int(self.rng.integers(len(chronic)))]
        chapters, cumulated = self._chapters[which]
        chapter = chapters[min(bisect_left(cumulated, self.rng.random()), len(chapters) - 1)]
        if chapter == "R" and self.rng.random() < flu:
            return _FLU
        options = ACUTE[chapter]
        return options[int(self.rng.integers(len(options)))]

    def standing(
        self, person: Person, local: str, start: dt.date, declared: list[tuple[Record, dt.date, dt.date | None]]
    ) -> dict[str, list[Record]]:
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
        for _, since, until in declared:
            reason = None if until is None else "died" if until == person.death else "left"
            add("observation_period", basis="declared_gp", start_date=since, end_date=until, end_reason=reason)
        for name in person.known(DAY0):
            c, onset = assumptions()["conditions"][name], person.conditions[name]
            if rng.random() >= self.habits["listed_problems"]:
                continue
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
        for year in range(begin.year, DAY0.year):
            given = dt.date(year, 10, 15) + dt.timedelta(days=int(rng.integers(0, 45)))
            alive, old = not person.death or given <= person.death, (given - person.birth).days > 65 * 365.25
            if given > begin and alive and old and rng.random() < self.country["flu_vaccinated"]:
                add(
                    "vaccination",
                    given_on=given,
                    code_system="CIP13",
                    code=cip13(_FLU_VACCINE, 0),
                    dose_rank=1,
                    assertion="present",
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

    def _cascade(self, person: Person, local: str, day: dt.date, drugs: list[str]) -> tuple[bool, list[str]]:
        """Whether an oedema under a dihydropyridine shows at this visit, and the drugs that answer it: a prescribing cascade."""
        due = self._oedema.get(local)
        if due is not None and due <= day:
            treated = self.rng.random() < self.country["oedema_treated"]
            self._oedema[local] = None
            self.cascades.append((local, day, treated))
            return True, [_LOOP_DIURETIC] if treated else []
        if _DIHYDROPYRIDINE in drugs and local not in self._oedema:
            shows = self.rng.random() < self.country["oedema"] and "heart_failure" not in person.conditions
            self._oedema[local] = day + dt.timedelta(days=int(self.rng.integers(15, 75))) if shows else None
        return False, []

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
        billing = self.doctors[int(rng.integers(len(self.doctors)))]
        author = next(
            (
                locum["practitioner_id"]
                for locum, replaced in self.locums
                if replaced == billing and locum["valid_from"] <= day <= locum["valid_to"]
            ),
            billing,
        )
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
        chronic = [(c["cisp"], c["cim"]) for c in (assumptions()["conditions"][n] for n in person.known(day))]

        def add(kind: str, /, **fields: Any) -> None:
            rows[kind].append({"record_id": self._number(kind), "patient_id": local, "encounter_record_id": number, **fields})

        flu = influenza(self.country, person.commune[:2], day)
        named = f"{person.family_name} {person.given_name}, {person.street}" if rng.random() < 0.2 else ""
        each = {k: assumptions()["published"][f"{k}s_per_encounter"]["value"] for k in ("reason", "result")}
        for _ in range(1 + int(rng.poisson(each["reason"] - 1))):
            cisp, cim = self._code("reason", chronic, flu)
            coded = rng.random() < self.habits["coded_reasons"]
            add("reason", cisp=cisp if coded else None, cim=cim if coded else None, reason_text=f"motif {cisp} {named}")
        for _ in range(1 + int(rng.poisson(each["result"] - 1))):
            cisp, cim = self._code("result", chronic, flu)
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
        drugs = [a for n in person.known(day) for a in assumptions()["conditions"][n]["atc"][: 1 + int(rng.integers(2))]]
        drugs = [a for a in drugs if rng.random() < 0.7]
        drugs += [_ACUTE_DRUGS[int(i)] for i in rng.integers(0, len(_ACUTE_DRUGS), rng.poisson(1.1))]
        oedema, diuretic = self._cascade(person, local, day, drugs)
        if oedema:
            coded = rng.random() < self.habits["coded_reasons"]
            add("reason", cisp="K07" if coded else None, cim="R600" if coded else None, reason_text="oedeme")
        drugs += diuretic
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
                ald_zone=chronic_drug and bool(person.known(day)),
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
                height = 52 + (person.height - 52) * adult
                weight = 3.5 + (person.bmi * (person.height / 100) ** 2 - 3.5) * adult**1.5 + float(rng.normal(0, 0.2 + adult))
                add("measurement", measured_on=day, code="29463-7", value=round(max(weight, 2.0), 1), unit="kg")
                add("measurement", measured_on=day, code="8302-2", value=round(height + float(rng.normal(0, 1))), unit="cm")
        if rng.random() < 0.18:
            asked = {x for n in person.known(day) for x in assumptions()["conditions"][n]["labs"]} | {"718-7", "1988-5"}
            if age > 35 and rng.random() < self.habits["screened"]:
                asked |= {x for x in _SCREENING if rng.random() < 0.7}
            wanted = sorted(asked)
            add("order", ordered_on=day, kind="biology", code_system="LOINC", code=wanted[0], order_text="bilan")
            for code, value in laboratory(rng, person, day, wanted[:9]).items():
                add(
                    "lab_result",
                    sampled_on=day,
                    code_system="LOINC",
                    code=code,
                    value=value,
                    unit=LABS[code][2],
                    low=None,
                    high=None,
                    comment_text=f"{person.family_name} {person.nir}" if named else None,
                )
        elif rng.random() < 0.1:
            add("order", ordered_on=day, kind=str(rng.choice(["imaging", "nursing", "physiotherapy"])), order_text="demande")
        if 18 < age < 64 and rng.random() < 0.06:
            cisp, cim = self._code("result", [])
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
