"""Entitlements and declarations of a beneficiary: long-term illness, declared GP."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.snds.identity import no_date
from p4dp.snds.shape import events

#: Natures of exemption that are long-term illness; 11 to 13 are work accidents and disability.
LONG_TERM = ("41", "43", "45")


def long_term_illness(rows: DataFrame, illnesses: DataFrame | None) -> DataFrame:
    """IR_IMB_R with beneficiary_id → one event per entitlement; `code` is the number of the illness, null when it is not known.

    Trap 8: an end in January 1600 means open. The number is rebuilt from the first four characters of the ICD-10 code only where
    IMB_ALD_NUM is outside 1 to 32 and the nomenclature is CIM10. CNAM advises against making 32 of nature 45.

    Args:
        illnesses: IR_CIM_V as (`icd`, `ald`); None when the site has none.
    """
    counted = rows.where(F.col("IMB_ETM_NAT").isin(*LONG_TERM))
    number = F.col("IMB_ALD_NUM").try_cast("int")
    told = F.when(number.between(1, 32), number)
    if illnesses is not None:
        code = F.upper(F.translate("MED_MTF_COD", ".", ""))
        four = illnesses.select(F.col("icd").alias("_icd"), F.col("ald").try_cast("int").alias("_ald"))
        is_icd = F.translate(F.upper("MED_NCL_IDT"), "- ", "") == "CIM10"
        counted = counted.join(F.broadcast(four), is_icd & told.isNull() & (F.substring(code, 1, 4) == F.col("_icd")), "left")
        told = F.coalesce(told, F.when(F.col("_ald").between(1, 32), F.col("_ald")))
    once = counted.select(
        "beneficiary_id", told.alias("ald"), "IMB_ALD_DTD", no_date(F.col("IMB_ALD_DTF")).alias("end"), "p4dp_slice"
    ).distinct()
    return events(once, "long_term_illness", "IR_IMB_R", code=F.col("ald").cast("string"), code_system=F.lit("ALD"), start_date=F.col("IMB_ALD_DTD"),
                  end_date=F.col("end"), source_slice=F.col("p4dp_slice"))  # fmt: skip


def declared_gp(rows: DataFrame) -> DataFrame:
    """IR_MTT_R with beneficiary_id → one event per declaration; `performer` and `code` are the doctor's encrypted number."""
    once = rows.select(
        "beneficiary_id", "MTT_PFS_NUM", "MTT_DEP_DTE", no_date(F.col("MTT_FIN_DTE")).alias("end"), "p4dp_slice"
    ).distinct()
    return events(once, "declared_gp", "IR_MTT_R", code=F.col("MTT_PFS_NUM"), code_system=F.lit("PFS"), performer=F.col("MTT_PFS_NUM"),
                  start_date=F.col("MTT_DEP_DTE"), end_date=F.col("end"), source_slice=F.col("p4dp_slice"))  # fmt: skip
