"""Files of an extract are recognised by their names and contents, or refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from p4dp.contracts import table
from p4dp.sources.extract import RefusedFile, inspect, table_of


@pytest.mark.parametrize(
    ("path", "name", "year"),
    [
        ("ER_PRS_F.csv", "er_prs_f", None),
        ("2024/ER_PRS_F_202403.csv", "er_prs_f", "2024"),
        ("er_pha_f_2016.parquet", "er_pha_f", "2016"),
        ("T_MCO19B.csv", "t_mco_b", "2019"),
        ("pmsi/2019/T_MCOaaFCSTC.csv", "t_mco_fcstc", "2019"),
        ("IR_BEN_R_ARC.csv", "ir_ben_r_arc", None),
        ("CT_IND_2021_G10.csv", "ct_ind", "2021"),
        ("ER_PRS_FOO.csv", None, None),
        ("readme.csv", None, None),
    ],
)
def test_a_file_is_known_by_its_name(path: str, name: str | None, year: str | None) -> None:
    found = table_of(Path(path))
    assert (found and found[0].name, found and found[1]) == (name, year if name else None)


def _inspect(tmp_path: Path, content: bytes, name: str = "ir_ben_r"):
    file = tmp_path / f"{name}.csv"
    file.write_bytes(content)
    return inspect(tmp_path, file, table(f"snds.{name}"), None)


def test_dialects_are_recognised(tmp_path: Path) -> None:
    portal = _inspect(tmp_path, "NUM_ENQ;ben_rng_gem;LIBELLÉ\nx;1;Évreux\n".encode("iso-8859-1"))
    assert (portal.delimiter, portal.encoding, portal.unknown) == (";", "iso-8859-1", ["LIBELLÉ"])
    assert portal.columns == {"NUM_ENQ": "NUM_ENQ", "ben_rng_gem": "BEN_RNG_GEM"}
    assert "BEN_NAI_ANN" in portal.missing
    iso = _inspect(tmp_path, "BEN_NIR_PSA,BEN_RNG_GEM,LIBELLÉ\nx,1,Évreux\n".encode())
    assert (iso.delimiter, iso.encoding) == (",", "utf-8")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "extract.empty_file"),
        (b"BEN_NIR_PSA;BEN_SEX_COD\nSECRET;1\n", "extract.key_column"),
        (b"BEN_NIR_PSA\0;BEN_RNG_GEM\n", "extract.unreadable"),
        (b"BEN_NIR_PSA;BEN_RNG_GEM;ben_rng_gem\nSECRET;1;1\n", "extract.columns"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(RefusedFile) as caught:
        _inspect(tmp_path, content)
    assert caught.value.code == code and "SECRET" not in str(caught.value)


def test_what_follows_the_header_is_never_a_column(tmp_path: Path) -> None:
    """Lines that end as on an old Macintosh."""
    found = _inspect(tmp_path, b"BEN_NIR_PSA;BEN_RNG_GEM;OTHER\rSECRET;1;1\rSECRET;2;1\r")
    assert (found.unknown, found.breaks_off) == (["OTHER"], "")


def test_a_delimiter_at_the_end_of_every_line_is_a_column_without_a_name(tmp_path: Path) -> None:
    found = _inspect(tmp_path, b"BEN_NIR_PSA;BEN_RNG_GEM;\nx;1;\n")
    assert (found.header, found.unknown, found.breaks_off) == (["BEN_NIR_PSA", "BEN_RNG_GEM", "_3"], ["_3"], "")


def test_a_file_that_breaks_off_is_still_looked_at(tmp_path: Path) -> None:
    """It is refused once it is known which months it would have replaced."""
    assert "last line has 2 fields" in _inspect(tmp_path, b"BEN_NIR_PSA;BEN_RNG_GEM;BEN_SEX_COD\nx;1;1\ny;1").breaks_off
    assert _inspect(tmp_path, b"BEN_NIR_PSA;BEN_RNG_GEM;BEN_SEX_COD\nx;1;1\n").breaks_off == ""


def test_a_truncated_parquet_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "IR_BEN_R.parquet"
    file.write_bytes(b"PAR1 and then nothing")
    with pytest.raises(RefusedFile, match=r"extract\.unreadable"):
        inspect(tmp_path, file, table("snds.ir_ben_r"), None)
