"""The fault campaign; see `__main__`."""
