"""Every trap of the claims on a few literal rows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.artefacts.ddl import columns
from p4dp.contracts import table
from p4dp.contracts.snds.base import DCIR_KEY
from p4dp.pipeline import load_snds
from p4dp.snds import benefits, dcir, deaths, identity, pmsi
from p4dp.sources import extract


@pytest.fixture
def rows(pipe):
    """Literal rows of an SNDS table; columns that are not named are null."""

    def make(name: str, text: str) -> DataFrame:
        contract = table(name)
        schema = columns(contract).replace(" NOT NULL", "")
        given = pipe(schema, text)
        return given.select(
            *(F.col(c.name) if c.name in given.columns else F.lit(None).cast(c.type).alias(c.name) for c in contract.columns)
        )

    return make


_LINE = "p4dp_slice|beneficiary_id|PRS_NAT_REF|EXE_SOI_DTD|PRS_ACT_QTE|PFS_EXE_NUM|PSE_SPE_COD|DPN_QLF|PRS_DPN_QLP|CPL_MAJ_TOP|ETE_IND_TAA|detail|code|quantity|part|DCT_ORD_NUM"


@pytest.fixture
def billed(pipe, spark):
    """Events of flat claim lines; a line without order number gets none."""

    def make(*lines: str, head: str = _LINE) -> list[tuple[object, ...]]:
        schema = columns(table("events.dcir")).replace(" NOT NULL", "") + ", beneficiary_id string"
        given = pipe(schema, "\n".join([head, *lines]))
        contract = table("events.dcir")
        full = given.select("beneficiary_id", F.lit(False).alias("_shared"), F.lit(False).alias("_fictive"), *(
            F.col(c.name) if c.name in given.columns else F.lit(None).cast(c.type).alias(c.name) for c in contract.columns))  # fmt: skip
        drugs = spark.createDataFrame([("3400930000014", "A10BA02", "METFORMIN")], "cip13 string, atc string, substance string")
        found = dcir.billed(dcir.countable(full), drugs).select("kind", "code", "quantity", "role", "atc").collect()
        return sorted((tuple(r) for r in found), key=repr)

    return make


VISIT = "2024-02|P|{nature}|2024-01-10|{quantity}|D1|{specialty}|{dpn}|{qlp}|{cpl}|{taa}|||||1"


def visit(
    nature: str = "1110", quantity: str = "1", specialty: str = "01", dpn: str = "0", qlp: str = "", cpl: str = "0", taa: str = ""
) -> str:
    return VISIT.format(nature=nature, quantity=quantity, specialty=specialty, dpn=dpn, qlp=qlp, cpl=cpl, taa=taa)


GP = ("gp_visit", "1110", 1.0, "surgery", None)


def test_trap_1_lines_for_information_and_null(billed) -> None:
    assert billed(visit(dpn="71")) == billed(visit(dpn="72")) == billed(visit(qlp="71")) == []
    assert billed(visit(dpn="")) == [GP]  # null is no line for information


def test_a_drug_without_its_code_has_none(billed) -> None:
    assert billed("2024-02|P|3313|2024-01-10|1|PH1|50|0||0||ER_PHA_F||1||1") == [("dispensing", None, 1.0, None, None)]


def test_trap_2_surcharges_are_no_visits(billed) -> None:
    assert billed(visit(), visit(cpl="2")) == [GP]
    assert billed(visit(cpl="1")) == [GP]  # a complement counts


def test_trap_3_what_the_pmsi_holds_counts_there(billed) -> None:
    assert billed(visit(nature="1112", specialty="3", taa="1")) == []
    assert billed(visit(nature="1112", specialty="3", taa="0")) == [("specialist_visit", "1112", 1.0, "surgery", None)]


def test_trap_4_cancelled_lines_are_netted_and_boxes_are_not_made_distinct(billed) -> None:
    box = "{slice}|P|3313|2024-01-10|1|PH1|50|0||0||ER_PHA_F|3400930000014|{boxes}||{order}"
    two = [box.format(slice="2024-02", boxes=1, order=n) for n in (1, 2)]
    drug = ("dispensing", "3400930000014", 2.0, None, "A10BA02")
    assert billed(*two) == [drug]  # two identical boxes on one day are two
    assert billed(*two, box.format(slice="2024-06", boxes=-2, order=9)) == []  # cancelled later under other keys
    assert billed(*two, box.format(slice="2024-06", boxes=-1, order=9)) == [("dispensing", "3400930000014", 1.0, None, "A10BA02")]


def test_trap_6_the_month_of_an_archived_year_is_read_from_the_line(rows) -> None:
    lines = rows("snds.er_prs_f", "PRS_ORD_NUM|FLX_DIS_DTD\n1|2015-12-01\n2|2016-02-01\n3|")
    found = lines.select("PRS_ORD_NUM", extract.slice_of(table("snds.er_prs_f"), "2015").alias("s")).collect()
    assert {r[0]: r[1] for r in found} == {1: "2015-12", 2: "2016-02", 3: "unknown"}  # file ER_PRS_F_2015
    yearly = rows("snds.t_mco_b", "ETA_NUM\n1").select(extract.slice_of(table("snds.t_mco_b"), "2015")).collect()
    assert yearly[0][0] == "2015"


def test_trap_11_ages_are_coded_in_months_and_years(pipe) -> None:
    codes = pipe("BEN_AMA_COD string", "BEN_AMA_COD\n1000\n1011\n1012\n1023\n2\n87\n9999\n0\n1024\n")
    assert [r[0] for r in codes.select(dcir.age()).collect()] == [0, 0, 1, 1, 2, 87, None, None, None]


def test_trap_13_a_scheme_outside_its_coverage_is_flagged(pipe) -> None:
    coverage = {"self_employed": (dt.date(2008, 1, 1), dt.date(2020, 6, 30)), "general": (dt.date(2006, 1, 1), None)}
    lines = pipe(
        "n int, RGM_GRG_COD string, RGM_COD string, EXE_SOI_DTD date",
        """n|RGM_GRG_COD|RGM_COD|EXE_SOI_DTD
           1|3|630|2007-12-31
           2|03|630|2018-05-01
           3|1|105|2019-01-01
           4|1|105|2018-12-31
           5|01|101|2005-01-01
           6|2|200|2001-01-01
           7||101|2001-01-01
           8|1|105|2020-07-01""",
    )
    insured = dcir.scheme()
    found = lines.select("n", insured, dcir.outside_coverage(insured, F.col("EXE_SOI_DTD"), coverage)).collect()
    assert [tuple(r) for r in found] == [
        (1, "self_employed", True),  # before RSI sent its claims
        (2, "self_employed", False),
        (3, "self_employed", False),  # the same people, now insured by the general scheme
        (4, "general", False),
        (5, "general", True),
        (6, "agricultural", False),  # no dates given: nothing is flagged
        (7, None, False),
        (8, "self_employed", True),
    ]


def test_trap_7_acts_have_no_quantity_of_their_own(billed) -> None:
    act = "2024-02|P|1331|2024-01-10|2|D1|3|0||0||ER_CAM_F|DEQP003||{part}|{order}"
    found = billed(act.format(part="1/0", order=1), act.format(part="4/0", order=2))
    assert found == [("ccam_act", "DEQP003", 2.0, None, None)] * 2  # two activities are two acts


def test_contacts_by_nature_and_place(billed) -> None:
    assert billed(visit(nature="1210")) == [("gp_visit", "1210", 1.0, "home", None)]
    assert billed(visit(nature="1192")) == [("gp_visit", "1192", 1.0, "teleconsultation", None)]
    assert billed(visit(nature="1173")) == []  # a flat payment for the patient list is no contact


def test_specialties_have_one_form(pipe, spark) -> None:
    schema = columns(table("events.dcir")).replace(" NOT NULL", "") + ", beneficiary_id string, _shared boolean, _fictive boolean"
    names = [*table("events.dcir").names, "beneficiary_id", "_shared", "_fictive"]
    line = {
        "p4dp_slice": "2024-02",
        "beneficiary_id": "P",
        "PRS_NAT_REF": "1110",
        "PRS_ACT_QTE": 1.0,
        "_shared": False,
        "_fictive": False,
    }
    rows = [tuple({**line, "PSE_SPE_COD": code, "PFS_EXE_NUM": code}.get(n) for n in names) for code in ("01", "1", "22", "32")]
    found = dcir.billed(
        dcir.countable(spark.createDataFrame(rows, schema)), spark.createDataFrame([], "cip13 string, atc string, substance string")
    )
    assert sorted((r["kind"], r["performer"], r["specialty"]) for r in found.collect()) == [
        ("gp_visit", "01", "1"),
        ("gp_visit", "1", "1"),
        ("gp_visit", "22", "22"),
        ("specialist_visit", "32", "32"),
    ]


def test_a_line_without_detail_or_hospital_is_kept(rows) -> None:
    key = "DCT_ORD_NUM|FLX_DIS_DTD|FLX_EMT_NUM|FLX_EMT_ORD|FLX_EMT_TYP|FLX_TRT_DTD|ORG_CLE_NUM|PRS_ORD_NUM|REM_TYP_AFF"
    one, two = "1|2024-02-01|1|0|1|2024-02-03|01C1|1|0", "2|2024-02-01|1|0|1|2024-02-03|01C1|1|0"
    lines = rows("snds.er_prs_f", f"{key}|PRS_NAT_REF\n{one}|1110\n{two}|3313")
    drugs = rows("snds.er_pha_f", f"{key}|PHA_PRS_C13|PHA_ACT_QSN\n{two}|3400930000014|1\n{two}|3400930000021|2")
    hospitals = rows("snds.er_ete_f", f"{key}|ETE_IND_TAA\n{two}|0")
    flat = dcir.flat(lines, hospitals, dcir.details({"ER_PHA_F": drugs}))
    found = sorted(tuple(r) for r in flat.select("DCT_ORD_NUM", "code", "quantity", "ETE_IND_TAA").fillna("-").collect())
    assert found == [(1, "-", None, "-"), (2, "3400930000014", 1.0, "0"), (2, "3400930000021", 2.0, "0")]


PEOPLE = "BEN_NIR_PSA|BEN_RNG_GEM|BEN_NIR_ANO|BEN_IDT_ANO|BEN_CDI_NIR|BEN_NAI_ANN|BEN_NAI_MOI|BEN_SEX_COD|BEN_DCD_DTE|BEN_DTE_MAJ"


def test_trap_9_pseudonyms_of_one_human(rows) -> None:
    now = rows("snds.ir_ben_r", f"""{PEOPLE}
        own|1|A|A|00|1980|5|1|1600-01-01|2020-01-01
        twins|1|B|B|00|2001|3|2|1600-01-01|2020-01-01
        twins|2|C|C|00|2001|3|2|1600-01-01|2020-01-01
        early|1||early1|03|1990|1|2|1600-01-01|2010-01-01
        early|1|D|D|00|1990|1|2|1600-01-01|2020-01-01
        nobody|1||nobody1|08|1955|1|1|1600-01-01|2020-01-01""")  # fmt: skip
    archive = rows("snds.ir_ben_r_arc", f"{PEOPLE}\nchild|1|A|A|00|1980|5|1|1600-01-01|2005-01-01")
    resolved = identity.pseudonyms(identity.rows_of(now, archive))
    found = {(r["BEN_NIR_PSA"], r["BEN_RNG_GEM"]): (r["beneficiary_id"], r["shared"]) for r in identity.key(resolved).collect()}
    assert found == {("own", 1): ("A", False), ("child", 1): ("A", False), ("twins", 1): ("B", True), ("twins", 2): ("C", True),
                     ("early", 1): ("D", False), ("nobody", 1): ("nobody1", False)}  # fmt: skip
    # a certificate may name a person by the number of before
    assert {("early1", "D"), ("D", "D"), ("nobody1", "nobody1")} <= {tuple(r) for r in identity.own_numbers(resolved).collect()}
    flags = {r["beneficiary_id"]: (r["pseudonyms"], r["flag_provisional_nir"], r["flag_fictive_nir"], r["flag_no_own_nir"])
             for r in identity.beneficiaries(resolved).collect()}  # fmt: skip
    assert (
        flags["A"] == (2, False, False, False)
        and flags["D"] == (1, True, False, False)
        and flags["nobody1"] == (1, False, True, True)
    )


def test_a_row_without_pseudonym_is_a_person_by_the_own_number_or_nobody(rows) -> None:
    now = rows("snds.ir_ben_r", f"{PEOPLE}\n|1|E|E|00|1990|0|2|1600-01-01|2020-01-01\n|1||F|00|1990|1|2|1600-01-01|2020-01-01\n|1|||00|1990|1|2|1600-01-01|2020-01-01")  # fmt: skip
    resolved = identity.pseudonyms(identity.rows_of(now, None))
    assert not identity.key(resolved).collect()
    assert {tuple(r) for r in identity.own_numbers(resolved).collect()} == {("E", "E"), ("F", "F")}
    found = identity.beneficiaries(resolved).collect()
    assert {(r["beneficiary_id"], r["birth_month"], r["flag_shared_pseudonym"]) for r in found} == {
        ("E", None, False),
        ("F", 1, False),
    }


def test_days_that_a_tool_stored_as_numbers(spark) -> None:
    file = extract.ExtractFile("f", table("snds.t_mco_c"), "2024", "parquet")
    for kind, stored in (("bigint", "01032024"), ("double", "01032024"), ("string", "01032024"), ("date", "2024-03-01")):
        given = spark.sql(
            f"SELECT CAST(d AS {kind}) AS ENT_DAT, 'f' AS p4dp_file, false AS _ragged FROM VALUES ('{stored}'), (null) AS t(d)"
        )
        read = extract.typed(given, file).select("ENT_DAT", "_unreadable").collect()
        assert {(str(r[0]), r[1]) for r in read} == {("2024-03-01", None), ("None", None)}, kind


def test_a_month_that_came_twice_is_taken_once_and_one_that_came_in_part_not_at_all(pipe) -> None:
    contract, load = table("snds.er_prs_f"), load_snds._Load(None, Path("x"), 1)  # type: ignore[arg-type]
    files = {f: {"2024-01"} for f in ("1", "1 copy")}
    head = "p4dp_file|p4dp_slice|DCT_ORD_NUM"
    schema = ", ".join(f"{n} string" for n in ("p4dp_file", "p4dp_slice", *DCIR_KEY))

    def left(*more: str) -> tuple[list[str], set[str]]:
        given = pipe(schema, "\n".join([head, "1|2024-01|1", "1|2024-01|2", "1 copy|2024-01|1", *more]))
        lacking = {n: F.lit("x") for n in DCIR_KEY if n != "DCT_ORD_NUM"}
        return load._without_repeated(contract, given.withColumns(lacking), list(files), files)

    assert left() == (["1"], {"1 copy"})
    assert left("1 copy|2024-01|3") == (["1"], set())
    whole = [extract.ExtractFile(f, contract, None, "csv") for f in files]
    assert load._without_halves(whole, ["1"], files) == []


def test_a_shared_pseudonym_needs_its_rank(pipe) -> None:
    people = pipe("BEN_NIR_PSA string, BEN_RNG_GEM int, beneficiary_id string, shared boolean",
                  "BEN_NIR_PSA|BEN_RNG_GEM|beneficiary_id|shared\ntwins|1|B|true\ntwins|2|C|true\nown|1|A|false")  # fmt: skip
    care = pipe("psa string, rank string", "psa|rank\ntwins|2\ntwins|\nown|7\nunknown|1")
    found = identity.identified(care, people, "psa", "rank").select("psa", "rank", "beneficiary_id").collect()
    assert {(r[0], r[1]): r[2] for r in found} == {
        ("twins", "2"): "C",
        ("twins", None): None,
        ("own", "7"): "A",
        ("unknown", "1"): None,
    }


def test_trap_11_january_1600_means_none(rows) -> None:
    now = rows("snds.ir_ben_r", f"{PEOPLE}\na|1|A|A|00|1600|1|1|1600-01-01|2020-01-01")
    one = identity.beneficiaries(identity.pseudonyms(identity.rows_of(now, None))).collect()[0]
    assert (one["birth_year"], one["birth_month"], one["death_date"]) == (None, None, None)


def test_trap_8_long_term_illness(rows, pipe, spark) -> None:
    given = rows("snds.ir_imb_r", """IMB_ALD_DTD|IMB_ALD_DTF|IMB_ALD_NUM|IMB_ETM_NAT|MED_MTF_COD|MED_NCL_IDT
        2015-01-01|1600-01-01|8|41||
        2016-01-01|2020-01-01|99|43|E119|CIM10
        2017-01-01|2018-01-01|99|41|E119|OTHER
        2018-01-01|2019-01-01|8|11|E119|CIM10""").withColumn("beneficiary_id", F.lit("P"))  # fmt: skip
    nomenclature = spark.createDataFrame([("E119", "8")], "icd string, ald string")
    found = benefits.long_term_illness(given, nomenclature).select("code", "start_date", "end_date").collect()
    assert sorted((r[0], str(r[1]), str(r[2])) for r in found if r[0]) == [
        ("8", "2015-01-01", "None"),
        ("8", "2016-01-01", "2020-01-01"),
    ]
    assert len(found) == 3  # without a known number it is still an entitlement; a work accident is none


STAY = "ETA_NUM|RSA_NUM|p4dp_slice|GRG_GHM|TYP_GEN_RSA|SEJ_TYP|GHS_NUM"
CHAIN = "ETA_NUM|RSA_NUM|p4dp_slice|NIR_ANO_17|NIR_RET|NAI_RET|SEX_RET|SEJ_RET|FHO_RET|PMS_RET|DAT_RET|COH_NAI_RET|EXE_SOI_DTD"


def test_trap_10_stays_that_count(rows) -> None:
    b = rows("snds.t_mco_b", f"""{STAY}
        1|good|2019|05M092|0||1
        1|error|2019|90Z00Z|0||1
        1|made|2019|05M092|2||1
        1|other|2019|28Z04Z|0|B|1
        1|chosen|2019|05M092|0||9999
        1|untrusted|2019|05M092|0||1
        1|nobody|2019|05M092|0||1
        1|before2013|2012|05M092|0||1
        9|twice|2017|05M092|0||1
        9|once|2019|05M092|0||1""")  # fmt: skip
    c = rows("snds.t_mco_c", "\n".join([CHAIN, *(f"{9 if n in ('twice', 'once') else 1}|{n}|{y}|psa|0|0|0|0|0|0|0|0|2019-01-01" for n, y in (
        ("good", 2019), ("error", 2019), ("made", 2019), ("other", 2019), ("chosen", 2019), ("twice", 2017), ("once", 2019))),
        "1|untrusted|2019|psa|0|1|0|0|0|0|0|0|2019-01-01", "1|nobody|2019|XXXXXXXXXXXXXXXXD|0|0|0|0|0|0|0|0|2019-01-01",
        "1|before2013|2012|psa|0|0|0|0|0|0|0||2012-01-01"]))  # fmt: skip

    def kept(**choice: object) -> set[str]:
        return {r[0] for r in pmsi.stays(b, c, **choice).select("RSA_NUM").collect()}  # type: ignore[arg-type]

    assert kept() == {"good", "chosen", "before2013", "twice", "once"}
    assert kept(keep_other_hospital=True) == kept() | {"other"}
    assert kept(twice=("9",), until="2017") == kept() - {"twice"}
    found = pmsi.stays(b, c).withColumns({"beneficiary_id": F.lit("P"), "_shared": F.lit(False)})
    assert {(r["start_date"].year, *r["flags"]) for r in pmsi.stay_events(found).collect()} == {
        (2019,),
        (2019, "ghs_9999"),
        (2012,),
    }


def test_diagnoses_by_role(rows) -> None:
    key = "ETA_NUM|RSA_NUM|p4dp_slice"
    b = rows("snds.t_mco_b", f"{STAY}|DGN_PAL|DGN_REL\n1|s|2019|05M092|0||1|I50.0|N18")
    c = rows("snds.t_mco_c", f"{CHAIN}\n1|s|2019|psa|0|0|0|0|0|0|0|0|2019-01-01")
    d = rows("snds.t_mco_d", f"{key}|ASS_DGN\n1|s|2019|E119\n1|s|2019|E119")
    um = rows("snds.t_mco_um", f"{key}|DGN_PAL\n1|s|2019|I500")
    found = pmsi.stays(b, c).withColumns({"beneficiary_id": F.lit("P"), "_shared": F.lit(False)})
    events = pmsi.diagnosis_events(found, d, um).select("code", "role").collect()
    assert sorted(tuple(r) for r in events) == [("E119", "associated"), ("I500", "main"), ("I500", "unit"), ("N18", "related")]


def test_deaths_and_causes(rows, pipe) -> None:
    people = pipe("beneficiary_id string, death_date date", "beneficiary_id|death_date\nA|2024-03-01\nB|")
    certificates = rows("snds.ki_cci_r", "DCD_IDT_ENC|DCD_CIM_COD|BEN_DCD_DTE\nc1|I500|2024-03-02\nc2|C349|2024-05-01").withColumn(
        "beneficiary_id", F.when(F.col("DCD_IDT_ENC") == "c1", "A").otherwise("B"))  # fmt: skip
    lines = rows("snds.ki_ecd_r", "DCD_IDT_ENC|ECD_CIM_COD\nc1|I10")
    found = deaths.deaths(people, certificates).select("beneficiary_id", "start_date").collect()
    assert sorted((r[0], str(r[1])) for r in found) == [("A", "2024-03-01"), ("B", "2024-05-01")]  # the register counts first
    causes = deaths.causes(certificates, lines).select("beneficiary_id", "code", "role").collect()
    assert sorted(tuple(r) for r in causes) == [("A", "I10", "contributing"), ("A", "I500", "initial"), ("B", "C349", "initial")]


def test_observation_ends_with_death_and_follow_up_with_the_claims(pipe) -> None:
    given = pipe("beneficiary_id string, kind string, start_date date, end_date date",
                 "beneficiary_id|kind|start_date|end_date\nA|gp_visit|2023-01-05|2023-01-05\nA|dispensing|2024-06-01|2024-06-01\n"
                 "A|death|2024-05-20|2024-05-20\nA|declared_gp|2015-01-01|\nB|gp_visit|2023-03-01|2023-03-01\nC|gp_visit|2024-09-01|2024-09-01")  # fmt: skip
    found = deaths.observation(given, F.lit("2024-06-30").cast("date")).collect()
    periods = {(r["beneficiary_id"], r["kind"]): (str(r["start_date"]), str(r["end_date"])) for r in found}
    assert periods == {
        ("A", "observation"): ("2023-01-05", "2024-05-20"),
        ("A", "follow_up"): ("2023-01-05", "2024-05-20"),
        ("B", "observation"): ("2023-03-01", "2023-03-01"),
        ("B", "follow_up"): ("2023-03-01", "2024-06-30"),  # well, and still there
        ("C", "observation"): ("2024-09-01", "2024-09-01"),
        ("C", "follow_up"): ("2024-09-01", "2024-09-01"),  # seen after the claims are complete
    }


def test_care_acts_by_coefficient(billed) -> None:
    act = "2024-02|P|3111|2024-01-10|{quantity}|N1|24|0||0||||||{order}|{coefficient}"
    two = [act.format(quantity=1, order=1, coefficient=1.5), act.format(quantity=1, order=2, coefficient=4)]
    nurse = ("ngap_act", "3111", 1.0, "nursing", None)
    assert billed(*two, head=f"{_LINE}|PRS_ACT_COG") == [nurse, nurse]
    assert billed(*two, act.format(quantity=-1, order=3, coefficient=4), head=f"{_LINE}|PRS_ACT_COG") == [nurse]


def test_external_consultations_and_emergencies(rows) -> None:
    c = rows("snds.t_mco_cstc", "ETA_NUM|SEQ_NUM|p4dp_slice|NIR_ANO_17|NIR_RET|NAI_RET|SEX_RET|IAS_RET|ENT_DAT_RET|EXE_SOI_DTD\n"
             "1|s|2024|psa|0|0|0|0|0|2024-02-01\n1|t|2024|psa|1|0|0|0|0|2024-02-01")  # fmt: skip
    f = rows(
        "snds.t_mco_fcstc",
        "ETA_NUM|SEQ_NUM|p4dp_slice|ACT_COD|ACT_NBR\n1|s|2024|CS|1\n1|s|2024|ATU|1\n1|s|2024|SE1|1\n1|t|2024|CS|1",
    )
    found = pmsi.visits(c).withColumns({"beneficiary_id": F.lit("P"), "_shared": F.lit(False)})
    assert sorted(tuple(r) for r in pmsi.visit_events(found, f).select("kind", "code").collect()) == [
        ("emergency_visit", "ATU"),
        ("external_visit", "CS"),
    ]
    assert pmsi.visit_events(found, f, ("FU1",)).select("kind").distinct().collect()[0][0] == "external_visit"


def test_a_stay_that_came_through_the_emergency_department_is_flagged(rows) -> None:
    b = rows("snds.t_mco_b", f"{STAY}|ENT_PRV\n1|s|2019|05M092|0||1|5\n1|t|2019|05M092|0||1|")
    c = rows("snds.t_mco_c", "\n".join([CHAIN, *(f"1|{n}|2019|psa|0|0|0|0|0|0|0|0|2019-01-01" for n in "st")]))
    found = pmsi.stays(b, c).withColumns({"beneficiary_id": F.lit("P"), "_shared": F.lit(False)})
    assert sorted(r["flags"] for r in pmsi.stay_events(found).collect()) == [[], ["from_emergency"]]
