"""Settings: environment variables, parsed once, every fault reported together."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from webapp.domain.delivery import DELIVERY_RETRY_SECONDS, LEASE_SECONDS, MAIL_RETRY_SECONDS
from webapp.domain.errors import Problem, Refused

_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


def _scheme(*allowed: str) -> AfterValidator:
    def check(url: str) -> str:
        if url.split("://")[0] not in allowed or "://" not in url:
            raise ValueError(f"must start with one of: {', '.join(f'{scheme}://' for scheme in allowed)}")
        return url

    return AfterValidator(check)


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("must be the address of the site, like https://match.example.org")
    return url.rstrip("/")


def _domain(name: str) -> str:
    if not _DOMAIN.fullmatch(name):
        raise ValueError("must be a name like mail.example.org")
    return name.lower()


def _numbers(value: object) -> object:
    """`60,300,1800` as a tuple of texts, each checked on its own afterwards."""
    return tuple(value.split(",")) if isinstance(value, str) else value


Seconds = Annotated[tuple[Annotated[float, Field(gt=0)], ...], BeforeValidator(_numbers), Field(min_length=1)]


class Settings(BaseModel):
    """All settings there are. Each has a line in docs/settings.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    environment: Environment = Environment.DEVELOPMENT
    database_url: Annotated[str, _scheme("postgresql", "postgresql+psycopg")] | None = None
    redis_url: Annotated[str, _scheme("redis", "rediss", "unix")] | None = None
    smtp_url: Annotated[str, _scheme("smtp", "smtps")] | None = None
    secret_key: SecretStr | None = None
    base_url: Annotated[str, AfterValidator(_web_address)] = "http://127.0.0.1:8000"
    mail_from: EmailStr = "matches@program-match.example"
    postal_address: Annotated[str, Field(min_length=1)] = "Program Match (development), no postal address"
    mail_reply_to: EmailStr | None = None
    mail_return_domain: Annotated[str, AfterValidator(_domain)] | None = None
    mail_connections: Annotated[int, Field(ge=1, le=32)] = 4
    mails_per_client_a_day: Annotated[int, Field(ge=1)] = 60
    mail_domain_at_once: Annotated[int, Field(ge=1)] = 100
    mail_domain_per_minute: Annotated[int, Field(ge=1)] | None = None
    dkim_domain: Annotated[str, AfterValidator(_domain)] | None = None
    dkim_selector: Annotated[str, AfterValidator(_domain)] | None = None
    dkim_key_file: Path | None = None
    inbound_url: Annotated[str, _scheme("lmtp", "smtp", "lmtp+unix")] | None = None
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    var_dir: Path = Path("var")
    undo_window_seconds: Annotated[int, Field(ge=0, le=86_400)] = 600
    lead_expiry_days: Annotated[int, Field(ge=1, le=365)] = 30
    draft_expiry_days: Annotated[int, Field(ge=1, le=365)] = 90
    listing_stale_days: Annotated[int, Field(ge=30, le=3650)] = 365
    resume_link_days: Annotated[int, Field(ge=1, le=90)] = 30
    lease_seconds: Annotated[float, Field(ge=2, le=600)] = LEASE_SECONDS
    delivery_retry_seconds: Seconds = DELIVERY_RETRY_SECONDS
    mail_retry_seconds: Seconds = MAIL_RETRY_SECONDS
    webhook_timeout_seconds: Annotated[float, Field(gt=0, le=30)] = 10.0
    webhook_allow_loopback: bool = False
    form_min_seconds: Annotated[float, Field(ge=0, le=60)] = 2.0
    rate_limits: bool = True
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = "info"
    web_database_pool: Annotated[int, Field(ge=1, le=100)] = 10

    @model_validator(mode="after")
    def _production_is_complete(self) -> Self:
        if self.environment is not Environment.PRODUCTION:
            return self
        wanted = {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SMTP_URL": self.smtp_url,
            "SECRET_KEY": self.secret_key,
            "POSTAL_ADDRESS": None if "development" in self.postal_address else self.postal_address,
            "MAIL_FROM": None if self.mail_from.endswith(".example") else self.mail_from,
            "BASE_URL": self.base_url if self.base_url.startswith("https://") else None,
        }
        missing = [name for name, value in wanted.items() if not value]
        if missing:
            raise ValueError(
                f"in production these must be set (BASE_URL with https): {', '.join(missing)}; see docs/settings.md"
            )
        if self.webhook_allow_loopback:
            raise ValueError("WEBHOOK_ALLOW_LOOPBACK is for development only; unset it")
        return self

    @model_validator(mode="after")
    def _lease_outlasts_a_post(self) -> Self:
        if self.lease_seconds < self.webhook_timeout_seconds + 1:
            raise ValueError("LEASE_SECONDS must be more than a second longer than WEBHOOK_TIMEOUT_SECONDS")
        return self

    @model_validator(mode="after")
    def _dkim_is_whole(self) -> Self:
        given = {
            "DKIM_DOMAIN": self.dkim_domain,
            "DKIM_SELECTOR": self.dkim_selector,
            "DKIM_KEY_FILE": self.dkim_key_file,
        }
        missing = [name for name, value in given.items() if value is None]
        if missing and len(missing) < len(given):
            raise ValueError(f"mails are signed with all three or not at all; missing: {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _secret_is_long(self) -> Self:
        if self.secret_key is not None and len(self.secret_key.get_secret_value()) < 32:
            raise ValueError("SECRET_KEY must have 32 characters or more; docs/settings.md says how to make one")
        return self

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def undo_window(self) -> timedelta:
        return timedelta(seconds=self.undo_window_seconds)


def parse_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from `environ`. All faults at once as Refused; a fault names the variable, never its value."""
    given = {name.lower(): value for name, value in environ.items() if value != ""}
    known = {name: given[name] for name in Settings.model_fields if name in given}
    try:
        return Settings.model_validate(known)
    except ValidationError as error:
        raise Refused(*_problems(error)) from None


def _problems(error: ValidationError) -> list[Problem]:
    faults = error.errors(include_input=False, include_url=False)
    return [
        Problem(
            where=str(fault["loc"][0]).upper() if fault["loc"] else "settings",
            what=fault["msg"].removeprefix("Value error, ") + ".",
        )
        for fault in faults
    ]
