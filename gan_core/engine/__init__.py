"""The mathematics of a step: networks, losses, penalties, optimisers, and ensembles that advance in lock-step."""
