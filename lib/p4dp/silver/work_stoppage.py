"""work_stoppage: sick leaves."""

from pyspark.sql import DataFrame

from p4dp.contracts.silver.work_stoppage import TABLE
from p4dp.silver.columns import coded, conformed, day, yes_no
from p4dp.silver.mappings import Mappings


def work_stoppage(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered leave → one leave."""
    raw, code = coded(raw, "work_stoppage", ("CISP-2", "CIM-10"), mappings)
    return conformed(
        raw,
        TABLE,
        {
            "start_date": day(raw["start_date"]),
            "end_date": day(raw["end_date"]),
            **code,
            "is_extension": yes_no(raw["is_extension"]),
        },
    )
