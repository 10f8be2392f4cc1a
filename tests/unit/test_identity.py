"""NIR, pseudonyms and coarse traits."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p4dp.errors import UsageError
from p4dp.identity import nir
from p4dp.identity.keys import Keys, PseudonymMaker, create_secret, load_secret
from p4dp.identity.traits import birth_month


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("279035121518989", "valid"),  # official test identity
        ("276059205062865", "wrong_key"),  # printed with a wrong key in an official sample
        ("2790351215189", "no_key"),
        ("790010100000123", "provisional"),
        ("1760220000000", "no_key"),
        ("", "missing"),
        (None, "missing"),
        ("DUPONT", "malformed"),
        ("27903512151898", "malformed"),
        ("2 79 03 51\u00a0215\u202f189", "no_key"),  # blanks that do not break
        ("27903512151\u0668\u0669", "malformed"),  # figures of another script
    ],
)
def test_nir(number: str | None, status: str) -> None:
    assert nir.status(number) == status


def test_corsican_nir() -> None:
    from p4dp.simulate.lives import nir_of

    for place in ("2A004", "2B033"):
        assert nir.status(nir_of("female", dt.date(1980, 5, 1), place, 12)) == "valid"


@given(st.integers(1900, 2020), st.integers(1, 12), st.integers(1, 28))
def test_three_kinds_of_birth_dates(year: int, month: int, day: int) -> None:
    for text in (f"{day:02d}/{month:02d}/{year}", f"{year}-{month:02d}-{day:02d}", f"{year}{month:02d}{day:02d}"):
        assert birth_month(text) == (year, month)


def test_lunar_and_unreadable_birth_dates() -> None:
    assert birth_month("01/20/1960") == (1960, None)
    assert birth_month("1960") == (1960, None)
    assert birth_month("unknown") == (None, None)


def test_pseudonyms_depend_on_secret_practice_and_patient(tmp_path: Path) -> None:
    one, other = PseudonymMaker(b"a" * 32), PseudonymMaker(b"b" * 32)
    keys = {m.patient(p, i) for m in (one, other) for p in ("P1", "P2") for i in ("1", "2")}
    assert len(keys) == 8 and one.patient("P1", "1") == PseudonymMaker(b"a" * 32).patient("P1", "1")
    create_secret(str(tmp_path / "secret"))
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
    secret = load_secret(str(tmp_path / "secret"))
    assert secret.hex() not in repr(Keys(str(tmp_path / "secret"), 1))
    (tmp_path / "short").write_text("abcd")
    with pytest.raises(UsageError, match="64 hexadecimal"):
        load_secret(str(tmp_path / "short"))
