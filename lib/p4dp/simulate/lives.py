"""Latent lives: who a person is, what illness they carry, and when they go to the practice."""

from __future__ import annotations

import datetime as dt
import importlib.resources
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import yaml

DAY0 = dt.date(2026, 1, 5)
_SYLLABLES = ("bar", "bel", "cour", "dau", "fer", "gar", "lam", "mar", "mon", "per", "ros", "sau", "ther", "val", "ver", "vil")
_ENDINGS = (
    "chand",
    "dier",
    "geot",
    "guier",
    "lanque",
    "melin",
    "neval",
    "pinaud",
    "querre",
    "sselin",
    "tignac",
    "vreux",
    "zanet",
    "ïnault",
)
_GIVEN = {
    "male": (
        "Armand",
        "Bastien",
        "Célestin",
        "Désiré",
        "Édouard",
        "Fabrice",
        "Gaspard",
        "Hervé",
        "Jérôme",
        "Loïc",
        "Mathurin",
        "Noël",
    ),
    "female": (
        "Agathe",
        "Blandine",
        "Cécile",
        "Élodie",
        "Fanny",
        "Gaëlle",
        "Hélène",
        "Inès",
        "Joëlle",
        "Léontine",
        "Maëlys",
        "Solène",
    ),
}


@cache
def assumptions() -> dict[str, Any]:
    """The parameters and ranges of assumptions.yaml."""
    return dict(yaml.safe_load((importlib.resources.files("p4dp.simulate") / "assumptions.yaml").read_text("utf-8")))


def draw(rng: np.random.Generator, per: str, errors: float = 1.0) -> dict[str, float]:
    """One value of each ASSUMED parameter of a country or a practice; those that are errors times `errors`."""
    chosen = assumptions()["assumed"].items()
    return {name: float(rng.uniform(*a["range"])) * (errors if a.get("error") else 1) for name, a in chosen if a["per"] == per}


def coding_at(place: float) -> dict[str, float]:
    """Every parameter that says how completely a practice codes, at one place of its range: 0 lowest, 1 highest."""
    ranges = {name: a["range"] for name, a in assumptions()["assumed"].items() if a.get("coding")}
    return {name: low + place * (high - low) for name, (low, high) in ranges.items()}


@dataclass
class Person:
    """One human. `conditions` maps an illness to the day it began; of those in `unknown` nobody knows. `height` in cm, `bmi` in kg/m², both of the adult."""

    number: int
    sex: str
    birth: dt.date
    family_name: str
    birth_name: str
    given_name: str
    nir: str
    commune: str
    street: str
    birth_place: str
    death: dt.date | None = None
    conditions: dict[str, dt.date] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    smoker: bool = False
    twin: bool = False
    height: float = 168.0
    bmi: float = 25.0

    def known(self, day: dt.date) -> list[str]:
        """Illnesses that a doctor knows of on a day."""
        return [name for name, onset in self.conditions.items() if onset <= day and name not in self.unknown]


def surname(rng: np.random.Generator) -> str:
    """An invented family name."""
    return (str(rng.choice(_SYLLABLES)) + str(rng.choice(_SYLLABLES)) + str(rng.choice(_ENDINGS))).capitalize()


def nir_of(sex: str, birth: dt.date, place: str, order: int) -> str:
    """A number with its key; Corsica counts as 19 and 18 in the key."""
    body = f"{'1' if sex == 'male' else '2'}{birth:%y%m}{place}{order:03d}"
    number = int(body.replace("2A", "19").replace("2B", "18"))
    return f"{body}{97 - number % 97:02d}"


def communes(rng: np.random.Generator, count: int) -> tuple[list[str], np.ndarray]:
    """INSEE codes, and population shares with a heavy tail; Corsica and an overseas department are among them."""
    departments = ["13", "06", "76", "27", "35", "2A", "2B", "974", "75", "59"]
    codes = [
        f"{d}{n:03d}"[:5] if len(d) == 2 else f"{d}{n:02d}"
        for n in range(4, 4 + -(-count // len(departments)))
        for d in departments
    ]
    weights = 1.0 / np.arange(1, count + 1) ** 1.1
    return codes[:count], weights / weights.sum()


def mistyped(birth: dt.date, how: float) -> dt.date:
    """A birth date as a hurried hand writes it: day and month swapped, a month or ten years off; never later than the true year."""
    if how < 0.4 and birth.day <= 12 and birth.day != birth.month:
        return birth.replace(month=birth.day, day=birth.month)
    if how < 0.8:
        return birth.replace(month=birth.month % 12 + 1, day=min(birth.day, 28))
    return birth.replace(year=birth.year - (1 if birth.year < 1910 or how < 0.9 else 10), day=min(birth.day, 28))


def household(rng: np.random.Generator, first: int, where: tuple[list[str], np.ndarray], years: int) -> list[Person]:
    """One household: a single, a couple, or parents with children, now and then twins."""
    codes, weights = where
    commune = str(rng.choice(codes, p=weights))
    street = f"{rng.integers(1, 190)} rue {surname(rng)}"
    shape = rng.choice(["single", "couple", "family"], p=[0.36, 0.30, 0.34])
    name = surname(rng)
    people: list[tuple[str, int, bool]] = []
    if shape == "single":
        people = [(str(rng.choice(["male", "female"])), int(np.clip(rng.normal(55, 21), 18, 99)), False)]
    else:
        age = int(np.clip(rng.normal(42 if shape == "family" else 62, 12), 20, 96))
        people = [("male", age, False), ("female", int(np.clip(age + rng.normal(-2, 4), 18, 99)), False)]
        if shape == "family":
            for _ in range(int(rng.integers(1, 4))):
                child = int(np.clip(age - rng.integers(22, 40), 0, 22))
                twin = bool(rng.random() < 0.03)
                people += [(str(rng.choice(["male", "female"])), child, twin)] * (2 if twin else 1)
    out: list[Person] = []
    twin_birth: dt.date | None = None
    for n, (sex, age, twin) in enumerate(people):
        birth = DAY0 - dt.timedelta(days=int(age * 365.25 + rng.integers(0, 365)))
        if twin:
            birth, twin_birth = (twin_birth, None) if twin_birth else (birth, birth)
        birth_name = name if n != 1 else surname(rng)
        place = str(rng.choice(codes)) if rng.random() > 0.1 else f"99{rng.integers(100, 400)}"
        person = Person(
            first + n,
            sex,
            birth,
            name if rng.random() < 0.8 else birth_name,
            birth_name,
            str(rng.choice(_GIVEN[sex])),
            nir_of(sex, birth, place, int(rng.integers(1, 999))),
            commune,
            street,
            place,
            twin=twin,
        )
        _fall_ill(rng, person, years)
        out.append(person)
    return out


def _fall_ill(rng: np.random.Generator, person: Person, years: int) -> None:
    """Draws illnesses with their beginning, and death during the years observed."""
    for name, c in assumptions()["conditions"].items():
        age = (DAY0 - person.birth).days / 365.25
        at_75 = c[person.sex]
        chance = at_75 if c.get("flat") else at_75 / (1 + np.exp(-(age - 62) / 7)) * 1.25
        if age > 2 and rng.random() < chance:
            person.conditions[name] = DAY0 - dt.timedelta(days=int(rng.uniform(0, min(age * 0.5, 20)) * 365))
            if rng.random() < c.get("undiagnosed", 0):
                person.unknown.add(name)
    person.height = float(rng.normal(176 if person.sex == "male" else 163, 6.5))
    person.bmi = float(np.clip(rng.gamma(32, 0.8) + (2.0 if "diabetes" in person.conditions else 0), 16, 52))
    person.smoker = bool(rng.random() < 0.24) and (DAY0 - person.birth).days > 16 * 365
    age = (DAY0 - person.birth).days / 365.25
    if rng.random() < years * 0.0001 * np.exp(0.085 * max(age - 20, 0)):
        person.death = DAY0 - dt.timedelta(days=int(rng.integers(0, years * 365)))


def influenza(country: dict[str, float], department: str, day: dt.date) -> float:
    """Share of respiratory reasons that are influenza-like on a day: a winter wave whose peak differs by year and department."""
    winter = day.year if day.month < 8 else day.year + 1
    shift = winter * 7 % 5 - 2 + sum(map(ord, department)) % 3 - 1
    peak = dt.date(winter - 1, 12, 15) + dt.timedelta(weeks=country["flu_peak"] + shift)
    return 0.03 + country["flu_size"] * float(np.exp(-(((day - peak).days / 14) ** 2)))


def visit_days(
    rng: np.random.Generator, person: Person, start: dt.date, end: dt.date, factor: float, closed_august: bool
) -> list[dt.date]:
    """Working days on which the person comes, between start and end (exclusive)."""
    last = min(end, person.death) if person.death else end
    span = (last - start).days
    if span <= 0:
        return []
    age = max((start - person.birth).days / 365.25, 0)
    table = assumptions()["visits_by_age"]
    rate = next(v for a, v in sorted(table.items(), reverse=True) if age >= a or a == 0) * factor
    rate += sum(assumptions()["conditions"][c]["visits"] for c in person.conditions) * 0.6
    days = {
        start + dt.timedelta(days=int(d)) for d in rng.integers(0, span, rng.poisson(rate * rng.gamma(2.0, 0.5) * span / 365.25))
    }
    out = []
    for day in sorted(days):
        if day.weekday() == 6:
            day -= dt.timedelta(days=2)
        if day < max(start, person.birth) or (closed_august and day.month == 8 and 3 <= day.day <= 24):
            continue
        out.append(day)
    return sorted(set(out))
