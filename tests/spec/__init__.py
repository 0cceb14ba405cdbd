"""The clinical specification: vignettes that are tests and render to SPEC.md.

Chapter = folder, section = module, paragraph = test function.  README.md says how to add one.
"""
