"""The commands that make releases and read them, one a module; server/cli.py lists them."""
