"""The French social-security number: is it well formed? Flags, never a reason to drop a patient."""

from __future__ import annotations

import re

from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.fr import nir as standard

_FORM = re.compile(r"[12378]\d{2}(0[1-9]|1[0-2]|[2-9]\d)(\d{2}|2[AB])\d{6}(\d{2})?", re.ASCII)


def status(text: str | None) -> str:
    """valid, wrong_key, no_key, provisional, malformed or missing.

    Provisional numbers begin with 7 or 8; Corsica has 2A and 2B in the place of the department.
    """
    number = re.sub(r"[\s.-]", "", text or "").upper()
    if not number:
        return "missing"
    if not _FORM.fullmatch(number):
        return "malformed"
    if number[0] in "378":
        return "provisional"
    if len(number) == 13:
        return "no_key"
    try:
        standard.validate(number)
    except InvalidChecksum:
        return "wrong_key"
    except ValidationError:
        return "malformed"
    return "valid"
