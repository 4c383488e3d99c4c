"""The recipes of the characters that ship, one in a file."""
