"""spark-submit entry: `spark-submit --properties-file conf/spark/ENV.conf jobs/land.py --config conf/ENV.yaml`."""

import sys

from p4dp.cli import main

if __name__ == "__main__":
    main(["land", *sys.argv[1:]])
