"""The content that the core judges by, read from files that people edit."""

from service.hpp.knowledge.load import ContentFault, load_knowledge
from service.hpp.knowledge.model import Knowledge

__all__ = ["ContentFault", "Knowledge", "load_knowledge"]
