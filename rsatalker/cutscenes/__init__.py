"""Headless rendering of scripted scenes: script -> shots -> frames -> files, with no engine, no display, no sidecar."""
