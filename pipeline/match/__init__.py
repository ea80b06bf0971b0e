"""Which registered organisation a supplier name, as published, stands for."""
