"""What a linkage asks of patients whose records hold much or little."""

from p4dp.contracts.core import Column, Table

#: What a record holds, of care within the days of the claims, the least first.
HOLDS = {
    "nothing": "neither care nor a death",
    "none": "no visit; one or two of: drug, analysis, death",
    "few": "one or two visits; or no visit, and three or more of: drug, analysis, death",
    "many": "three visits or more",
}

TABLE = Table(
    "linked",
    "threshold",
    "Patients of one indirect linkage whose records hold as much.",
    (
        Column("run_id", "string", "Linkage run.", required=True, example="r" * 32),
        Column("holds", "string", "What the records hold, of care within the days of the claims.", codes=HOLDS, required=True),
        Column("threshold", "double", "Weight from which a link counts; null where no weight gives the precision asked for, where as many links might be false as true, or where nobody was there to tell it by: none is linked before a run that considers everybody again.", unit="1"),
        Column("patients", "bigint", "Patients considered.", unit="1", required=True),
        Column("linked", "bigint", "Links found.", unit="1", required=True),
        Column("decoys", "bigint", "Patients whose best beneficiary was taken away to see whether another is accepted.", unit="1", required=True),
        Column("decoys_accepted", "bigint", "Decoys for whom another was accepted.", unit="1", required=True),
        Column("false_share", "double", "Estimated share of false links; null without a link.", unit="1", between=("0", "1")),
        Column("false_low", "double", "Lower 95 % bound of that share.", unit="1", between=("0", "1")),
        Column("false_high", "double", "Upper 95 % bound of that share.", unit="1", between=("0", "1")),
        Column("batch_id", "bigint", "Linkage.", required=True),
    ),
    key=("run_id", "holds"),
)  # fmt: skip
