"""The tests. pyspark takes a program without a file, as pytest-xdist's processes are, for doctests of its own and ends it."""

import sys

if not hasattr(sys.modules["__main__"], "__file__"):
    sys.modules["__main__"].__file__ = __file__
