"""spark-submit entry: `spark-submit --properties-file conf/spark/ENV.conf jobs/load_snds.py --config conf/ENV.yaml --extract DIR`."""

import sys

from p4dp.cli import main

if __name__ == "__main__":
    main(["load-snds", *sys.argv[1:]])
