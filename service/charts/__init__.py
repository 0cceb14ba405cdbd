"""Charts as SVG for a page of our own: `pip install 'hpp-cds[charts]'` (matplotlib)."""
