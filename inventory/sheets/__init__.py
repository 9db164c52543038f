"""One module for each kind of file that `inventory.sheet` reads and writes."""
