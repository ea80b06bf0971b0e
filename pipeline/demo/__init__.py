"""Invented worlds on which the whole job can be seen to work."""
