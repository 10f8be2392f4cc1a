"""act: acts done or billed."""

from pyspark.sql import DataFrame

from p4dp.contracts.silver.act import TABLE
from p4dp.silver.columns import coded, conformed, day, number
from p4dp.silver.mappings import Mappings


def act(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered act → one act."""
    raw, code = coded(raw, "act", ("NGAP", "CCAM"), mappings)
    return conformed(
        raw,
        TABLE,
        {
            "done_on": day(raw["done_on"]),
            **code,
            "coefficient": number(raw["coefficient"]),
        },
    )
