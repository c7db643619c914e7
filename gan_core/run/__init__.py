"""A run that can be stepped, looked at and watched; its bounded past."""
