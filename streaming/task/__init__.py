"""What runs on the executors: from raw records to customers' documents, and a report of additive numbers."""
