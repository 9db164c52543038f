"""Pages of data backups: is everything safe, one source, one set, what is due."""
