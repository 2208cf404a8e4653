"""Measurements of a running site; `./onedoor bench` lists and runs them. Never a test: nothing here can fail on a slow day."""
