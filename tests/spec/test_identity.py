"""Whom the vault names to others: the row that counts, and what the trusted circuit is asked."""

from __future__ import annotations

from p4dp.identity import circuit
from p4dp.identity.persons import persons

PATIENTS = (
    "practice_id string, patient_key string, nir string, nir_status string, birth_date string, address string, delivery_id string"
)
PUBLISHED = "patient_key string, delivery_id string, sex string"


def test_traits_of_several_rows_are_those_of_the_delivery_that_counts(pipe) -> None:
    rows = pipe(
        PATIENTS,
        """practice_id|patient_key|nir|nir_status|birth_date|address|delivery_id
        P1|a|2790351215189|no_key|||d2
        P1|a||missing|02/03/1979|1 RUE|d2
        P1|a|1600101001001|no_key|1960-01-01|2 RUE|d1
        P1|b|2790351215189|no_key|19790302||d2
        P1|b|NO|malformed|19790101||d3""",
    )
    published = pipe(PUBLISHED, "patient_key|delivery_id|sex\na|d2|female\nb|d2|female")
    found = {
        r["patient_key"]: tuple(r)[2:] for r in persons(rows, published, "nir", "nir_status", "birth_date", "address").collect()
    }
    assert found == {"a": ("2790351215189", "no_key", "02/03/1979", "1 RUE"), "b": ("2790351215189", "no_key", "19790302", None)}


def test_the_circuit_is_asked_for_whoever_can_be_asked_for(pipe) -> None:
    rows = pipe(
        PATIENTS,
        """practice_id|patient_key|nir|nir_status|birth_date|address|delivery_id
        P1|blanks|2\u00a079\u202f03 51.215-189|no_key|02/03/1979||d1
        P2|elsewhere|2790351215189|no_key|1979-03-02||d1
        P1|twin|1600101001001|no_key|19600101||d1
        P1|other twin|1600101001001|no_key|01/01/1960||d1
        P1|no whole date|1600201001001|no_key|00/00/1960||d1
        P1|lunar month|1600201001001|no_key|19602001||d1
        P1|wrong key|160010100100199|wrong_key|19600101||d1
        P1|no sex|1600301001001|no_key|19600301||d1""",
    )
    keys = [r[0] for r in rows.select("patient_key").collect()]
    lines = "\n".join(f"{k}|d1|{'unknown' if k == 'no sex' else 'female'}" for k in keys)
    asked = circuit.subjects(rows, pipe(PUBLISHED, f"patient_key|delivery_id|sex\n{lines}"), "NS_").collect()
    assert {r["patient_key"] for r in asked} == {"blanks", "elsewhere"}
    assert {tuple(r)[1:] for r in asked} == {("NS_000000001", "2790351215189", "19790302", "2", "2790351215189")}
