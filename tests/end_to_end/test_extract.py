"""An SNDS extract as they come: columns missing, moved and unknown, a Latin-1 file, a truncated one, a month twice, a later month that cancels."""

from __future__ import annotations

import random
from pathlib import Path

from p4dp.contracts import table
from p4dp.contracts.snds.base import kind_of
from p4dp.pipeline import load_snds
from p4dp.pipeline.context import Context
from p4dp.storage.lease import Lease
from tests.conftest import Country

_KEY = {
    "DCT_ORD_NUM": "1",
    "FLX_EMT_NUM": "1",
    "FLX_EMT_ORD": "0",
    "FLX_EMT_TYP": "1",
    "ORG_CLE_NUM": "01C1",
    "PRS_ORD_NUM": "1",
    "REM_TYP_AFF": "0",
}


def _load(site: Country, folder: Path) -> dict[str, object]:
    with Lease(site.home / "logs" / "lease", 30) as lease:
        return load_snds.run(Context.of(site.config, site.spark, lease), folder)


def _visit(flow: str, order: int, day: str, quantity: int) -> dict[str, str]:
    return {**_KEY, "DCT_ORD_NUM": str(order), "FLX_DIS_DTD": flow, "FLX_TRT_DTD": flow, "NUM_ENQ": "P1", "BEN_RNG_GEM": "1", "EXE_SOI_DTD": day,
            "PRS_NAT_REF": "1110", "PSE_SPE_COD": "01", "PFS_EXE_NUM": "D1", "PRS_ACT_QTE": str(quantity), "CPL_MAJ_TOP": "0"}  # fmt: skip


def _write(file: Path, columns: list[str], rows: list[dict[str, str]], encoding: str = "utf-8") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [";".join(columns), *(";".join(r.get(c, "") for c in columns) for r in rows)]
    file.write_bytes(("\n".join(lines) + "\n").encode(encoding))


def test_an_extract_as_they_come(spark, tmp_path: Path) -> None:
    site, extract = Country(spark, tmp_path), tmp_path / "snds-extracts" / "first"
    official = [c.name for c in table("snds.er_prs_f").columns if kind_of(c) and "project extracts" not in c.source]
    assert len(official) == 123
    left_out = ["PRS_REJ_TOP", "PRS_GRS_DTD", "BEN_EHP_TOP"]
    header = [c for c in official if c not in left_out] + ["LIBELLÉ", "SITE_COD"]
    header[header.index("BEN_NIR_PSA")] = "NUM_ENQ"
    random.Random(1).shuffle(header)
    january = [
        _visit("01/02/2024", 1, "10/01/2024", 1) | {"LIBELLÉ": "Évreux"},
        _visit("01/02/2024", 2, "20/01/2024", 1) | {"PRE_PRE_DTD": "31/02/2024"},
    ]
    _write(
        extract / "2024" / "ER_PRS_F_202402.csv",
        [h.lower() for h in header],
        [{k.lower(): v for k, v in r.items()} for r in january],
        "iso-8859-1",
    )
    _write(extract / "2024" / "ER_PRS_F_202402_bis.csv", header[::-1], january)  # the same month twice
    people = [
        {
            "NUM_ENQ": "P1",
            "BEN_RNG_GEM": "1",
            "NUM_ANO": "A1",
            "BEN_NAI_ANN": "1950",
            "BEN_NAI_MOI": "02",
            "BEN_SEX_COD": "2",
            "BEN_DCD_DTE": "01/01/1600",
        }
    ]
    _write(extract / "IR_BEN_R.csv", list(people[0]), people)
    drug = {k: january[0][k] for k in (*_KEY, "FLX_DIS_DTD", "FLX_TRT_DTD")} | {"PHA_PRS_C13": "3400930000014", "PHA_ACT_QSN": "1"}
    _write(extract / "2024" / "ER_PHA_F_202402.csv", list(drug), [drug, drug])
    whole = (extract / "2024" / "ER_PHA_F_202402.csv").read_bytes()
    (extract / "2024" / "ER_PHA_F_202402.csv").write_bytes(whole[:-20])
    _write(extract / "2024" / "ER_PHA_F_202402_2.csv", list(drug), [drug | {"PRS_ORD_NUM": "2"}])
    (extract / "notes.docx").write_bytes(b"x")

    first = _load(site, extract)
    assert {k: first[k] for k in ("files", "loaded", "refused", "ignored")} == {"files": 6, "loaded": 2, "refused": 3, "ignored": 1}
    report = {r["file"]: r for r in site.context.tables.read("ops.extract").collect()}
    lines = report["2024/ER_PRS_F_202402.csv"]
    assert (lines["state"], lines["rows"], lines["dialect"]) == ("loaded", 2, "csv ; iso-8859-1")
    assert (lines["unreadable_rows"], lines["unreadable"]) == (1, ["PRE_PRE_DTD"])
    assert (
        set(left_out) <= set(lines["missing"])
        and sorted(lines["unknown"]) == ["libellé", "site_cod"]
        and lines["slices"] == ["2024-02"]
    )
    assert report["2024/ER_PRS_F_202402_bis.csv"]["code"] == "extract.repeated"
    assert report["2024/ER_PHA_F_202402.csv"]["code"] == "extract.truncated"
    assert report["2024/ER_PHA_F_202402_2.csv"]["code"] == "extract.half"  # the whole half of a month that broke off

    def visits() -> list[tuple[str, str]]:
        rows = site.context.tables.read("events.event").where("kind = 'gp_visit'").collect()
        return sorted((r["beneficiary_id"], str(r["start_date"])) for r in rows)

    assert visits() == [("A1", "2024-01-10"), ("A1", "2024-01-20")]

    # the same month again replaces itself; a later month, in ISO dates, cancels an earlier line under other keys
    second = tmp_path / "snds-extracts" / "second"
    _write(second / "ER_PRS_F_202402.csv", header, january)
    later = _visit("2024-05-01", 77, "2024-01-20", -1)
    _write(second / "ER_PRS_F_202405.csv", list(later), [later])
    assert _load(site, second)["loaded"] == 2
    assert visits() == [("A1", "2024-01-10")]
    tables = site.context.tables
    assert sorted(r[0] for r in tables.read("snds.er_prs_f").select("p4dp_slice").collect()) == ["2024-02", "2024-02", "2024-05"]
    # half a month does not replace a whole one: the other half has a line that is cut short
    third = tmp_path / "snds-extracts" / "third"
    _write(third / "ER_PRS_F_202402_1.csv", header, [january[0] | {"DCT_ORD_NUM": "11"}])
    _write(third / "ER_PRS_F_202402_2.csv", header, [january[1] | {"DCT_ORD_NUM": str(n)} for n in (12, 13)])
    whole = (third / "ER_PRS_F_202402_2.csv").read_text().splitlines()
    (third / "ER_PRS_F_202402_2.csv").write_text("\n".join([whole[0], whole[1].rsplit(";", 3)[0], whole[2]]) + "\n")
    assert _load(site, third)["refused"] == 2
    codes = {r["file"]: r["code"] for r in tables.read("ops.extract").where("extract = 'third'").collect()}
    assert codes == {"ER_PRS_F_202402_1.csv": "extract.half", "ER_PRS_F_202402_2.csv": "extract.ragged"}
    assert visits() == [("A1", "2024-01-10")]
    stored = tables.read("snds.er_prs_f").select("NUM_ENQ", "BEN_NIR_PSA", "PSE_SPE_COD").distinct().collect()
    assert [tuple(r) for r in stored] == [("P1", None, "01")]  # pseudonyms stay as they came, codes keep their zeros
