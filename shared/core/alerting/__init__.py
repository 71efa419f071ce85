"""What an alert is, when its state changes, and which change a channel is told next: values only."""
