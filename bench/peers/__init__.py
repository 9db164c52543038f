"""Others who read what the console reads: `client(visits)` prepares and returns the work."""
