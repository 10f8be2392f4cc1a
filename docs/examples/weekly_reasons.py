"""A picture: contacts for influenza-like illness by week, as weeks.svg. `python docs/examples/weekly_reasons.py var/demo weeks.svg`"""

import sys

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot as plt
from pyspark.sql import functions as F

from p4dp import open_warehouse

warehouse = open_warehouse(sys.argv[1])
codes = warehouse.code_list("influenza_like").codes
ill = warehouse["silver.reason"].where(F.col("code").isin(*codes["CISP-2"]) | F.substring("code", 1, 3).isin(*codes["CIM-10"]))
days = warehouse["silver.encounter"].select("encounter_id", "encounter_date")
weekly = (
    ill.select("encounter_id")
    .distinct()
    .join(days, "encounter_id")
    .groupBy(F.date_trunc("week", "encounter_date").alias("week"))
    .count()
    .orderBy("week")
    .toPandas()
)
figure, axes = plt.subplots(figsize=(9, 3))
axes.plot(weekly["week"], weekly["count"])
axes.set_ylabel("contacts")
figure.savefig(sys.argv[2])
print(f"{len(weekly)} weeks in {sys.argv[2]}")
