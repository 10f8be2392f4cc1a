"""split, a vault job: every file of a batch is verified and read once; identity goes to the vault, medicine to the outbox.

One pass over the files on the executors gives, per file: whether it is what its manifest says; the identities in it; the patients that it
names; for a mixed document its medical part. Deliveries are then accepted or refused whole. Nothing of a refused one goes further.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.errors import DefectiveDelivery
from p4dp.identity import nir, traits
from p4dp.identity.keys import Keys, PseudonymMaker, create_secret, load_secret
from p4dp.pipeline.context import Context, log
from p4dp.pipeline.discover import Found, order_problems, registry
from p4dp.sources import cda, verify
from p4dp.sources.readers import content
from p4dp.sources.spec import FileSpec, SourceSpec
from p4dp.storage.ledger import now

_OUT = "delivery_no int, file string, kind string, payload string"
Rows = list[tuple[str, dict[str, Any]]]

_PATIENT = (
    "practice_id string, local_id string, patient_key string, key_version int, nir string, nir_status string, "
    "family_name string, birth_name string, given_names string, sex string, birth_date string, birth_place string, "
    "address string, postal_code string, commune string, death_date string, birth_year int, birth_month int"
)
_PRACTITIONER = (
    "practice_id string, local_id string, practitioner_key string, key_version int, name string, am_number string, "
    "rpps string, role string, specialty string, valid_from string, valid_to string"
)


def _patient(row: dict[str, Any], practice_id: str, make: PseudonymMaker, version: int) -> dict[str, Any]:
    year, month = traits.birth_month(row.get("birth_date"))
    local = row.pop("patient_id")
    return {
        **row,
        "practice_id": practice_id,
        "local_id": local,
        "patient_key": make.patient(practice_id, local),
        "key_version": version,
        "nir_status": nir.status(row.get("nir")),
        "birth_year": year,
        "birth_month": month,
    }


def _practitioner(row: dict[str, Any], practice_id: str, make: PseudonymMaker, version: int) -> dict[str, Any]:
    local = row.pop("practitioner_id")
    return {
        **row,
        "practice_id": practice_id,
        "local_id": local,
        "practitioner_key": make.practitioner(practice_id, local),
        "key_version": version,
    }


def _mapped(read: verify.Verified, spec: FileSpec) -> list[dict[str, Any]]:
    """Records under the names of our fields."""
    rows = read.table.to_pylist() if read.table is not None else read.records or []
    return [{f: (None if r.get(h) in (None, "") else str(r[h])) for h, f in spec.columns.items()} for r in rows]


def _read(file: Any, source: SourceSpec, make: PseudonymMaker, version: int) -> Rows:
    """All that one file gives; raises DefectiveDelivery."""
    where, practice_id = file.file, file.practice_id
    data = content(file.path)
    verify.checksum(data, file.sha256, where)
    name = PurePosixPath(file.file).name
    out: Rows = []
    if file.part == "mixed":
        identity, dossier, words = cda.parse(data, where)
        if not identity["patient_id"]:
            raise DefectiveDelivery("delivery.malformed", where, "a document without a patient number")
        patient = _patient(identity, practice_id, make, version)
        dossier["record_id"] += "#" + patient["patient_key"][:16]
        dossier["patient_id"] = patient["local_id"]
        texts = [{"kind": k, "inside": r, "text": t} for k, r, t in words]
        out = [
            ("patient", patient),
            ("document", {"dossier": json.dumps({**dossier, "patient_id": None}), "local_id": patient["local_id"], "texts": texts}),
        ]
        out += [("seen", {"local_id": patient["local_id"], "patient_key": patient["patient_key"]})]
        return [*out, ("file", {"rows": 1, "bytes": len(data), "notes": []})]
    if name in source.never_landed:
        return [("file", {"rows": file.rows, "bytes": len(data), "notes": [f"{where}: never landed"]})]
    spec = (source.identity if file.part == "identity" else source.medical).get(name)
    if spec is None:
        return [("file", {"rows": file.rows, "bytes": len(data), "notes": [f"{where}: unknown file, stays in the delivery"]})]
    read = (verify.json_lines if source.reader == "jsonl" else verify.delimited)(data, source, spec, where)
    if read.rows != file.rows:
        raise DefectiveDelivery("delivery.rows", where, f"{read.rows} records, the manifest says {file.rows}")
    if file.part == "identity":
        build, number = (_patient, "patient_id") if spec.record == "patient" else (_practitioner, "practitioner_id")
        rows = _mapped(read, spec)
        if any(not r.get(number) for r in rows):
            raise DefectiveDelivery("delivery.columns", where, f"a record without {number}")
        out = [(spec.record, build(r, practice_id, make, version)) for r in rows]
    elif header := spec.header_of("patient_id"):
        locals_ = (
            set(read.table[header].unique().to_pylist())
            if read.table is not None and header in read.table.column_names
            else {str(r[header]) for r in read.records or [] if r.get(header) is not None}
        )
        out = [("seen", {"local_id": i, "patient_key": make.patient(practice_id, i)}) for i in sorted(x for x in locals_ if x)]
    return [*out, ("file", {"rows": read.rows, "bytes": len(data), "notes": read.notes})]


def _worker(sources: dict[str, SourceSpec], keys: Keys) -> Callable[[Iterator[pd.DataFrame]], Iterator[pd.DataFrame]]:
    def run(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        make = keys.maker()
        for frame in frames:
            for file in frame.itertuples(index=False):
                try:
                    rows = _read(file, sources[str(file.software)], make, keys.version)
                except DefectiveDelivery as problem:
                    rows = [
                        (
                            "file",
                            {"rows": 0, "bytes": 0, "notes": [], "code": problem.code, "reason": f"{file.file}: {problem.reason}"},
                        )
                    ]
                except OSError:
                    rows = [
                        (
                            "file",
                            {
                                "rows": 0,
                                "bytes": 0,
                                "notes": [],
                                "code": "delivery.missing_file",
                                "reason": f"{file.file}: listed in the manifest, not in the folder",
                            },
                        )
                    ]
                yield pd.DataFrame(
                    [(file.delivery_no, file.file, kind, json.dumps(payload)) for kind, payload in rows],
                    columns=["delivery_no", "file", "kind", "payload"],
                )

    return run


def _files(context: Context, batch: list[Found]) -> DataFrame:
    landing = context.config.at(context.config.roots.landing)
    rows = [
        (n, f.software, f.practice_id, f"{landing}/{f.folder}/{file.path}", file.path, file.part, file.rows, file.sha256)
        for n, f in enumerate(batch)
        if f.manifest
        for file in f.manifest.files
    ]
    frame = context.spark.createDataFrame(
        rows,
        "delivery_no int, software string, practice_id string, path string, file string, part string, rows bigint, sha256 string",
    )
    slices = len(rows) // 8 + 2 if len(rows) < 512 else 66
    return frame.repartition(slices, "path")


def run(context: Context, batch_id: int, batch: list[Found]) -> dict[str, int]:
    """Splits a batch; returns counts of accepted and refused deliveries."""
    config = context.config
    secret = config.at(config.vault.secret_file)
    if config.vault.create_secret:
        create_secret(secret)
    make = PseudonymMaker(load_secret(secret))
    practices = registry(context)
    problems = order_problems(context, batch, practices)
    readable = [f for f in batch if f.folder not in problems]
    staged = f"{config.at(config.roots.vault)}/staging/batch={batch_id}"
    results: dict[str, dict[str, Any]] = {}
    if readable:
        read = _files(context, readable).mapInPandas(_worker(context.sources, Keys(secret, config.vault.key_version)), _OUT)
        everything = context.tables.parquet(staged, read)
        for row in everything.where("kind = 'file'").collect():
            payload, folder = json.loads(row["payload"]), readable[row["delivery_no"]].folder
            result = results.setdefault(folder, {"rows": {}, "bytes": 0, "notes": []})
            result["rows"][row["file"]], result["bytes"] = payload["rows"], result["bytes"] + payload["bytes"]
            result["notes"] += payload["notes"]
            if "code" in payload:
                problems.setdefault(folder, DefectiveDelivery(payload["code"], folder, payload["reason"]))
        accepted = {n: f for n, f in enumerate(readable) if f.folder not in problems}
        if accepted:
            _keep_identity(context, batch_id, everything, accepted)
    _decide(context, batch_id, batch, problems, results, make)
    return {"accepted": len(batch) - len(problems), "refused": len(problems)}


def _keep_identity(context: Context, batch_id: int, everything: DataFrame, accepted: dict[int, Found]) -> None:
    """Identity of accepted deliveries → vault; pseudonyms and coarsened traits → outbox."""
    tables = context.tables
    about = F.broadcast(
        context.spark.createDataFrame(
            [(n, f.delivery_id, f.practice_id, f.manifest.sequence) for n, f in accepted.items() if f.manifest],
            "delivery_no int, delivery_id string, practice string, sequence bigint",
        )
    )
    kept = everything.join(about, "delivery_no").withColumn("batch_id", F.lit(batch_id).cast("bigint"))

    def of(kind: str, schema: str) -> DataFrame:
        opened = kept.where(F.col("kind") == kind).withColumn("r", F.from_json("payload", schema))
        return opened.select("r.*", "delivery_id", "sequence", "batch_id", "file", "practice")

    patients, practitioners = of("patient", _PATIENT), of("practitioner", _PRACTITIONER)
    tables.append("vault.patient", patients.dropDuplicates(["delivery_id", "local_id", "file"]), batch_id)
    tables.append("vault.practitioner", practitioners, batch_id)
    tables.log(
        "ops.access",
        [
            {
                "account": getpass.getuser(),
                "command": "split",
                "object": "vault.patient",
                "purpose": f"batch {batch_id}",
                "at": now(),
            }
        ],
    )
    outbox = context.outbox(batch_id)
    coarse = patients.select(
        "practice_id",
        "local_id",
        "patient_key",
        "sex",
        "birth_year",
        "birth_month",
        "commune",
        "death_date",
        "nir_status",
        "delivery_id",
        "file",
    )
    tables.parquet(f"{outbox}/patients", coarse)
    professional = practitioners.select(
        "practice_id",
        "local_id",
        "practitioner_key",
        "am_number",
        "rpps",
        "role",
        "specialty",
        "valid_from",
        "valid_to",
        "delivery_id",
        "file",
    )
    tables.parquet(f"{outbox}/practitioners", professional)
    everyone = tables.read("vault.practitioner").select("practice_id", "local_id", "practitioner_key").distinct()
    tables.parquet(f"{outbox}/colleagues", everyone)
    seen = of("seen", "local_id string, patient_key string").select(
        F.col("practice").alias("practice_id"), "local_id", "patient_key"
    )
    known = (
        tables.read("vault.patient")
        .select("practice_id", "local_id")
        .join(F.broadcast(seen.distinct()), ["practice_id", "local_id"], "left_semi")
        .distinct()
    )
    tables.parquet(f"{outbox}/seen", seen.distinct().join(known, ["practice_id", "local_id"], "left_semi"))
    words = "dossier string, local_id string, texts array<struct<kind:string,inside:string,text:string>>"
    tables.parquet(f"{outbox}/documents", of("document", words).drop("batch_id", "sequence"))


def _decide(
    context: Context,
    batch_id: int,
    batch: list[Found],
    problems: dict[str, DefectiveDelivery],
    results: dict[str, dict[str, Any]],
    make: PseudonymMaker,
) -> None:
    """One row of the ledger per delivery."""
    rows: list[dict[str, Any]] = []
    for found in batch:
        problem, result, manifest = problems.get(found.folder), results.get(found.folder, {}), found.manifest
        rows.append(
            {
                "delivery_id": found.delivery_id,
                "state": "refused" if problem else "accepted",
                "code": problem.code if problem else None,
                "reason": problem.reason if problem else None,
                "software": found.software,
                "practice_id": found.practice_id,
                "practice_key": make.practice(found.practice_id),
                "folder": found.folder,
                "sequence": manifest.sequence if manifest else None,
                "is_full": manifest.kind == "full" if manifest else None,
                "extracted_on": manifest.extracted_at.date() if manifest else None,
                "manifest_sha256": found.sha256,
                "rows": result.get("rows", {}),
                "bytes": result.get("bytes", 0),
                "notes": sorted(set(result.get("notes", []))),
                "batch_id": batch_id,
            }
        )
        if problem:
            log.warning("refused %s: %s: %s", found.folder, problem.code, problem.reason)
    done = {s["folder"]: s for s in context.ledger.states() if s["batch_id"] == batch_id}
    context.ledger.record([r for r in rows if r["folder"] not in done])
