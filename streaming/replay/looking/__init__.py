"""What is understood of a file before it is sent, and what is wrong with it."""
