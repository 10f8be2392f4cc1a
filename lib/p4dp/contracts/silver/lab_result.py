"""Laboratory results."""

from p4dp.contracts.core import Column, check
from p4dp.contracts.silver.base import coded, encounter, number, past, silver

_CODED, _UNMAPPED = coded(
    "lab_result",
    "LOINC code of the analysis, or the local code where the source's mapping keeps it.",
    ("LOINC", "local"),
)
TABLE = silver(
    "lab_result",
    "One result of a laboratory analysis.",
    encounter(required=False),
    past("sampled_on", "Day of the sample."),
    *_CODED,
    number("value", "Result in `unit`; null when the result is in words.", "see unit", -1e6, 1e9),
    Column(
        "comparator",
        "string",
        "The result is beyond the value, not at it.",
        codes={"<": "below", ">": "above", "<=": "at most", ">=": "at least"},
    ),
    Column(
        "unit",
        "string",
        "Standard unit of the analysis, UCUM; the delivered one where the analysis has no standard.",
        example="mmol/L",
    ),
    number("source_value", "Number as delivered.", "see source_unit", -1e7, 1e9),
    Column("source_unit", "string", "Unit as delivered.", example="g/L"),
    number("low", "Lower reference limit in `unit`.", "see unit", -1e6, 1e9),
    number("high", "Upper reference limit in `unit`.", "see unit", -1e6, 1e9),
    Column(
        "interpretation",
        "string",
        "The laboratory's own flag.",
        codes={"N": "normal", "L": "low", "H": "high", "LL": "very low", "HH": "very high", "A": "abnormal"},
    ),
    rules=[
        _UNMAPPED,
        check(
            "lab_result",
            "unit.unmapped",
            "The unit is known and can be converted to the analysis's standard unit.",
            "unit IS NOT NULL OR source_value IS NULL OR source_unit IS NULL",
            "unit",
        ),
    ],
)
