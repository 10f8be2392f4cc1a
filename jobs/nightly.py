"""spark-submit entry: `spark-submit --properties-file conf/spark/ENV.conf jobs/nightly.py --config conf/ENV.yaml`."""

import sys

from p4dp.cli import main

if __name__ == "__main__":
    main(["nightly", *sys.argv[1:]])
