"""Rows of files → bronze records and free text: names of columns change, values do not."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from p4dp.contracts import Table, table
from p4dp.contracts.bronze.base import fields_of, shape_of
from p4dp.contracts.bronze.nested import element_fields
from p4dp.contracts.shapes import SHAPES
from p4dp.sources import readers
from p4dp.sources.spec import FileSpec, NestedSpec, SourceSpec

_NUMBERS = ("record_id", "patient_id", "op")


def _guard(value: Column, shape: str) -> Column:
    return F.when(value.rlike(f"^({shape})$"), value)


def _moved(pairs: dict[str, tuple[Column, str]]) -> Column:
    """Names of the fields whose text is not of their shape; null when all are."""
    named = [F.when(~value.rlike(f"^({shape})$"), name) for name, (value, shape) in pairs.items()]
    return F.nullif(F.concat_ws(",", *named), F.lit("")) if named else F.lit(None).cast("string")


def _json_schema(columns: list[str], nested: dict[str, list[str]]) -> str:
    parts = [f"`{c}` string" for c in columns]
    parts += [f"`{name}` array<struct<{','.join(f'`{c}`:string' for c in inner)}>>" for name, inner in nested.items()]
    return ", ".join(parts)


def _read(files: DataFrame, source: SourceSpec, spec: FileSpec, fields: set[str], children: set[str] | None) -> DataFrame:
    """The file's rows with one column per mapped header (empty text is null), and arrays for `children`."""
    headers = [h for h, f in spec.columns.items() if f in fields]
    raw = readers.rows(files, source, spec, headers)
    if source.reader == "delimited":
        return raw
    nested = (
        {}
        if children is None
        else {
            name: [h for h, f in child.columns.items() if f in children or f == "record_id"] for name, child in spec.nested.items()
        }
    )
    nested = {name: inner for name, inner in nested.items() if inner}
    parsed = raw.withColumn("_json", F.from_json("line", _json_schema(headers, nested)))
    return parsed.select("_file_no", "_row", *(F.col("_json")[c].alias(c) for c in (*headers, *nested)))


def _field(spec: FileSpec | NestedSpec, name: str, holder: Column | DataFrame) -> Column:
    header = next((h for h, f in spec.columns.items() if f == name), None)
    if header is not None:
        value = holder[header]
        return F.when(F.length(value) > 0, value)
    constant = spec.constants.get(name)
    return F.lit(constant).cast("string")


def _element(child: NestedSpec, kind: Table, element: Column) -> Column:
    """One array element with the fields of its kind, guarded."""
    shapes = {"record_id": SHAPES["id"], **{c.name: shape_of(c) for c in fields_of(kind)}}
    names = [n for n in element_fields(kind) if n != "moved"]
    given = {n: _field(child, n, element) for n in names}
    mapped = set(child.columns.values())
    guarded = {n: (given[n], shapes[n]) for n in names if n in mapped}
    values = [(_guard(*guarded[n]) if n in guarded else given[n]).alias(n) for n in names]
    return F.struct(*values, _moved(guarded).alias("moved"))


def _opener(child: NestedSpec, kind: Table) -> Callable[[Column], Column]:
    return lambda element: _element(child, kind, element)


def _words(child: NestedSpec, text: str, container: Column) -> Callable[[Column, Column], Column]:
    """One text of an array element, with the key that the element will have in silver."""

    def words(element: Column, place: Column) -> Column:
        number = F.coalesce(_field(child, "record_id", element), place.cast("string"))
        return F.struct(
            F.xxhash64(container, F.lit(child.record), number).alias("record_key"),
            F.lit(text).alias("field"),
            F.lit(child.record).alias("kind"),
            _field(child, text, element).alias("text"),
        )

    return words


def _practitioner(number: Column) -> Column:
    """Looks a practitioner's local number up in the delivery's own list (column practitioners: number → key)."""
    return F.element_at(F.col("practitioners"), number)


def records(files: DataFrame, about: DataFrame, patients: DataFrame, source: SourceSpec, spec: FileSpec) -> DataFrame:
    """Files of one kind → rows of bronze.<kind>, without batch_id and landed_at.

    Args:
        files: _file_no, path, source_file.
        about: _file_no, source_file, practice_id, practice_key, software, delivery_id, sequence, extracted_on, practitioners.
        patients: practice_id, local_id, patient_key; one row per patient that the batch names.
    """
    kind = table(f"bronze.{spec.record}")
    children = {c.record for c in spec.nested.values()}
    own = {c.name for c in fields_of(kind)}
    inner = {c.name for child in children for c in fields_of(table(f"bronze.{child}"))}
    raw = _read(files, source, spec, {*_NUMBERS, *own}, inner)
    raw = raw.join(F.broadcast(about), "_file_no")
    local = _field(spec, "patient_id", raw)
    raw = raw.withColumn("_local", local)
    known = patients.select(F.col("practice_id").alias("_practice"), F.col("local_id").alias("_known"), "patient_key")
    raw = raw.join(F.broadcast(known), (F.col("_local") == F.col("_known")) & (F.col("practice_id") == F.col("_practice")), "left")
    number = _field(spec, "record_id", raw)
    record_id = _guard(number, SHAPES["id"])
    guarded = {c.name: (_field(spec, c.name, raw), shape_of(c)) for c in fields_of(kind) if spec_has(spec, c.name)}
    moved = _moved(guarded)
    moved = F.nullif(F.concat_ws(",", F.when(record_id.isNull(), "record_id"), moved), F.lit(""))
    deleting = [w for w, standard in source.values.get("op", {}).items() if standard == "delete"]
    values: dict[str, Column] = {
        "record_id": record_id,
        "record_key": F.when(record_id.isNotNull(), F.xxhash64("practice_key", F.lit(spec.record), record_id)).otherwise(
            F.xxhash64("practice_key", F.lit(spec.record), "delivery_id", "source_file", "_row")
        ),
        "op": F.when(_field(spec, "op", raw).isin(*deleting, "delete"), "delete").otherwise("upsert"),
        "source_row": F.col("_row"),
        "moved": moved,
    }
    for name in own:
        values[name] = _guard(*guarded[name]) if name in guarded else _field(spec, name, raw)
    if spec.record == "encounter":
        values |= {name: _practitioner(values[name]) for name in ("author", "billing")}
    for child in kind.columns:
        if not child.type.startswith("array"):
            continue
        arrays = [
            F.coalesce(
                F.transform(F.col(h), _opener(c, table(f"bronze.{child.name}"))),
                F.array().cast(child.type),
            )
            for h, c in spec.nested.items()
            if c.record == child.name and h in raw.columns
        ]
        values[child.name] = F.concat(*arrays) if arrays else F.lit(None)
    chosen = [
        values.get(c.name, F.col(c.name) if c.name in raw.columns else F.lit(None)).cast(c.type).alias(c.name)
        for c in kind.columns
        if c.name not in ("batch_id", "landed_at")
    ]
    return raw.select(*chosen)


def spec_has(spec: FileSpec | NestedSpec, field: str) -> bool:
    """Whether the software fills the field from a column."""
    return field in spec.columns.values()


def texts(files: DataFrame, about: DataFrame, patients: DataFrame, source: SourceSpec, spec: FileSpec) -> DataFrame | None:
    """Files of one kind → rows of restricted.free_text, without batch_id; None when the software has no words there.

    A laboratory result in words counts as text: `value` that is no number.
    """
    kind = table(f"bronze.{spec.record}")
    own = [t for t in kind.texts if spec_has(spec, t)]
    nested = {
        name: (child, [t for t in table(f"bronze.{child.record}").texts if spec_has(child, t)])
        for name, child in spec.nested.items()
    }
    nested = {name: pair for name, pair in nested.items() if pair[1]}
    if not own and not nested:
        return None
    wanted = {t for _, names in nested.values() for t in names}
    raw = _read(files, source, spec, {*_NUMBERS, *own}, wanted).join(F.broadcast(about), "_file_no")
    raw = raw.withColumn("_local", _field(spec, "patient_id", raw))
    known = patients.select(F.col("practice_id").alias("_practice"), F.col("local_id").alias("_known"), "patient_key")
    raw = raw.join(F.broadcast(known), (F.col("_local") == F.col("_known")) & (F.col("practice_id") == F.col("_practice")), "left")
    key = F.xxhash64("practice_key", F.lit(spec.record), _guard(_field(spec, "record_id", raw), SHAPES["id"]))
    found = (
        [
            F.array(
                *(
                    F.struct(
                        key.alias("record_key"),
                        F.lit(t).alias("field"),
                        F.lit(spec.record).alias("kind"),
                        _field(spec, t, raw).alias("text"),
                    )
                    for t in own
                )
            )
        ]
        if own
        else []
    )
    for name, (child, names) in nested.items():
        if name not in raw.columns:
            continue
        for t in names:
            found.append(F.transform(F.col(name), _words(child, t, key)))
    flat = F.concat(
        *[F.coalesce(f, F.array().cast("array<struct<record_key:bigint,field:string,kind:string,text:string>>")) for f in found]
    )
    opened = raw.select(F.explode(flat).alias("_t"), "practice_key", "patient_key", "delivery_id", "sequence").where(
        "_t.text IS NOT NULL"
    )
    return opened.select(
        "_t.record_key", "_t.field", "_t.kind", "practice_key", "patient_key", "_t.text", "delivery_id", "sequence"
    )


def guarded_array(kind: str, array: Column) -> Column:
    """Elements that already carry our field names (opened documents), guarded like those of any other delivery."""
    child = table(f"bronze.{kind}")
    same = NestedSpec(record=kind, columns={n: n for n in element_fields(child) if n != "moved"})
    return F.transform(array, lambda element: _element(same, child, element))
