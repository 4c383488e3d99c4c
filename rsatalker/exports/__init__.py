"""Motion and frames to files that other tools read."""
