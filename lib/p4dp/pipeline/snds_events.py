"""Typed SNDS tables → beneficiaries, flat claim lines of the months that changed, and all events."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame, Observation
from pyspark.sql import functions as F

from p4dp.contracts import table
from p4dp.pipeline import referential
from p4dp.pipeline.context import Context
from p4dp.snds import benefits, dcir, deaths, identity, pmsi


class _Claims:
    """Reads SNDS tables with one pseudonym column whatever the extract."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def table(self, name: str, slices: list[str] | None = None) -> DataFrame:
        """Rows of a table, of some slices when asked; none when it was never loaded."""
        rows = self._context.tables.read(f"snds.{name}")
        return rows if slices is None else rows.where(F.col("p4dp_slice").isin(slices))

    def with_pseudonym(self, name: str) -> DataFrame:
        """`table`, with BEN_NIR_PSA filled from NUM_ENQ for project extracts (what is stored stays as it came)."""
        return self.table(name).withColumn("_psa", F.coalesce("BEN_NIR_PSA", "NUM_ENQ"))


def run(context: Context, batch_id: int, months: list[str]) -> dict[str, object]:
    """Computes identity, the flat lines of `months`, and events; returns counts."""
    tables, claims, batch = context.tables, _Claims(context), F.lit(batch_id).cast("bigint")
    archive = claims.table("ir_ben_r_arc") if tables.exists("snds.ir_ben_r_arc") else None
    resolved = identity.pseudonyms(identity.rows_of(claims.table("ir_ben_r"), archive))
    tables.overwrite("events.pseudonym", identity.key(resolved).withColumn("batch_id", batch))
    tables.overwrite("events.beneficiary", identity.beneficiaries(resolved).withColumn("batch_id", batch))
    if months:
        listed = dcir.details({name: claims.table(name.lower(), months) for name in dcir.DETAILS})
        flat = dcir.flat(claims.table("er_prs_f", months), claims.table("er_ete_f", months), listed)
        tables.replace("events.dcir", flat.withColumn("batch_id", batch), months)
    nobody = dict[str, Observation]()
    events = _events(context, claims, identity.own_numbers(resolved), nobody)
    stage = f"{context.config.at(context.config.roots.warehouse)}/staging/load={batch_id}/events"
    staged = tables.parquet(stage, reduce(DataFrame.unionByName, events))
    whole = staged.unionByName(deaths.observation(staged, _complete_until(context)))
    tables.overwrite("events.event", whole.withColumn("batch_id", batch).select(*table("events.event").names))
    return {
        "beneficiaries": tables.read("events.beneficiary").count(),
        "events": tables.read("events.event").count(),
        "of_nobody": {table: n for table, seen in nobody.items() if (n := seen.get.get("n", 0))},
    }


def _complete_until(context: Context) -> Column:
    """The day up to which claims are complete: the last flow month less the months that they take to come; null without claims."""
    last = context.tables.read("events.dcir").where("p4dp_slice != 'unknown'").agg(F.max("p4dp_slice")).collect()[0][0]
    if last is None:
        return F.lit(None).cast("date")
    return F.last_day(F.add_months(F.to_date(F.lit(f"{last}-01")), -context.config.snds.complete_after_months))


def _events(context: Context, claims: _Claims, numbers: DataFrame, nobody: dict[str, Observation]) -> list[DataFrame]:
    """Events of all kinds but periods; `numbers` tells whose certificates are, `nobody` takes, per table, how many rows have a pseudonym that is no one beneficiary's: they give no event."""
    tables, settings = context.tables, context.config.snds
    people, persons = tables.read("events.pseudonym"), tables.read("events.beneficiary")

    def of(rows: DataFrame, pseudonym: str, rank: str | None) -> DataFrame:
        return identity.identified(rows, people, pseudonym, rank)

    def watched(rows: DataFrame, name: str) -> DataFrame:
        if not tables.exists(
            f"snds.{name.lower().replace('mcoaa', 'mco_')}"
        ):  # the optimiser drops what has no rows, and its count with it
            return rows
        nobody[name] = Observation()
        return rows.observe(nobody[name], F.count_if(F.col("beneficiary_id").isNull()).alias("n"))

    fictive = F.coalesce(F.col("BEN_CDI_NIR").isin(*identity.FICTIVE), F.lit(False)) | (
        F.coalesce(F.col("RGM_COD") == "888", F.lit(False)) & F.coalesce(F.col("RGM_GRG_COD").isin("1", "01"), F.lit(False)))  # fmt: skip
    lines = tables.read("events.dcir").withColumn("_psa", F.coalesce("BEN_NIR_PSA", "NUM_ENQ")).withColumn("_fictive", fictive)
    atc = F.coalesce("PHA_ATC_C07", "PHA_ATC_CLA")
    drugs = claims.table("ir_pha_r").select(
        F.col("PHA_CIP_C13").alias("cip13"), atc.alias("atc"), F.col("PHA_NOM_PA").alias("substance")
    )
    care = watched(of(dcir.countable(lines), "_psa", "BEN_RNG_GEM"), "ER_PRS_F")
    out = [dcir.billed(care, drugs.dropDuplicates(["cip13"]), settings.coverage)]

    stays = pmsi.stays(
        claims.table("t_mco_b"),
        claims.table("t_mco_c"),
        settings.finess_twice,
        settings.finess_twice_until,
        settings.keep_stays_for_others,
    )
    found = of(stays, "NIR_ANO_17", "RNG_NAI")
    out += [
        pmsi.stay_events(watched(found, "T_MCOaaC")),
        pmsi.diagnosis_events(found, claims.table("t_mco_d"), claims.table("t_mco_um")),
        pmsi.act_events(found, claims.table("t_mco_a")),
    ]
    visits = of(pmsi.visits(claims.table("t_mco_cstc")), "NIR_ANO_17", "RNG_NAI")
    out.append(pmsi.visit_events(watched(visits, "T_MCOaaCSTC"), claims.table("t_mco_fcstc"), settings.emergency_acts))
    out.append(pmsi.visit_act_events(visits, claims.table("t_mco_fmstc")))

    known = referential.read(context.spark, context.config.at(context.config.referentials.long_term), "icd", "ald", once=False)
    out.append(benefits.long_term_illness(watched(of(claims.with_pseudonym("ir_imb_r"), "_psa", "BEN_RNG_GEM"), "IR_IMB_R"), known))
    out.append(benefits.declared_gp(watched(of(claims.with_pseudonym("ir_mtt_r"), "_psa", "BEN_RNG_GEM"), "IR_MTT_R")))

    told = claims.table("ki_cci_r").withColumn("number", F.coalesce("BEN_NIR_ANO", "NUM_ANO", "BEN_IDT_ANO"))
    certificates = told.join(numbers, "number", "left")
    out.append(deaths.deaths(persons, watched(certificates, "KI_CCI_R")))
    out.append(deaths.causes(certificates.where("beneficiary_id IS NOT NULL"), claims.table("ki_ecd_r")))
    return out
