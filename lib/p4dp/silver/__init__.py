"""bronze → silver, one file per table: pure functions from DataFrame to DataFrame."""

from collections.abc import Callable

from pyspark.sql import DataFrame

from p4dp.silver import (
    act,
    allergy,
    care_protocol,
    certificate,
    diagnosis,
    document,
    encounter,
    history,
    lab_result,
    lifestyle,
    measurement,
    observation_period,
    order,
    patient,
    practitioner,
    prescription,
    reason,
    referral,
    vaccination,
    work_stoppage,
)
from p4dp.silver.mappings import Mappings

Transformation = Callable[[DataFrame, Mappings], DataFrame]
_MODULES = (
    patient, practitioner, encounter, observation_period, reason, diagnosis, history, prescription, order, act, measurement,
    lab_result, vaccination, allergy, lifestyle, work_stoppage, certificate, referral, document, care_protocol,
)  # fmt: skip
#: Table → its function, which has the table's name.
TRANSFORMATIONS: dict[str, Transformation] = {m.TABLE.name: getattr(m, m.TABLE.name) for m in _MODULES}
