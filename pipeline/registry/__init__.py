"""Knowledge as data: towns, areas and publishers in YAML, and the models that check it."""
