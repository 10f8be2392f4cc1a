"""Measurements at the surgery."""

from p4dp.contracts.core import Column, check
from p4dp.contracts.silver.base import coded, encounter, number, past, silver

_CODED, _UNMAPPED = coded("measurement", "LOINC code of what was measured.", ("LOINC",))
#: LOINC -> lowest and highest value in the standard unit beyond which only a mistake is likely (ASSUMED, by clinicians' custom)
PLAUSIBLE = {
    "8302-2": (20, 260),
    "29463-7": (0.3, 400),
    "8480-6": (40, 320),
    "8462-4": (20, 220),
    "8867-4": (20, 300),
    "8310-5": (30, 44),
    "56086-2": (20, 250),
    "9279-1": (4, 100),
    "59408-5": (40, 100),
}
_LIMITS = " ".join(f"WHEN '{code}' THEN value BETWEEN {low} AND {high}" for code, (low, high) in PLAUSIBLE.items())
TABLE = silver(
    "measurement",
    "One measured sign.",
    encounter(required=False),
    past("measured_on", "Day of the measurement."),
    *_CODED,
    number("value", "Measured value in `unit`.", "see unit", -1e6, 1e7, required=True),
    Column("unit", "string", "Standard unit of the sign, UCUM.", example="cm"),
    number("source_value", "Value as delivered.", "see source_unit", -1e7, 1e7),
    Column("source_unit", "string", "Unit as delivered.", example="m"),
    rules=[
        _UNMAPPED,
        check(
            "measurement",
            "unit.unmapped",
            "The unit is known and can be converted to the sign's standard unit.",
            "unit IS NOT NULL OR code IS NULL",
            "unit",
        ),
        check(
            "measurement",
            "value.plausible",
            "The value is possible for the sign.",
            f"CASE code {_LIMITS} ELSE true END",
            "value",
            "code",
        ),
    ],
)
