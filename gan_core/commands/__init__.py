"""What the commands of `python -m gan_core` have in common: output that arrives, signals, and logs of a run."""
