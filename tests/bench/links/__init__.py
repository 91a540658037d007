"""Links and servers that are as fast as they are told to be, and no faster."""
