"""How well algorithms find who is ill, on simulated countries from the least to the most complete coding: mechanical accuracy, never clinical.

`python bench/accuracy.py [--coding 0,0.5,1] [--patients 1500] [--practices 10]` writes bench/results/accuracy.json: one country and seed for each place
in the ranges of coding, sensitivity and PPV of each algorithm and side with the classes of misses, and what was found held against figures that
the simulated country does not use.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from links import call

from p4dp.config import load
from p4dp.pipeline.context import Context
from p4dp.storage.session import start

ROOT = Path(__file__).resolve().parent.parent
#: what is compared → the published figure, and where it stands
PUBLISHED = {
    "treated_diabetes_share": (0.053, "Santé publique France, 2020: 3.5 million people under drugs for diabetes, 5.3 % of the population, all schemes"),
    "diabetes_found_by_drugs_alone": (0.722, "Saint-Lary 2012 (PMC3334971): drugs alone miss 27.8 % of the diabetics of general practice"),
    "copd_share_45": (0.075, "Santé publique France: 5 to 10 % of adults over 45, from spirometry studies"),
}  # fmt: skip


def compared(home: Path) -> dict[str, float | None]:
    """The same figures, found in the country."""
    config = load(ROOT / "conf" / "local.yaml", str(home))
    spark = start(config, "bench")
    context = Context.of(config, spark)
    read, published = context.tables.read, context.ledger.published()
    for name in ("silver.patient", "silver.prescription", "silver.encounter", "gold.finding"):
        read(name, published[name]).createOrReplaceTempView(name.split(".")[1])
    row = spark.sql("""
        WITH seen AS (SELECT * FROM patient WHERE patient_key IN (SELECT patient_key FROM encounter)),
        drug AS (SELECT DISTINCT patient_key FROM prescription WHERE atc LIKE 'A10%'),
        found AS (SELECT DISTINCT algorithm, person_id FROM finding WHERE side = 'gp')
        SELECT count_if(patient_key IN (SELECT patient_key FROM drug)) / count(*) AS treated_diabetes_share,
          count_if(patient_key IN (SELECT person_id FROM found WHERE algorithm = 'diabetes') AND patient_key IN (SELECT patient_key FROM drug))
            / nullif(count_if(patient_key IN (SELECT person_id FROM found WHERE algorithm = 'diabetes')), 0) AS diabetes_found_by_drugs_alone,
          count_if(birth_year <= 1980 AND patient_key IN (SELECT person_id FROM found WHERE algorithm = 'copd')) / count_if(birth_year <= 1980) AS copd_share_45
        FROM seen""").first()  # fmt: skip
    out = {k: None if row[k] is None else round(float(row[k]), 4) for k in PUBLISHED}
    spark.stop()
    return out


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--coding", default="0,0.5,1")
    arguments.add_argument("--patients", type=int, default=1500)
    arguments.add_argument("--practices", type=int, default=10)
    given = arguments.parse_args()
    begin, countries = time.monotonic(), list[dict[str, Any]]()
    for seed, coding in enumerate(given.coding.split(","), 1):
        home = Path(tempfile.mkdtemp())
        call(home, "simulate", "--patients", str(given.patients), "--practices", str(given.practices), "--years", "2", "--nights", "1", "--seed", str(seed),
             "--snds-ratio", "1", "--coding", coding)  # fmt: skip
        call(home, "nightly")
        call(home, "derive")
        found, _, _ = call(home, "evaluate", "algorithms")
        countries.append({"seed": seed, "coding": float(coding), **found, "compared": compared(home)})
        print(json.dumps(countries[-1]), flush=True)
        shutil.rmtree(home)
    result = {"name": "accuracy", "kind": "mechanical", "patients": given.patients, "countries": countries,
              "published": {k: {"value": v, "source": s} for k, (v, s) in PUBLISHED.items()}, "seconds": round(time.monotonic() - begin)}  # fmt: skip
    (ROOT / "bench" / "results" / "accuracy.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
