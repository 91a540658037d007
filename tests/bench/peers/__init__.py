"""The parts of tests/bench/matrix.py."""
