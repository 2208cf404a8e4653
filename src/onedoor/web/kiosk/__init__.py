"""Pages of the self-service machines in the halls."""
