"""Shapes of raw text: what a value must look like to be landed in bronze at all.

People write names, addresses and social-security numbers anywhere, in lab lines too. A value that is not of the shape of
its column is not landed: it stays in the delivery, under the vault, and the row says which column it misses (`moved`).
Null is always allowed. The expressions have no look-around, so that RE2 checks a column at a time.
"""

from __future__ import annotations

SHAPES: dict[str, str] = {
    "id": r"[A-Za-z0-9][A-Za-z0-9._:/#-]{0,63}",
    "code": r"[A-Za-z0-9][A-Za-z0-9.+*/_-]{0,12}",
    "date": r"([0-9]{4}|[0-9]{6}|[0-9]{8}([0-9]{2}){0,3}([+-][0-9]{4})?)|[0-9]{1,4}[-/][0-9]{1,2}[-/][0-9]{1,4}([T ][0-9:.]{1,15}(Z|[+-][0-9:]{2,6})?)?|[0-9]{2}/[0-9]{4}|[0-9]{4}-[0-9]{2}",
    "number": r"[<>=~]{0,2} ?[+-]?[0-9]{1,7}([.,][0-9]{1,6})?",
    "flag": r"[A-Za-zéèûâ_][A-Za-z0-9éèûâ_]{0,19}|[0-9]{1,3}",
    "unit": r"[A-Za-z0-9µμ%/.°*^²³_\[\]{}-]{1,16}",
}

#: The shapes that could hold a NIR; text in which one stands is not of them.
COULD_HOLD_NIR = ("id", "code", "unit", "flag")
#: 1 or 2 (7 or 8: provisional), year, month, department, six digits, written together or in their groups; a CIP13 begins with 34009 and is none. Months
#: of 20 and above, which stand for an unknown one, are left out: most numbers of thirteen digits would be taken for such a NIR.
NIR = r"[1278]{0}[0-9]{{2}}{0}(0[1-9]|1[0-2]){0}([0-9]{{2}}|2[AaBb]){0}[0-9]{{3}}{0}[0-9]{{3}}".format(r"[ ./:_#-]?")

_LETTERS = str.maketrans("0123456789abcdef", "ghijklmnopqrstuv")


def in_letters(digest: str) -> str:
    """A hexadecimal digest in letters: one in some thousands has thirteen figures that look like a NIR, for which a record would be moved."""
    return digest.translate(_LETTERS)
