"""What the tests stand on: servers, contents, and the command as a child process."""
