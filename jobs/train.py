"""spark-submit entry: `spark-submit --properties-file conf/spark/ENV.conf jobs/train.py --config conf/ENV.yaml NAME`."""

import sys

from p4dp.cli import main

if __name__ == "__main__":
    main(["train", *sys.argv[1:]])
