"""`python -m tests.stories` writes the golden answers; read the difference before committing."""

from fhir_fixtures import stories
from service.app import build_house
from service.settings import Settings
from tests.stories.golden import write

house = build_house(Settings())
changed = [story.id for story in stories().values() if write(story, house)]
print(f"{len(stories())} stories, {len(changed)} golden answers changed")
for name in changed:
    print(f"  {name}")
