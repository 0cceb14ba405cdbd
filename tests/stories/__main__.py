"""`python -m tests.stories` writes the golden answers and the list of stories.

Read the difference before committing.
"""

from fhir_fixtures import stories
from service.app import build_engine
from service.settings import Settings
from tests.stories.golden import INDEX, index, write

engine = build_engine(Settings())
changed = [story.id for story in stories().values() if write(story, engine)]
INDEX.write_text(index(), "utf-8")
print(f"{len(stories())} stories, {len(changed)} golden answers changed")
for name in changed:
    print(f"  {name}")
