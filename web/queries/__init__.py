"""What the pages ask the database: bounded SELECTs, no Flask, no words."""
