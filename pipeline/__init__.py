"""anchorspend: from published spending files to the share that stays in town."""
