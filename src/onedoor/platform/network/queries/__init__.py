"""What is read: nodes, streams with their lag, what is parked, and whether everything exchanged can be proved."""

from onedoor.platform.network.queries.desk import NodeLine, NodeShown, get_node, lag, list_nodes, own_card
from onedoor.platform.network.queries.proving import Proof, prove

__all__ = ["NodeLine", "NodeShown", "Proof", "get_node", "lag", "list_nodes", "own_card", "prove"]
