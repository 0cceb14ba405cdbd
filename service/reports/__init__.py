"""What the store says about the service's use: figures, tables and a page, and an audit export."""
