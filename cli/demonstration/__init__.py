"""The parts of `resegment demo`: the run, its child processes, what is shown meanwhile and at the end."""
