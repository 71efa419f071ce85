"""What the columns of a file mean: told by the user, known of a data set, or guessed from their names."""
