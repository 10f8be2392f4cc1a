"""DCIR: claim lines, flat by the nine-column key, and the events that they bill.

A line's drugs, analyses, acts and devices are first put under each other in one frame, so that the flat table takes one join whatever their
number, and a line with two kinds of details does not multiply. Left joins keep what has no detail and no hospital.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.contracts.events.dcir import HOSPITAL_COLUMNS, LINE_COLUMNS
from p4dp.contracts.snds.base import DCIR_KEY
from p4dp.snds.shape import events, flags

#: Detail table → (code, quantity where the table has one, code system).
DETAILS = {
    "ER_PHA_F": ("PHA_PRS_C13", "PHA_ACT_QSN", "CIP13"),
    "ER_UCD_F": ("UCD_UCD_COD", "UCD_DLV_NBR", "UCD"),
    "ER_BIO_F": ("BIO_PRS_IDE", "BIO_ACT_QSN", "NABM"),
    "ER_CAM_F": ("CAM_PRS_IDE", None, "CCAM"),
    "ER_TIP_F": ("TIP_PRS_IDE", "TIP_ACT_QSN", "LPP"),
}
#: General practitioners by specialty: general medicine, and the two codes of GPs with a qualification.
GENERAL_PRACTICE = ("1", "01", "22", "23")
#: Nature of the service → where the contact took place. Surcharges, flat payments and expertises are no contacts.
CONTACTS = {
    **dict.fromkeys(
        ("1104", "1105", "1109", "1110", "1111", "1112", "1113", "1114", "1115", "1117", "1118", "1140", "1168"), "surgery"
    ),
    **dict.fromkeys(("1209", "1210", "1211", "1212", "1213", "1214", "1221", "1222"), "home"),
    **dict.fromkeys(("1096", "1164", "1191", "1192"), "teleconsultation"),
}

#: Nature of the service → whose care it is: acts of the general nomenclature by key letter and coefficient (AMI, AIS, AMK, AMO …).
CARE = {
    **dict.fromkeys(("3106", "3107", "3108", "3111", "3112", "3113", "3115"), "nursing"),
    **dict.fromkeys(("3121", "3122", "3125"), "physiotherapy"),
    **dict.fromkeys(("3131", "3134"), "podiatry"),
    "3132": "speech_therapy",
    "3133": "orthoptics",
}


def details(tables: dict[str, DataFrame]) -> DataFrame:
    """Detail tables → one frame: the nine keys, `detail`, `code`, `quantity` (null: the line's own), `part` (activity and phase of an act)."""
    parts = []
    for name, (code, quantity, _) in DETAILS.items():
        rows = tables.get(name)
        if rows is None:
            continue
        part = F.concat_ws("/", "CAM_ACT_COD", "CAM_TRT_PHA") if name == "ER_CAM_F" else F.lit(None).cast("string")
        own = F.col(quantity).cast("double") if quantity else F.lit(None).cast("double")
        parts.append(
            rows.select(
                *DCIR_KEY, F.lit(name).alias("detail"), F.col(code).alias("code"), own.alias("quantity"), part.alias("part")
            )
        )
    return reduce(DataFrame.unionAll, parts)


def flat(lines: DataFrame, hospitals: DataFrame, listed: DataFrame) -> DataFrame:
    """ER_PRS_F, ER_ETE_F and `details` → one row per line and detail; a line without detail has one row."""
    claims = lines.select(*DCIR_KEY, *LINE_COLUMNS, "p4dp_slice")
    places = hospitals.select(*DCIR_KEY, *HOSPITAL_COLUMNS).dropDuplicates(list(DCIR_KEY))
    return claims.join(listed, list(DCIR_KEY), "left").join(places, list(DCIR_KEY), "left")


def for_information() -> Column:
    """Trap 1: lines that only inform (DPN_QLF 71 or 72, PRS_DPN_QLP 71); null is not one of them."""
    return F.coalesce(F.col("DPN_QLF").isin("71", "72"), F.lit(False)) | F.coalesce(F.col("PRS_DPN_QLP") == "71", F.lit(False))


def surcharge() -> Column:
    """Trap 2: CPL_MAJ_TOP 2 is a surcharge or participation; 1 is a complement and counts."""
    return F.coalesce(F.col("CPL_MAJ_TOP").try_cast("int") >= 2, F.lit(False))


def in_the_pmsi() -> Column:
    """Trap 3: ETE_IND_TAA 1 says that the PMSI holds the care; null, also after the left join, does not."""
    return F.coalesce(F.col("ETE_IND_TAA") == "1", F.lit(False))


def age() -> Column:
    """Trap 11: BEN_AMA_COD is 1000 and the months under two years, the years above, 9999 when not known → full years."""
    code = F.col("BEN_AMA_COD").try_cast("int")
    return F.when(code.between(1000, 1023), F.floor((code - 1000) / 12).cast("int")).when(code.between(2, 130), code)


#: Small schemes (RGM_COD) under which the general scheme has insured the self-employed since 2019. Source: open data of CNAM, field PRS_FAC_TOP.
_INDEPENDENT = ("103", "105", "106", "107", "360", "660")


def scheme() -> Column:
    """Who insured the person: group 03 (RSI) ends in 2019, when its insured go to group 01 under small schemes of their own."""
    group, since_2019 = F.col("RGM_GRG_COD").try_cast("int"), F.col("EXE_SOI_DTD") >= F.lit("2019-01-01").cast("date")
    independent = F.col("RGM_COD").try_cast("int").cast("string").isin(*_INDEPENDENT)
    return (
        F.when((group == 3) | ((group == 1) & independent & since_2019), "self_employed")
        .when(group == 1, "general")
        .when(group == 2, "agricultural")
        .when(group.isNotNull(), "other")
    )


def outside_coverage(insured: Column, day: Column, coverage: Mapping[str, tuple[dt.date | None, dt.date | None]]) -> Column:
    """Trap 13: schemes entered DCIR at different dates. Outside of them a claim may be there, but that there is none says nothing."""
    outside = F.lit(False)
    for name, (first, last) in coverage.items():
        known = F.lit(False) if first is None else day < F.lit(first)
        outside = outside | ((insured == name) & (known if last is None else known | (day > F.lit(last))))
    return F.coalesce(outside, F.lit(False))


def _kind() -> Column:
    contact = F.col("PRS_NAT_REF").isin(*CONTACTS)
    return (
        F.when(F.col("detail") == "ER_PHA_F", "dispensing")
        .when(F.col("detail") == "ER_UCD_F", "hospital_drug")
        .when((F.col("detail") == "ER_BIO_F") & ~in_the_pmsi(), "biology")
        .when((F.col("detail") == "ER_CAM_F") & ~in_the_pmsi(), "ccam_act")
        .when(
            F.col("detail").isNull() & contact & ~in_the_pmsi(),
            F.when(F.col("PSE_SPE_COD").isin(*GENERAL_PRACTICE), "gp_visit").otherwise("specialist_visit"),
        )
        .when(F.col("detail").isNull() & F.col("PRS_NAT_REF").isin(*CARE) & ~in_the_pmsi(), "ngap_act")
    )


def countable(lines: DataFrame) -> DataFrame:
    """`flat` lines → those that speak of care, with its `kind`."""
    return lines.where(~for_information() & ~surcharge()).withColumn("kind", _kind()).where("kind IS NOT NULL")


def billed(
    lines: DataFrame, drugs: DataFrame, coverage: Mapping[str, tuple[dt.date | None, dt.date | None]] | None = None
) -> DataFrame:
    """`countable` lines with beneficiary_id → events of DCIR.

    Trap 4: a cancelled line comes back negative, in a later flow month and under other flow keys. Quantities are added up over what
    identifies the care (person, day, code, part, who did it); what adds up to nothing did not happen.

    Args:
        drugs: CIP13 (`cip13`), `atc`, `substance`.
        coverage: scheme → first and last day on which all its claims are there (trap 13).
    """
    rows = lines.where("beneficiary_id IS NOT NULL")
    systems = {
        "gp_visit": "PRS_NAT",
        "specialist_visit": "PRS_NAT",
        "dispensing": "CIP13",
        "hospital_drug": "UCD",
        "biology": "NABM",
        "ccam_act": "CCAM",
        "ngap_act": "PRS_NAT",
    }
    care = ["beneficiary_id", "kind", "code", "EXE_SOI_DTD", "part", "PFS_EXE_NUM"]
    coefficient = F.when(F.col("kind") == "ngap_act", F.col("PRS_ACT_COG").cast("string"))  # two coefficients of a day are two acts
    # only what is told by the nature of the service has no code of its own: a drug without one is not the drug "3313"
    nature = F.when(F.col("kind").isin(*(kind for kind, system in systems.items() if system == "PRS_NAT")), F.col("PRS_NAT_REF"))
    rows = rows.withColumns({"code": F.coalesce("code", nature), "quantity": F.coalesce("quantity", "PRS_ACT_QTE"),
                             "part": F.coalesce("part", coefficient)})  # fmt: skip
    told = F.struct("EXE_SOI_DTF", "PRE_PRE_DTD", "PFS_PRE_NUM", "PSE_SPE_COD", "PRS_ACT_COG", "ETB_EXE_FIN", "PSP_SPE_COD", age().alias("age"),
                    scheme().alias("scheme"))  # fmt: skip
    of_care = F.when(F.col("quantity") > 0, F.struct("p4dp_slice", *DCIR_KEY))
    netted = rows.groupBy(*care).agg(
        F.sum("quantity").alias("quantity"), F.max_by(told, of_care).alias("_told"), F.max("p4dp_slice").alias("p4dp_slice"),
        F.bool_or(F.coalesce(F.col("_shared"), F.lit(False))).alias("_shared"), F.bool_or(F.col("_fictive")).alias("_fictive"),
    ).where("quantity > 0").select("*", "_told.*").drop("_told")  # fmt: skip
    named = netted.join(F.broadcast(drugs), (F.col("code") == F.col("cip13")) & (F.col("kind") == "dispensing"), "left")
    system = F.create_map(*[F.lit(x) for pair in systems.items() for x in pair])
    source = F.create_map(*[F.lit(x) for x in (
        "gp_visit", "ER_PRS_F", "specialist_visit", "ER_PRS_F", "dispensing", "ER_PHA_F", "hospital_drug", "ER_UCD_F", "biology", "ER_BIO_F",
        "ccam_act", "ER_CAM_F", "ngap_act", "ER_PRS_F")])  # fmt: skip
    place = F.create_map(*[F.lit(x) for pair in (CONTACTS | CARE).items() for x in pair])
    return events(
        named, F.col("kind"), "",
        source_table=source[F.col("kind")], source_slice=F.col("p4dp_slice"), code=F.col("code"), code_system=F.when(F.col("code").isNotNull(), system[F.col("kind")]),
        start_date=F.col("EXE_SOI_DTD"), end_date=F.coalesce("EXE_SOI_DTF", "EXE_SOI_DTD"), quantity=F.col("quantity"), value=F.col("PRS_ACT_COG"),
        atc=F.col("atc"), substance=F.col("substance"), prescribed_on=F.col("PRE_PRE_DTD"), performer=F.col("PFS_EXE_NUM"),
        prescriber=F.col("PFS_PRE_NUM"), specialty=F.ltrim(F.col("PSE_SPE_COD"), F.lit("0")), facility=F.col("ETB_EXE_FIN"),
        age=F.col("age"), scheme=F.col("scheme"),
        role=F.when(F.col("kind").isin("gp_visit", "specialist_visit", "ngap_act"), F.try_element_at(place, "code")),
        flags=flags(fictive_nir=F.col("_fictive"), shared_pseudonym=F.col("_shared"),
                    hospital_prescription=(F.col("kind") == "dispensing") & F.col("PSP_SPE_COD").isNull(),
                    outside_coverage=outside_coverage(F.col("scheme"), F.col("EXE_SOI_DTD"), coverage or {})),
    )  # fmt: skip
