"""hpp-cds: a CDS Hooks service that warns when a low ALP makes hypophosphatasia likely."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("hpp-cds")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0.0.0"
