"""The load report: what became of every file of every SNDS extract."""

from p4dp.contracts.core import Column, Table

TABLE = Table(
    "ops",
    "extract",
    "One file of one load of an SNDS extract.",
    (
        Column("extract", "string", "Name of the extract's folder.", required=True, example="2024-03"),
        Column("file", "string", "File below that folder.", required=True, example="2024/ER_PRS_F_202403.csv"),
        Column("table_name", "string", "Official table; null when the name says none.", example="ER_PRS_F"),
        Column("state", "string", "What became of it.", codes={"loaded": "its rows are there", "refused": "not loaded, see reason", "ignored": "no table of ours"}, required=True),
        Column("code", "string", "Why it was refused.", example="extract.truncated"),
        Column("reason", "string", "What was wrong and where; no value.", example="the last line has 3 fields, the header 123"),
        Column("rows", "bigint", "Rows read.", unit="1"),
        Column("unreadable_rows", "bigint", "Rows with a date or number that could not be read; the field is null.", unit="1"),
        Column("unreadable", "array<string>", "The columns that those rows could not be read in."),
        Column("dialect", "string", "Format, delimiter and encoding that were recognised.", example="csv ; iso-8859-1"),
        Column("missing", "array<string>", "Columns of the official schema that the file lacks: null."),
        Column("unknown", "array<string>", "Columns that the schema lacks: they stay in the extract."),
        Column("slices", "array<string>", "Flow months or years that it replaced."),
        Column("batch_id", "bigint", "Load.", required=True),
        Column("at", "timestamp", "When.", unit="UTC", required=True),
    ),
    key=(),
)  # fmt: skip
