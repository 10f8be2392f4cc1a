"""spark-submit entry: `spark-submit --properties-file conf/spark/ENV.conf jobs/derive.py --config conf/ENV.yaml`."""

import sys

from p4dp.cli import main

if __name__ == "__main__":
    main(["derive", *sys.argv[1:]])
