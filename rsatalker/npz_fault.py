"""What is wrong with a file that numpy does not read as npz, in words for whoever named it."""

from __future__ import annotations


def npz_fault(error: Exception) -> str:
    """Return the reason; where numpy takes the file for a pickle and advises to trust it, in better words."""
    text = str(error).rstrip(".")
    if text.startswith("Object arrays"):
        return "it holds pickled objects, which are not read since they may run anything"
    return "it is no npz" if "pickle" in text or not text else text
