"""hpp-cds.toml -> frozen Settings: the file's tables (load), [[clients]] (clients), profiles."""

from service.settings.clients import CLIENT_KEYS, Client
from service.settings.load import ENVIRONMENT, TABLES, BadSettings, Settings, load_settings

__all__ = [
    "CLIENT_KEYS",
    "ENVIRONMENT",
    "TABLES",
    "BadSettings",
    "Client",
    "Settings",
    "load_settings",
]
