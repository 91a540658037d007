"""What every benchmark needs: sources to download, a stopwatch, nginx on loopback, the machine."""
