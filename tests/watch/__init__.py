"""What the service shows of itself: metrics, alarms, and what it finds of its own answers."""
