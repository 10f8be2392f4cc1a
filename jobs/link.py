"""spark-submit entry: `spark-submit --properties-file conf/spark/ENV.conf jobs/link.py --config conf/ENV.yaml [--regime R] [--full]`."""

import sys

from p4dp.cli import main

if __name__ == "__main__":
    main(["link", "indirect", *sys.argv[1:]])
