"""What K-means does, shown: two features, three, and all twelve."""
