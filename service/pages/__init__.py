"""The development page at `/`: what runs here, stories to try, and why a card was shown."""

from service.pages.routes import PageDeps, page_blueprint

__all__ = ["PageDeps", "page_blueprint"]
