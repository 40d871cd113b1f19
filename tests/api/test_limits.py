"""How often a caller may ask: counted per key, told in headers, and keys that are wrong counted too."""

from tests.api.conftest import Caller
from tests.api.world import World
from webapp.app import create_app
from webapp.bootstrap import Runtime, replace_parts


def test_requests_are_counted_per_key_and_wrong_keys_per_address(
    api_runtime: Runtime, world: World, redis_url: str
) -> None:
    settings = api_runtime.settings.model_copy(update={"rate_limits": True, "redis_url": redis_url})
    app = create_app(settings, runtime=replace_parts(api_runtime, settings=settings))
    mine, other = Caller(app.test_client(), world.live.key), Caller(app.test_client(), world.rival.key)
    first = mine.get("/key")
    assert first.headers["RateLimit-Policy"] == '"default";q=300;w=60'
    assert first.headers["RateLimit"].startswith('"default";r=299;t=')
    assert mine.get("/leads").headers["RateLimit"].startswith('"default";r=298;')
    assert other.get("/key").headers["RateLimit"].startswith('"default";r=299;')
    nobody = Caller(app.test_client(), "pm_live_000000000000_" + "A" * 43)
    statuses = [nobody.get("/key").status_code for _ in range(22)]
    assert statuses == [401] * 20 + [429] * 2
    stopped = nobody.get("/key")
    assert stopped.mimetype == "application/problem+json"
    assert 0 < int(stopped.headers["Retry-After"]) <= 61
    assert mine.get("/key").status_code == 200
    public = Caller(app.test_client(), None)
    assert [public.post("/matches", {"x": 1}).status_code for _ in range(31)] == [422] * 30 + [429]
