"""Motion in, mesh out: heads of FLAME shape."""
