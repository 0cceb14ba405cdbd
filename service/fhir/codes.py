"""The codes of the value sets, and to which groups a coding of a record belongs."""

from __future__ import annotations

from service.fhir.systems import ATC, broader, is_atc_substance, readable_as, spellings, system_key
from service.hpp.knowledge.model import Knowledge

NOTHING: frozenset[str] = frozenset()
Coding = tuple[str, str]  # (system, code), as written or by the name and spelling of both


class Codes:
    """Every active code of a content, by the name of its system and its spelling."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._usual = knowledge.systems
        self._systems = {system_key(uri): name for uri, name in knowledge.systems.items()}
        self._arcs = {key: name for key, name in self._systems.items() if key.endswith(".")}
        self._names = frozenset(self._systems.values())
        found: dict[Coding, set[str]] = {}
        for row in knowledge.codes:
            if row.active and row.system != "name":
                name = self.system(row.system)
                for _, spelled in spellings(name, row.code):
                    found.setdefault((name, spelled), set()).add(row.group)
        self._groups = {coding: frozenset(groups) for coding, groups in found.items()}
        self._units = {
            (self.system(row.system), spelled): row.unit
            for row in knowledge.codes
            if row.active and row.unit
            for _, spelled in spellings(self.system(row.system), row.code)
        }
        self._stems = frozenset((name, spelled[:3]) for name, spelled in self._groups)
        self._listed = frozenset(name for name, _ in self._groups)

    def system(self, uri: str) -> str:
        """Our name of a code system, or its address where we have none.

        An address that ends in a dot is that of every OID below.
        """
        usual = self._usual.get(uri)
        if usual is not None:
            return usual
        key = system_key(uri)
        known = self._systems.get(key)
        if known is not None:
            return known
        return next((name for arc, name in self._arcs.items() if key.startswith(arc)), key)

    def lists(self, uri: str) -> bool:
        """Whether the value sets have codes of this system."""
        return not self._listed.isdisjoint(readable_as(self.system(uri)))

    def unit_of(self, uri: str, code: str) -> str:
        """The unit of results with this code that carry none, where the site says so."""
        name = self.system(uri)
        units = (self._units.get((name, spelled), "") for _, spelled in spellings(name, code))
        return next(filter(None, units), "") if self._units else ""

    def groups_of(self, uri: str, code: str) -> frozenset[str]:
        """Groups of one coding.  ICD-10 and ATC codes also belong to their parents' groups.

        Under an address that we do not know, what is written like a substance of the ATC index is
        one: each country has addresses of its own for it, and no other code looks like it.
        """
        system, found = self.system(uri), NOTHING
        if system not in self._names and is_atc_substance(code):
            system = ATC
        for name, spelled in spellings(system, code):
            if (name, spelled[:3]) not in self._stems:
                continue
            for known in (spelled, *broader(name, spelled)):
                found |= self._groups.get((name, known), NOTHING)
        return found
