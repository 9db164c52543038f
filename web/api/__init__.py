"""The JSON API, version 1: one module per thing, documented where it is written."""
