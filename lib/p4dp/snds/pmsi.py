"""PMSI MCO: stays with their diagnoses and acts, and external visits, joined by hospital and summary number."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.snds.shape import events, flags

#: The return codes that must be '0' for the pseudonym of a stay to be trusted; two more exist since 2013.
RETURN_CODES = ("NIR_RET", "NAI_RET", "SEX_RET", "SEJ_RET", "FHO_RET", "PMS_RET", "DAT_RET")
LATER_RETURN_CODES = ("COH_NAI_RET", "COH_SEX_RET")
#: Pseudonyms that stand for nobody.
NOBODY = ("xxxxxxxxxxxxxxxxx", "XXXXXXXXXXXXXXXXD")
#: Origin of a stay that came through the emergency department.
FROM_EMERGENCY = "5"
#: Services of an external invoice that are consultations.
CONSULTATIONS = ("C", "CS", "CNP", "CCX", "CCE", "COE", "G", "GS", "TC", "TCG", "APC", "CSC", "U03", "U45")
_STAY = ["ETA_NUM", "RSA_NUM", "p4dp_slice"]
_VISIT = ["ETA_NUM", "SEQ_NUM", "p4dp_slice"]


def chained(names: tuple[str, ...]) -> Column:
    """Whether every return code is 0; a code that the year does not have yet is not held against the row."""
    good = F.lit(True)
    for name in names:
        good = good & F.coalesce(F.col(name) == "0", F.lit(True))
    return good & ~F.coalesce("NIR_ANO_17", "NUM_ENQ").isin(*NOBODY)


def stays(
    b: DataFrame, c: DataFrame, twice: tuple[str, ...] = (), until: str = "2017", keep_other_hospital: bool = False
) -> DataFrame:
    """Stays that count, with pseudonym and days: `NIR_ANO_17`, `RNG_NAI`, entry, exit, GHM, main and related diagnosis.

    Trap 10. Dropped: error groups (GHM 90…), summaries not made normally (TYP_GEN_RSA other than 0), stays of hospitals that are transmitted
    twice (`twice`, up to the year `until`; sources differ on 2017 and 2018), stays made for another hospital (SEJ_TYP B; a parameter,
    CNAM drops all), rows whose pseudonym cannot be trusted. GHS 9999 and abortions are flagged later, never dropped.
    """
    counted = b.where(
        ~F.coalesce(F.col("GRG_GHM").startswith("90"), F.lit(False)) & F.coalesce(F.col("TYP_GEN_RSA") == "0", F.lit(True))
    )
    if not keep_other_hospital:
        counted = counted.where(F.coalesce(F.col("SEJ_TYP") != "B", F.lit(True)))
    if twice:
        counted = counted.where(~(F.col("ETA_NUM").isin(*twice) & (F.col("p4dp_slice") <= until)))
    people = c.where(chained((*RETURN_CODES, *LATER_RETURN_CODES)))
    found = counted.join(
        people.select(
            *_STAY,
            F.coalesce("NIR_ANO_17", "NUM_ENQ").alias("NIR_ANO_17"),
            "RNG_NAI",
            "EXE_SOI_DTD",
            "EXE_SOI_DTF",
            "ENT_DAT",
            "SOR_DAT",
        ),
        _STAY,
    )
    return found.withColumns({"entry": F.coalesce("EXE_SOI_DTD", "ENT_DAT"), "exit": F.coalesce("EXE_SOI_DTF", "SOR_DAT")})


def _shared(rows: DataFrame) -> dict[str, Column]:
    return {
        "facility": F.col("ETA_NUM"),
        "source_slice": F.col("p4dp_slice"),
        "start_date": F.col("entry"),
        "end_date": F.col("exit"),
    }


def _choices() -> Column:
    return flags(ghs_9999=F.col("GHS_NUM") == "9999", abortion=F.col("GRG_GHM") == "14Z08Z", from_emergency=F.col("ENT_PRV") == FROM_EMERGENCY,
                 shared_pseudonym=F.col("_shared"))  # fmt: skip


def stay_events(found: DataFrame) -> DataFrame:
    """One event per stay; quantity is nights."""
    return events(found, "stay", "T_MCOaaB", code=F.col("GRG_GHM"), code_system=F.lit("GHM"), quantity=F.col("SEJ_NBJ"), value=F.col("NBR_DGN"),
                  flags=_choices(), **_shared(found))  # fmt: skip


def diagnosis_events(found: DataFrame, d: DataFrame, um: DataFrame) -> DataFrame:
    """One event per diagnosis and role of a stay; associated ones stand in D, and in UM as main and related diagnoses of the units."""
    head = found.select(*_STAY, "beneficiary_id", "_shared", "entry", "exit", "GRG_GHM", "GHS_NUM", "ENT_PRV", "DGN_PAL", "DGN_REL")
    own = head.select("*", F.explode(F.array(F.struct(F.col("DGN_PAL").alias("code"), F.lit("main").alias("role")),
                                             F.struct(F.col("DGN_REL").alias("code"), F.lit("related").alias("role")))).alias("x"))  # fmt: skip
    rest = d.select(*_STAY, F.col("ASS_DGN").alias("code"), F.lit("associated").alias("role"))
    units = um.select(*_STAY, F.explode(F.array(F.struct(F.col("DGN_PAL").alias("code"), F.lit("unit").alias("role")),
                                                 F.struct(F.col("DGN_REL").alias("code"), F.lit("unit_related").alias("role")))).alias("x")).select(*_STAY, "x.*")  # fmt: skip
    other = head.join(rest.unionByName(units), _STAY)
    rows = own.select(*head.columns, "x.code", "x.role").unionByName(other.select(*head.columns, "code", "role"))
    rows = (
        rows.withColumn("code", F.upper(F.trim(F.translate("code", ".", "")))).where("code IS NOT NULL AND code != ''").distinct()
    )
    return events(
        rows,
        "diagnosis",
        "T_MCOaaB",
        code=F.col("code"),
        code_system=F.lit("CIM-10"),
        role=F.col("role"),
        flags=_choices(),
        **_shared(rows),
    )


def act_events(found: DataFrame, a: DataFrame) -> DataFrame:
    """One event per act, activity and phase of a stay; the day is the entry and the delay in days."""
    rows = found.select(*_STAY, "beneficiary_id", "_shared", "entry", "exit", "GRG_GHM", "GHS_NUM", "ENT_PRV").join(
        a.select(*_STAY, "CDC_ACT", "ENT_DAT_DEL", "NBR_EXE_ACT", "ACV_ACT", "PHA_ACT"), _STAY)  # fmt: skip
    on = F.date_add("entry", F.coalesce(F.col("ENT_DAT_DEL").cast("int"), F.lit(0)))
    shared = _shared(rows) | {"start_date": on, "end_date": on}
    return events(rows, "hospital_act", "T_MCOaaA", code=F.col("CDC_ACT"), code_system=F.lit("CCAM"), quantity=F.coalesce("NBR_EXE_ACT", F.lit(1)),
                  role=F.lit("stay"), flags=_choices(), **shared)  # fmt: skip


def visits(cstc: DataFrame) -> DataFrame:
    """External invoices whose pseudonym can be trusted."""
    people = cstc.where(chained(("NIR_RET", "NAI_RET", "SEX_RET", "IAS_RET", "ENT_DAT_RET")))
    return people.select(*_VISIT, F.coalesce("NIR_ANO_17", "NUM_ENQ").alias("NIR_ANO_17"), "RNG_NAI", F.coalesce("EXE_SOI_DTD", "ENT_DAT").alias("entry"),
                         F.coalesce("EXE_SOI_DTF", "SOR_DAT", "EXE_SOI_DTD", "ENT_DAT").alias("exit"))  # fmt: skip


def visit_events(found: DataFrame, fcstc: DataFrame, emergency: tuple[str, ...] = ("ATU",)) -> DataFrame:
    """One event per consultation or emergency of an external invoice; other services of FCSTC are none.

    Args:
        emergency: codes of ACT_COD that pay for a passage through the emergency department; they change with the tariff.
    """
    acts = fcstc.where(F.col("ACT_COD").isin(*CONSULTATIONS, *emergency))
    rows = found.join(acts.select(*_VISIT, "ACT_COD", "ACT_NBR", "EXE_SPE", "DEL_DAT_ENT"), _VISIT)
    on = F.date_add("entry", F.coalesce(F.col("DEL_DAT_ENT").cast("int"), F.lit(0)))
    kind = F.when(F.col("ACT_COD").isin(*emergency), "emergency_visit").otherwise("external_visit")
    return events(rows, kind, "T_MCOaaFCSTC", code=F.col("ACT_COD"), code_system=F.lit("ACT"), quantity=F.coalesce("ACT_NBR", F.lit(1)),
                  specialty=F.ltrim(F.col("EXE_SPE"), F.lit("0")), start_date=on, end_date=on, facility=F.col("ETA_NUM"), source_slice=F.col("p4dp_slice"),
                  role=F.lit("external"), flags=flags(shared_pseudonym=F.col("_shared")))  # fmt: skip


def visit_act_events(found: DataFrame, fmstc: DataFrame) -> DataFrame:
    """One event per CCAM act of an external invoice."""
    rows = found.join(fmstc.select(*_VISIT, "CCAM_COD", "DEL_DAT_ENT"), _VISIT)
    on = F.date_add("entry", F.coalesce(F.col("DEL_DAT_ENT").cast("int"), F.lit(0)))
    return events(rows, "hospital_act", "T_MCOaaFMSTC", code=F.col("CCAM_COD"), code_system=F.lit("CCAM"), quantity=F.lit(1), role=F.lit("external"),
                  start_date=on, end_date=on, facility=F.col("ETA_NUM"), source_slice=F.col("p4dp_slice"), flags=flags(shared_pseudonym=F.col("_shared")))  # fmt: skip
