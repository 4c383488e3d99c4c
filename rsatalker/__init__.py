"""Speech of two people in conversation -> FLAME motion -> bound Gaussians -> frames. Start reading at `talker.py`."""
