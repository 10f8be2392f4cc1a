"""Linkage by traits alone: names, birth date, sex, place. For another warehouse that knows people by name, inside the vault.

Traits are brought to one form first (`person`): French names are written with and without accents, hyphens and particles, married women under two
names, people born abroad under spellings of their own.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import block_on

#: Traits in their one form; a source may lack any but the birth date and the names.
TRAITS = (
    "names",
    "family",
    "given",
    "first_given",
    "sex",
    "birth",
    "birth_day",
    "birth_month",
    "birth_year",
    "birth_place",
    "place",
    "address",
)
#: Those that hold several words.
LISTS = ("names", "given")
_PARTICLES = {
    "DE",
    "DU",
    "DES",
    "LA",
    "LE",
    "LES",
    "D",
    "L",
    "EL",
    "AL",
    "BEN",
    "VAN",
    "VON",
    "DER",
    "SAINT",
    "ST",
    "STE",
    "SAINTE",
}


def _forms(day: str, month: str) -> tuple[str, str]:
    day, month = f"(?P<d>{day})", f"(?P<m>{month})"
    return f"{day}/{month}/(?P<y>[0-9]{{4}})( .*)?", f"(?P<y>[0-9]{{4}})(-?){month}\\2{day}([T ].*)?"


_DAY, _MONTH = "0[1-9]|[12][0-9]|3[01]", "0[1-9]|1[0-2]"
#: dd/mm/yyyy, yyyy-mm-dd or yyyymmdd, with a time or without; ddmmyyyy, which read so has no month; then what is mistyped, or a lunar month: it may be so in both lists.
_DATES = tuple(
    re.compile(form)
    for form in (*_forms(_DAY, _MONTH), f"(?P<d>{_DAY})(?P<m>{_MONTH})(?P<y>(19|20)[0-9]{{2}})", *_forms("[0-9]{2}", "[0-9]{2}"))
)
_SEXES = {"M": "M", "H": "M", "1": "M", "MALE": "M", "HOMME": "M", "MASCULIN": "M",
          "F": "F", "2": "F", "FEMALE": "F", "FEMME": "F", "FEMININ": "F"}  # fmt: skip


def plain(text: str | None) -> str:
    """Letters and digits only, upper case, without accents, ligatures opened."""
    opened = (text or "").replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE").replace("ß", "ss")
    bare = "".join(c for c in unicodedata.normalize("NFKD", opened) if not unicodedata.combining(c))
    return re.sub(r"[^A-Z0-9]+", " ", bare.upper()).strip()


def words(*names: str | None) -> list[str]:
    """The words of names, particles left out unless nothing else remains."""
    found = [w for n in names for w in plain(n).split()]
    return sorted({w for w in found if w not in _PARTICLES} or set(found))


def birth(text: str | None) -> tuple[str | None, str | None, str | None]:
    """Year, month, day of a birth date in any of the usual forms (`_DATES`)."""
    for form in _DATES:
        if found := form.fullmatch((text or "").strip()):
            return found["y"], found["m"], found["d"]
    return None, None, None


def person(family: str | None, birth_name: str | None, given: str | None, born: str | None, sex: str | None = None, birth_place: str | None = None,
           place: str | None = None, address: str | None = None) -> dict[str, Any]:  # fmt: skip
    """One person's traits in their one form; what is not known is None."""
    year, month, day = birth(born)
    names, givens = words(family, birth_name), plain(given).split()
    return {
        "names": names or None, "family": plain(birth_name or family).replace(" ", "") or None, "given": words(given) or None,
        "first_given": givens[0] if givens else None, "sex": _SEXES.get(plain(sex)),
        "birth": f"{year}-{month}-{day}" if year else None, "birth_day": day, "birth_month": month, "birth_year": year,
        "birth_place": plain(birth_place) or None, "place": plain(place) or None, "address": plain(address).replace(" ", "") or None,
    }  # fmt: skip


def comparisons() -> list[Any]:
    """Every comparison, as Splink creators."""
    return [
        cl.CustomComparison(output_column_name="family", comparison_levels=[
            cll.NullLevel("family"), cll.ExactMatchLevel("family", term_frequency_adjustments=True), cll.ArrayIntersectLevel("names", 1),
            cll.JaroWinklerLevel("family", 0.92), cll.JaroWinklerLevel("family", 0.82), cll.ElseLevel()]),
        cl.CustomComparison(output_column_name="given", comparison_levels=[
            cll.NullLevel("first_given"), cll.ExactMatchLevel("first_given", term_frequency_adjustments=True), cll.ArrayIntersectLevel("given", 1),
            cll.JaroWinklerLevel("first_given", 0.9), cll.JaroWinklerLevel("first_given", 0.8), cll.ElseLevel()]),
        cl.CustomComparison(output_column_name="birth", comparison_levels=[
            cll.NullLevel("birth"), cll.ExactMatchLevel("birth"), cll.LevenshteinLevel("birth", 1),
            cll.CustomLevel("birth_year_l = birth_year_r AND birth_month_l = birth_day_r AND birth_day_l = birth_month_r", "day and month swapped"),
            cll.LevenshteinLevel("birth", 2), cll.ElseLevel()]),
        cl.ExactMatch("sex"),
        cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
        cl.ExactMatch("place").configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("address", [0.92, 0.8]),
    ]  # fmt: skip


def blocking() -> list[Any]:
    """What pairs must share to be compared."""
    return [
        block_on("birth"), block_on("family", "first_given"), block_on("family", "birth_year"), block_on("first_given", "place"), block_on("family", "place"),
        block_on("address", "place"), block_on("first_given", "birth_month", "birth_year"), block_on("birth_place", "birth_year", "birth_month"),
    ]  # fmt: skip
