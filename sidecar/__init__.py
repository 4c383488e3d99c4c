"""The server beside the engine: control calls in, shared memory out. Start reading at `frame_loop.py`."""
