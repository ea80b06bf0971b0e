"""From the web to the archive: discovery, polite fetching, file versions, ledger, selection."""
