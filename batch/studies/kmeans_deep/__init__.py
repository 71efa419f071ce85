"""K-means in depth: wider features, other algorithms, outliers, and segments that stay current."""
