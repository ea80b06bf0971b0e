"""The report: a static site of the published database for people who look rather than query."""
