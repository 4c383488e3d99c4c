"""How the motion model gets its data, is trained and is measured."""
