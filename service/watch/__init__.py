"""What the service says of itself: logs without PHI, and health."""
