"""Experiments over runs, each with what it measures."""
