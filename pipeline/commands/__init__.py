"""The commands of `anchorspend`, by what they are for."""
