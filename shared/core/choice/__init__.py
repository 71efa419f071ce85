"""What is clustered and into how many: features, outliers, measures of a clustering, the pick of k."""
