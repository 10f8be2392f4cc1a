"""Findings of an algorithm on linked patients: in the record, in the claims, or both. `python docs/examples/found_on_both_sides.py var/demo diabetes`"""

import sys

from pyspark.sql import functions as F

from p4dp import open_warehouse
from p4dp.linkage.assign import holding

warehouse, name = open_warehouse(sys.argv[1]), sys.argv[2]
links = holding(warehouse["linked.link"])  # one per patient: a direct one before an indirect one
gp = warehouse.findings(name, "gp").select(F.col("person_id").alias("patient_key"), F.lit(True).alias("record")).distinct()
snds = warehouse.findings(name, "snds").select(F.col("person_id").alias("beneficiary_id"), F.lit(True).alias("claims")).distinct()
links.join(gp, "patient_key", "left").join(snds, "beneficiary_id", "left").groupBy("record", "claims").count().show()
