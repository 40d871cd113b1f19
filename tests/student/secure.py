"""Somebody on a site that is served by HTTPS."""

from tests.student.person import Person
from webapp.app import create_app
from webapp.bootstrap import Runtime, replace_parts


def secure_person(runtime: Runtime) -> Person:
    """A person whose requests are all made by HTTPS."""
    settings = runtime.settings.model_copy(update={"base_url": "https://localhost"})
    client = create_app(settings, runtime=replace_parts(runtime, settings=settings)).test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    return Person(client)
