"""DEMANDS: standing orders; what must be done, and doing what is due."""
