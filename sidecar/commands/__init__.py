"""What `rsatalker COMMAND` does: one file a command, each with `run(arguments)` that returns the exit code."""
