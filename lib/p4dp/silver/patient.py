"""patient: one record in one practice."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.contracts.silver.patient import TABLE
from p4dp.silver.columns import conformed, day
from p4dp.silver.mappings import Mappings


def patient(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One coarsened identity → one patient; merged communes are followed, Corsica keeps its letters."""
    commune = F.upper(F.trim(raw["commune"]))
    if mappings.communes is not None:
        merged = mappings.communes.select(F.col("old_code").alias("_old"), F.col("new_code").alias("_new"))
        raw = raw.join(F.broadcast(merged), commune == F.col("_old"), "left")
        commune = F.coalesce(F.col("_new"), commune)
    overseas = F.substring(commune, 1, 2).isin("97", "98")
    return conformed(
        raw,
        TABLE,
        {
            "sex": F.coalesce(mappings.word("patient.sex", raw["sex"]), F.lit("unknown")),
            "birth_year": raw["birth_year"],
            "birth_month": raw["birth_month"],
            "commune_code": commune,
            "source_commune": raw["commune"],
            "department": F.when(overseas, F.substring(commune, 1, 3)).otherwise(F.substring(commune, 1, 2)),
            "death_date": day(raw["death_date"]),
            "nir_status": raw["nir_status"],
        },
    )
