"""Models that are trained by configuration: one file each, over one harness."""
