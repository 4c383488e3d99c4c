"""What a head does besides speaking: decisions in, motion out, step by step at the motion rate.

Each file is one behaviour with one `step`: it says when an event can begin and carries out what was decided
(`decision.py`). `nonverbal.py` puts one head together, `pair.py` two, whose mind is the dyadic model.
"""
