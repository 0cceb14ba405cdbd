"""The CDS Hooks edge: routes, messages, services and their prefetch templates, errors."""
