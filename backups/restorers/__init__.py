"""How each kind of database is made, filled, counted and dropped: `backups.restoring.Restorer`."""
