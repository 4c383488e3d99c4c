"""What `scripts/bench.py` can measure, one file each."""
