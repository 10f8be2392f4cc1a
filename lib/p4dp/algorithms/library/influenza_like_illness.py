"""Episodes of influenza-like illness."""

from __future__ import annotations

from pyspark.sql import DataFrame

from p4dp.algorithms.core import Algorithm, Inputs, Parameter
from p4dp.algorithms.rules import episodes


def gp(x: Inputs) -> DataFrame:
    """Contacts with such a reason or result; those close together are one episode."""
    return episodes(
        "influenza-like illness", x.mentions("influenza_like").where("origin IN ('reason', 'diagnosis')"), int(x["gap"])
    )


ALGORITHM = Algorithm(
    name="influenza_like_illness",
    version=1,
    kind="episode",
    question="When did the person have an influenza-like illness?",
    population="patients who came for it",
    sides={"gp": gp},
    code_lists=("influenza_like",),
    parameters={"gap": Parameter(14, "days without contact after which another episode begins", (7, 60))},
    output="one episode; the value counts its contacts",
    limits="Coded contacts only. Claims know no reason of a visit.",
    references=("CISP-2 R80", "weekly curves of the Sentinelles network, as a comparison"),
)
