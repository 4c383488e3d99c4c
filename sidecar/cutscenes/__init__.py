"""Cutscenes that a running sidecar renders for its clients, in processes of their own."""
