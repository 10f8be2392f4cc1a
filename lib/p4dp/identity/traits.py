"""Traits made coarse enough to leave the vault: month and year of birth."""

from __future__ import annotations

import re

_FORMS = (
    re.compile(r"(?P<d>\d{2})/(?P<m>\d{2})/(?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2}).*"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2}).*"),
    re.compile(r"(?P<y>\d{4})-?(?P<m>\d{2})"),
    re.compile(r"(?P<y>\d{4})"),
)


def birth_month(text: str | None) -> tuple[int | None, int | None]:
    """Year and month of a birth date in any of the three kinds of dates; None for what is not given or not a date.

    Months 20 and above (lunar dates of provisional identities) are unknown months.
    """
    for form in _FORMS:
        if found := form.fullmatch(text or ""):
            parts = found.groupdict()
            month = int(parts.get("m") or 0)
            return int(parts["y"]), month if 1 <= month <= 12 else None
    return None, None
