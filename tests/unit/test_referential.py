"""Files of the site that say what a code stands for: what is wrong with one is said before it is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from p4dp.errors import UsageError
from p4dp.pipeline import referential


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["ancien,new_code", "13004,13005"], "no column old_code"),
        (["old_code;new_code", "13004;13005"], "no column new_code, old_code"),
        (["old_code,new_code", "13004,13005", "01004,01005", "13004,13006"], "1 codes of old_code .* 13004"),
        (["old_code,new_code", "13004,13005,x"], "not readable"),
        (["old_code,new_code", "13004,\xe9"], "not readable"),
        ([""], "not readable"),
    ],
)
def test_a_referential_that_cannot_be_used_is_refused(tmp_path: Path, lines: list[str], told: str) -> None:
    file = tmp_path / "communes.csv"
    file.write_text("\n".join(lines), "latin-1")
    with pytest.raises(UsageError, match=told) as refused:
        referential.read(None, str(file), "old_code", "new_code")  # type: ignore[arg-type]
    assert str(file) in str(refused.value)


def test_a_site_may_have_none(tmp_path: Path) -> None:
    assert referential.read(None, str(tmp_path / "communes.csv"), "old_code", "new_code") is None  # type: ignore[arg-type]
