"""Full re-clusterings measured: what they change when nothing has changed, and how long they take."""
