"""What is read: nodes, streams with their lag, what is parked, and whether everything exchanged can be proved."""

from onedoor.platform.network.queries.proving import Proof, prove

__all__ = ["Proof", "prove"]
