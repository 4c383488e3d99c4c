"""Features in, motion out: the talking, listening and looking of two heads."""
