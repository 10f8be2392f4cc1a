"""Code systems: which codes exist, and one normal form each. All of it is column expressions.

Sources: CISP-2 codes: WONCA ICPC-2, French edition (686 codes of components 1 and 7; components 2 to 6 are 30 to 69 in every
chapter). CIM-10 categories: WHO ICD-10 2019 with the emergency codes U06 to U10. Check digits: EAN-13 for CIP13, Luhn for LOINC.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

CISP2 = {
    "A": "01-11 13 16 18 20-21 23 25-29 44 70-82 84-99",
    "B": "02 04 25-29 70-84 87 90 99",
    "D": "01-21 23-29 70-99",
    "F": "01-05 13-18 27-29 70-76 79-86 91-95 99",
    "H": "01-05 13 15 27-29 70-86 99",
    "K": "01-07 22 24-25 27-29 70-96 99",
    "L": "01-05 07-20 26-29 70-99",
    "N": "01 03-08 16-19 26-29 70-76 79-81 85-95 99",
    "P": "01-13 15-20 22-25 27-29 70-82 85-86 98-99",
    "R": "01-09 21 23-29 71-90 92 95-99",
    "S": "01-24 26-29 70-99",
    "T": "01-05 07-08 10-11 26-29 70-73 78 80-83 85-87 89-93 99",
    "U": "01-02 04-08 13-14 26-29 70-72 75-80 85 88 90 95 98-99",
    "W": "01-03 05 10-15 17-19 21 27-29 70-73 75-76 78-85 90-96",
    "X": "01-29 70-92 99",
    "Y": "01-08 10 13-14 16 24-29 70-86 99",
    "Z": "01-16 18-25 27-29",
}
CIM10 = {
    "A": "00-09 15-28 30-44 46 48-60 63-71 74-75 77-89 92-99",
    "B": "00-09 15-27 30 33-58 60 64-83 85-92 94-99",
    "C": "00-26 30-34 37-41 43-58 60-86 88 90-97",
    "D": "00-07 09-48 50-53 55-77 80-84 86 89",
    "E": "00-07 10-16 20-32 34-35 40-46 50-56 58-61 63-68 70-80 83-90",
    "F": "00-07 09-25 28-34 38-45 48 50-55 59-66 68-73 78-84 88-95 98-99",
    "G": "00-14 20-26 30-32 35-37 40-41 43-47 50-64 70-73 80-83 90-99",
    "H": "00-06 10-11 13 15-22 25-28 30-36 40 42-55 57-62 65-75 80-83 90-95",
    "I": "00-02 05-13 15 20-28 30-52 60-74 77-83 85-89 95 97-99",
    "J": "00-06 09-18 20-22 30-47 60-70 80-82 84-86 90-96 98-99",
    "K": "00-14 20-23 25-31 35-38 40-46 50-52 55-67 70-77 80-83 85-87 90-93",
    "L": "00-05 08 10-14 20-30 40-45 50-60 62-68 70-75 80-95 97-99",
    "M": "00-03 05-25 30-36 40-43 45-51 53-54 60-63 65-68 70-73 75-77 79-96 99",
    "N": "00-08 10-23 25-37 39-51 60-64 70-77 80-99",
    "O": "00-08 10-16 20-26 28-36 40-48 60-75 80-92 94-99",
    "P": "00-05 07-08 10-15 20-29 35-39 50-61 70-72 74-78 80-81 83 90-96",
    "Q": "00-07 10-18 20-28 30-45 50-56 60-87 89-93 95-99",
    "R": "00-07 09-23 25-27 29-36 39-65 68-87 89-96 98-99",
    "S": "00-99",
    "T": "00-71 73-76 78-88 90-98",
    "U": "04 06-10 82-85",
    "V": "01-06 09-99",
    "W": "00-46 49-60 64-70 73-81 83-94 99",
    "X": "00-06 08-54 57-99",
    "Y": "00-36 40-66 69-91 95-98",
    "Z": "00-04 08-13 20-65 70-76 80-99",
}
#: Words for code systems that software and documents use → ours.
SYSTEM_WORDS = {
    "CISP": "CISP-2",
    "CISP2": "CISP-2",
    "CISP-2": "CISP-2",
    "ICPC2": "CISP-2",
    "ICPC-2": "CISP-2",
    "CIM10": "CIM-10",
    "CIM-10": "CIM-10",
    "ICD10": "CIM-10",
    "ICD-10": "CIM-10",
    "CIM": "CIM-10",
    "ATC": "ATC",
    "CIP": "CIP13",
    "CIP13": "CIP13",
    "CIP7": "CIP7",
    "CIS": "CIS",
    "UCD": "UCD",
    "LOINC": "LOINC",
    "SNOMED": "SNOMED CT",
    "SCT": "SNOMED CT",
    "NGAP": "NGAP",
    "CCAM": "CCAM",
    "LOCAL": "local",
}


def expand(ranges: dict[str, str]) -> frozenset[str]:
    """The codes that a table of ranges stands for."""
    out = set()
    for letter, text in ranges.items():
        for part in text.split():
            low, _, high = part.partition("-")
            out |= {f"{letter}{n:02d}" for n in range(int(low), int(high or low) + 1)}
    return frozenset(out)


def pattern(ranges: dict[str, str]) -> str:
    """The same codes as one regular expression: letter, tens, units. One literal in a plan instead of thousands."""
    by_letter: dict[str, dict[str, str]] = {}
    for code in sorted(expand(ranges)):
        tens = by_letter.setdefault(code[0], {})
        tens[code[1]] = tens.get(code[1], "") + code[2]
    letters = [f"{letter}({'|'.join(f'{t}[{u}]' for t, u in tens.items())})" for letter, tens in by_letter.items()]
    return "|".join(letters)


_CISP2, _CIM10 = pattern(CISP2), pattern(CIM10)


def system(raw: Column) -> Column:
    """Our name of a code system; null when the word is not known."""
    words = ", ".join(f"'{word}', '{name}'" for word, name in SYSTEM_WORDS.items())
    return F.element_at(F.expr(f"map({words})"), F.upper(F.trim(raw)))


def _digit(text: Column, at: int) -> Column:
    return F.ascii(F.substring(text, at, 1)) - 48


def _cip13_key(text: Column) -> Column:
    total = sum((_digit(text, i) * (1 if i % 2 else 3) for i in range(2, 14)), _digit(text, 1))
    return total % 10 == 0


def _loinc_key(text: Column) -> Column:
    body = F.lpad(F.substring_index(text, "-", 1), 6, "0")
    doubled = [_digit(body, i) * 2 for i in (2, 4, 6)]
    total = sum((F.when(d > 9, d - 9).otherwise(d) for d in doubled), _digit(body, 1) + _digit(body, 3) + _digit(body, 5))
    return (total + F.substring_index(text, "-", -1).cast("int")) % 10 == 0


def tidy(raw: Column) -> Column:
    """A code as delivered → in capitals, without blanks around it."""
    return F.upper(F.trim(raw))


def normal(systems: tuple[str, ...], system_name: Column, up: Column) -> Column:
    """The tidied code in its normal form; null when it is no code of its system, or its system is not among `systems`.

    CIM-10 loses its dot; a national extension is kept when its category exists. Many rules read the code: make it a column first.
    """
    undotted = F.translate(up, ".", "")
    forms = {
        "CISP-2": lambda: F.when(up.rlike(f"^({_CISP2}|[ABDFHKLNPRSTUWXYZ][3-6][0-9])$"), up),
        "CIM-10": lambda: F.when(undotted.rlike(f"^({_CIM10})[0-9A-Z+-]{{0,4}}$"), undotted),
        "ATC": lambda: F.when(up.rlike("^[ABCDGHJLMNPRSV][0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?$"), up),
        "CIP13": lambda: F.when(up.rlike("^34009[0-9]{8}$") & _cip13_key(up), up),
        "CIP7": lambda: F.when(up.rlike("^[0-9]{7}$"), up),
        "CIS": lambda: F.when(up.rlike("^6[0-9]{7}$"), up),
        "UCD": lambda: F.when(up.rlike("^[0-9]{7}([0-9]{6})?$"), up),
        "LOINC": lambda: F.when(up.rlike("^[0-9]{1,6}-[0-9]$") & _loinc_key(up), up),
        "SNOMED CT": lambda: F.when(up.rlike("^[0-9]{6,18}$"), up),
        "NGAP": lambda: F.when(up.rlike("^[A-Z]{1,5}$"), up),
        "CCAM": lambda: F.when(up.rlike("^[A-Z]{4}[0-9]{3}$"), up),
        "local": lambda: F.when(up != "", up),
    }
    chosen: Column | None = None
    for name in systems:
        form = forms[name]()
        chosen = F.when(system_name == name, form) if chosen is None else chosen.when(system_name == name, form)
    assert chosen is not None
    return chosen
