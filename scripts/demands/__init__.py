"""The demands of the protocol, functions that call a sidecar and raise `Unmet`; see scripts/compliance.py."""
