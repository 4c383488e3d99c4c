"""Heads made by our own code: topology, sculpture, identity and rig."""
