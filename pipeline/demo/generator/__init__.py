"""A seeded generator of two invented towns, their publishers, suppliers, registers and websites.

Nothing here imports the product that is measured against it: what is true is decided, and written
down, before any of its code runs.
"""
