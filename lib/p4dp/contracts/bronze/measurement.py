"""Raw measurements at the surgery."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "measurement",
    "One measured sign, as delivered.",
    raw("encounter_record_id", "id", "The practice's number of the encounter."),
    raw("measured_on", "date", "Day of the measurement."),
    raw("code", "code", "What was measured, in the software's words or LOINC."),
    raw("value", "number", "Measured value."),
    raw("unit", "unit", "Unit as written."),
)
