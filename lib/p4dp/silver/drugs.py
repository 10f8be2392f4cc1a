"""ATC codes of drugs, from the drug referential."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.silver.mappings import Mappings


def atc_of(typed: DataFrame, mappings: Mappings) -> DataFrame:
    """Fills `atc`: the delivered code when it is one, else the referential's for a CIP13; null when neither tells."""
    own = F.when((F.col("code_system") == "ATC") & (F.length("code") != 4), F.col("code"))
    columns = typed.columns
    if mappings.drugs is None:
        return typed.withColumn("atc", own)
    drugs = mappings.drugs.select(F.col("cip13").alias("_cip13"), F.col("atc").alias("_atc"))
    joined = typed.join(F.broadcast(drugs), (F.col("code") == F.col("_cip13")) & (F.col("code_system") == "CIP13"), "left")
    return joined.withColumn("atc", F.coalesce(own, F.col("_atc"))).select(*columns)
