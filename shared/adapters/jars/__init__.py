"""Java and its jars: found, downloaded once, pinned by their sha256, kept in the user's cache."""
