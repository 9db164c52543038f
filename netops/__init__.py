"""TOUCHES: speaks to devices, knows no screen."""
