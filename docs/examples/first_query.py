"""A first query: who was dispensed an antidiabetic (A10), by year and sex. `python docs/examples/first_query.py var/demo`"""

import sys

from pyspark.sql import functions as F

from p4dp import open_warehouse

warehouse = open_warehouse(sys.argv[1])
print("\n".join(f"{name:28} {grain}" for name, grain in warehouse.tables().items()))

events = warehouse["events.event"]
drugs = events.where((F.col("kind") == "dispensing") & F.col("atc").startswith("A10"))
people = warehouse["events.beneficiary"].select("beneficiary_id", "sex")
drugs.join(people, "beneficiary_id").groupBy(F.year("start_date").alias("year"), "sex").agg(
    F.count_distinct("beneficiary_id").alias("people"), F.sum("quantity").alias("boxes")
).orderBy("year", "sex").show()

print(warehouse.contract("events.event").column("quantity").sentence, "| version", warehouse.version("events.event"))
