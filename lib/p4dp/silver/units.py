"""Units: French spellings → UCUM, and one standard unit per sign or analysis with the factor to reach it.

Molar masses (g/mol) behind the factors: glucose 180.16, creatinine 113.12, cholesterol 386.65, triglycerides 885.4 (triolein),
urea 60.06, uric acid 168.11. HbA1c: IFCC mmol/mol = (NGSP % - 2.152) / 0.09148 (NGSP master equation).
tests/spec/test_silver.py holds every linear factor against a UCUM library.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

#: spelling in lower case without blanks → UCUM
SPELLINGS = {
    "cm": "cm",
    "m": "m",
    "mm": "mm",
    "kg": "kg",
    "g": "g",
    "mmhg": "mm[Hg]",
    "cmhg": "cm[Hg]",
    "mm[hg]": "mm[Hg]",
    "cm[hg]": "cm[Hg]",
    "/min": "/min",
    "bpm": "/min",
    "batt/min": "/min",
    "°c": "Cel",
    "cel": "Cel",
    "c": "Cel",
    "kg/m2": "kg/m2",
    "kg/m²": "kg/m2",
    "%": "%",
    "g/l": "g/L",
    "g/dl": "g/dL",
    "mg/l": "mg/L",
    "mg/dl": "mg/dL",
    "mmol/l": "mmol/L",
    "µmol/l": "umol/L",
    "μmol/l": "umol/L",
    "umol/l": "umol/L",
    "nmol/l": "nmol/L",
    "pmol/l": "pmol/L",
    "mui/l": "m[IU]/L",
    "m[iu]/l": "m[IU]/L",
    "µui/ml": "u[IU]/mL",
    "ui/l": "[IU]/L",
    "u/l": "U/L",
    "ng/ml": "ng/mL",
    "µg/l": "ug/L",
    "ug/l": "ug/L",
    "pg/ml": "pg/mL",
    "ng/l": "ng/L",
    "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "ml/min/{1.73_m2}": "mL/min/{1.73_m2}",
    "ml/min": "mL/min",
    "mmol/mol": "mmol/mol",
    "g/100ml": "g/dL",
    "10*9/l": "10*9/L",
    "g/l(10^9)": "10*9/L",
    "giga/l": "10*9/L",
    "10*12/l": "10*12/L",
    "tera/l": "10*12/L",
    "t/l": "10*12/L",
    "/mm3": "/mm3",
    "/mm³": "/mm3",
    "meq/l": "meq/L",
    "mg/mmol": "mg/mmol",
    "mg/g": "mg/g",
    "{tablet}": "{tablet}",
    "cp": "{tablet}",
    "{pack}/a": "{pack}/a",
    "pa": "{pack}/a",
    "{cigarette}/d": "{cigarette}/d",
    "cig/j": "{cigarette}/d",
    "verres/semaine": "{drink}/wk",
    "{drink}/wk": "{drink}/wk",
    "ml": "mL",
    "mg": "mg",
    "h/semaine": "h/wk",
    "h/wk": "h/wk",
    "1": "1",
    "gel": "{capsule}",
    "{capsule}": "{capsule}",
    "ui": "[IU]",
}
#: LOINC → standard unit, and factor from each other accepted unit
STANDARD: dict[str, tuple[str, dict[str, float]]] = {
    "8302-2": ("cm", {"m": 100.0, "mm": 0.1}),
    "56086-2": ("cm", {"m": 100.0}),
    "29463-7": ("kg", {"g": 0.001}),
    "8480-6": ("mm[Hg]", {"cm[Hg]": 10.0}),
    "8462-4": ("mm[Hg]", {"cm[Hg]": 10.0}),
    "8867-4": ("/min", {}),
    "8310-5": ("Cel", {}),
    "39156-5": ("kg/m2", {}),
    "59408-5": ("%", {}),
    "2345-7": ("mmol/L", {"g/L": 1000 / 180.16, "mg/dL": 10 / 180.16}),
    "14749-6": ("mmol/L", {"g/L": 1000 / 180.16, "mg/dL": 10 / 180.16}),
    "2160-0": ("umol/L", {"mg/L": 1000 / 113.12, "mg/dL": 10000 / 113.12, "mmol/L": 1000.0}),
    "14682-9": ("umol/L", {"mg/L": 1000 / 113.12, "mg/dL": 10000 / 113.12, "mmol/L": 1000.0}),
    "2093-3": ("mmol/L", {"g/L": 1000 / 386.65, "mg/dL": 10 / 386.65}),
    "2085-9": ("mmol/L", {"g/L": 1000 / 386.65, "mg/dL": 10 / 386.65}),
    "13457-7": ("mmol/L", {"g/L": 1000 / 386.65, "mg/dL": 10 / 386.65}),
    "2571-8": ("mmol/L", {"g/L": 1000 / 885.4, "mg/dL": 10 / 885.4}),
    "3094-0": ("mmol/L", {"g/L": 1000 / 60.06, "mg/dL": 10 / 60.06}),
    "3084-1": ("umol/L", {"mg/L": 1000 / 168.11, "mg/dL": 10000 / 168.11}),
    "718-7": ("g/dL", {"g/L": 0.1}),
    "3016-3": ("m[IU]/L", {"u[IU]/mL": 1.0}),
    "1988-5": ("mg/L", {"mg/dL": 10.0}),
    "62238-1": ("mL/min/{1.73_m2}", {}),
    "2823-3": ("mmol/L", {"meq/L": 1.0}),
    "2951-2": ("mmol/L", {"meq/L": 1.0}),
    **dict.fromkeys(("6690-2", "26464-8", "751-8", "731-0", "777-3", "26515-7"), ("10*9/L", {"/mm3": 0.001})),
    **dict.fromkeys(("789-8", "26453-1"), ("10*12/L", {"/mm3": 0.000001})),
    "2276-4": ("ug/L", {"ng/mL": 1.0}),
    "4548-4": ("%", {}),
}
#: HbA1c is the one analysis whose conversion is not a mere factor: LOINC → (unit, slope, offset)
_AFFINE = {"4548-4|mmol/mol": (0.09148, 2.152)}


def _map(pairs: dict[str, object]) -> Column:
    def literal(value: object) -> str:
        return f"'{value}'" if isinstance(value, str) else f"double('{value!r}')"

    return F.expr("map(" + ", ".join(f"'{k}', {literal(v)}" for k, v in pairs.items()) + ")")


def ucum(raw: Column) -> Column:
    """UCUM unit of a spelling; null when the spelling is not known."""
    return F.element_at(_map(dict(SPELLINGS)), F.lower(F.translate(raw, " ", "")))


def standardised(raw: DataFrame, loinc: Column) -> DataFrame:
    """Adds what converts a value: `_unit` (UCUM as delivered), `_standard_unit`, `_factor` and `_shift`.

    `_factor` is null when the unit cannot be converted to the analysis's standard unit, 1 for an analysis without a standard.
    """
    grams = [code for code, (target, others) in STANDARD.items() if "g/L" in (target, *others)]
    standard = F.element_at(_map({code: target for code, (target, _) in STANDARD.items()}), loinc)
    pairs: dict[str, object] = {f"{code}|{target}": 1.0 for code, (target, _) in STANDARD.items()}
    pairs |= {f"{code}|{other}": f for code, (_, others) in STANDARD.items() for other, f in others.items()}
    pairs |= {name: slope for name, (slope, _) in _AFFINE.items()}
    # G/L is giga per litre, but for what is weighed: there somebody wrote grams in capitals
    giga = (F.translate("unit", " ", "") == "G/L") & ~F.coalesce(loinc.isin(grams), F.lit(False))
    raw = raw.withColumns({"_unit": F.when(giga, "10*9/L").otherwise(ucum(F.col("unit"))), "_target": standard})
    pair = F.concat_ws("|", loinc, F.col("_unit"))
    shifts: dict[str, object] = {name: offset for name, (_, offset) in _AFFINE.items()}
    raw = raw.withColumns(
        {
            "_factor": F.when(F.col("_target").isNull(), 1.0).otherwise(F.element_at(_map(pairs), pair)),
            "_shift": F.coalesce(F.element_at(_map(shifts), pair), F.lit(0.0)),
        }
    )
    return raw.withColumn(
        "_standard_unit", F.when(F.col("_target").isNull(), F.col("_unit")).when(F.col("_factor").isNotNull(), F.col("_target"))
    )


def convert(value: Column) -> Column:
    """The value in the standard unit, to six decimals; the value itself when it is in it already, or cannot be converted."""
    as_it_is = F.col("_factor").isNull() | ((F.col("_factor") == 1) & (F.col("_shift") == 0))
    return F.when(as_it_is, value).otherwise(F.round(value * F.col("_factor") + F.col("_shift"), 6))
