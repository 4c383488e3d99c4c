"""`rsatalker demo`: a client in a process of its own that shows two heads talking to each other.

It does what an engine does, through the same calls and the same shared memory: starts a sidecar, makes a conversation,
streams both voices, writes its eye and playback clock, reads frames and motion.
"""
