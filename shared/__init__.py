"""What every job agrees on."""
