"""Text-to-speech engines as makers of training data: speech together with the exact times of its phones."""
