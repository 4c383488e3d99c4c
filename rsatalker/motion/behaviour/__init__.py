"""What a head does besides speaking: rules, sampled with a seed, step by step at the motion rate.

Each file is one behaviour with one `step`. They hear both voices, see what the partner did up to the last step, and
take their rates from the relationship (`manner.py`). `nonverbal.py` puts them together.
"""
