"""Trained runs that come with the app: what they are, loaded and verified, made."""
