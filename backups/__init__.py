"""KEEPS: copies of configurations, data and logs. Nothing is kept yet."""
