"""The paths, who races on them, and what comes out (paths.py)."""
