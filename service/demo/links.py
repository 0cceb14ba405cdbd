"""Where the demo record is, and lines that a person can follow to try the service on it."""

from __future__ import annotations

from urllib.parse import urlencode

from fhir_fixtures import Story
from service.fhir.releases import Release
from service.settings.profiles import PROFILES

BASES = {
    Release.R4: "/demo/fhir",
    Release.DSTU2: "/demo/r2/fhir",
    Release.STU3: "/demo/r3/fhir",
}
SANDBOX = str(PROFILES["sandbox"].values["issuer"])
MAIN_STORY = "persistently-low-adult"  # whose card is the main warning
# The screens of the public sandbox that call each service.
SCREENS = {
    "hpp-order-sign": "rx-sign",
    "hpp-order-select": "rx-view",
    "hpp-patient-view": "patient-view",
}


def fhir_base(origin: str, release: Release = Release.R4) -> str:
    """origin: where the service is reached, with or without a slash at its end."""
    return f"{origin.rstrip('/')}{BASES[release]}"


def sandbox_link(story: Story, origin: str) -> str:
    """The public CDS Hooks Sandbox on this patient's record, with our services added."""
    asked = {
        "fhirServiceUrl": fhir_base(origin),
        "patientId": story.id,
        "serviceDiscoveryURL": f"{origin.rstrip('/')}/cds-services",
        "screen": SCREENS[story.service],
    }
    return f"{SANDBOX}/?{urlencode(asked, safe=':/')}"


def curl_line(story: Story, origin: str) -> str:
    """The story's request of today, put to its service; the service reads the record itself."""
    origin = origin.rstrip("/")
    return (
        f"curl -s {origin}/demo/requests/{story.id} | "
        f"curl -s -H 'Content-Type: application/json' -d @- {origin}/cds-services/{story.service}"
    )
