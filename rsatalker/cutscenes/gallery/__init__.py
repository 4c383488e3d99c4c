"""The README's pictures and clips: scripts, and what makes pictures of them."""
