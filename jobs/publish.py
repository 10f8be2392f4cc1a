"""spark-submit entry: `spark-submit --properties-file conf/spark/ENV.conf jobs/publish.py --config conf/ENV.yaml PROJECT`."""

import sys

from p4dp.cli import main

if __name__ == "__main__":
    main(["publish", *sys.argv[1:]])
