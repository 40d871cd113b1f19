"""The composition root: settings in, a `Runtime` with everything the entry points need out."""

import os
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, partial
from importlib.metadata import version
from importlib.resources import files

import celery
import redis
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from webapp.domain.clock import Clock, SystemClock
from webapp.domain.delivery import RetryPolicy, retry_policy
from webapp.domain.errors import Problem, Refused
from webapp.domain.links import Links
from webapp.embedded import running_servers
from webapp.embedded.secret import development_secret
from webapp.gateways.dkim import DkimSigner
from webapp.gateways.dns import DnsResolver, Resolver
from webapp.gateways.http_webhook import HttpWebhook
from webapp.gateways.inbox import InboxMail
from webapp.gateways.mail import MailGateway
from webapp.gateways.sealing import Seal
from webapp.gateways.smtp import SmtpMail
from webapp.gateways.smtp_server import SmtpServer
from webapp.gateways.wakeup import RELAY_QUEUE, RELAY_TASK, WakeUp
from webapp.gateways.webhook import WebhookGateway
from webapp.observability.log import configure_logging
from webapp.server_address import broker_url, with_driver
from webapp.services import handover, message
from webapp.services.golden import Golden
from webapp.services.inbox import store_in_inbox
from webapp.services.letter import Sender
from webapp.services.live_weights import LiveWeights
from webapp.services.mail_turn import Limits
from webapp.services.sender_check import SenderSetup
from webapp.services.snapshot import Snapshot
from webapp.services.submission_rows import Policy
from webapp.services.transaction import Begin
from webapp.settings import Settings, parse_settings

_DEMO_CATALOG = files("webapp").joinpath("cli", "demo", "catalog.csv")


@dataclass(frozen=True)
class Runtime:
    """Everything an entry point hands to services. Built once a process."""

    settings: Settings
    engine: Engine
    begin: Begin
    redis: redis.Redis
    clock: Clock
    mail: MailGateway
    webhook: WebhookGateway
    wake_up: WakeUp
    snapshot: Snapshot
    weights: LiveWeights
    golden: Golden
    seal: Seal
    links: Links
    sender: Sender
    resolver: Resolver
    policy: Policy
    mail_retries: RetryPolicy
    delivery_retries: RetryPolicy

    @property
    def message_outside(self) -> message.Outside:
        """What `services.message.send_all` needs besides the database."""
        return message.Outside(
            self.mail,
            self.links,
            self.sender,
            self.mail_retries,
            random.random,
            connections=self.settings.mail_connections,
            limits=Limits(self.settings.mail_domain_at_once, self.settings.mail_domain_per_minute),
        )

    @property
    def sender_setup(self) -> SenderSetup:
        """How we send, for the sender check."""
        return sender_setup(self.settings)

    @property
    def delivery_outside(self) -> handover.Outside:
        """What `services.delivery.attempt` and `services.notice.tell` need besides the database."""
        return handover.Outside(self.webhook, self.seal, self.links, self.delivery_retries, random.random)


@cache
def installed_version() -> str:
    """Which version of Program Match this is."""
    return version("program-match")


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment; Refused with every fault at once."""
    return parse_settings(os.environ if environ is None else environ)


def build_runtime(settings: Settings) -> Runtime:
    """A runtime on `settings`, which must name a database, a broker and a secret. Opens no connection yet."""
    if settings.database_url is None or settings.redis_url is None or settings.secret_key is None:
        raise Refused(
            Problem("settings", "DATABASE_URL, REDIS_URL and SECRET_KEY must be set.", "See docs/settings.md.")
        )
    configure_logging(level=settings.log_level, json_lines=settings.is_production)
    secret = settings.secret_key.get_secret_value()
    engine = create_engine(
        with_driver(settings.database_url),
        pool_size=settings.web_database_pool,
        max_overflow=5,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={"connect_timeout": 5, "application_name": "program-match"},
    )
    begin = _begin(engine)
    client = redis.Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=1)
    return Runtime(
        settings=settings,
        engine=engine,
        begin=begin,
        redis=client,
        clock=SystemClock(),
        mail=_mail(settings, begin),
        webhook=HttpWebhook(timeout=settings.webhook_timeout_seconds, allow_loopback=settings.webhook_allow_loopback),
        wake_up=WakeUp(_relay_nudge(settings.redis_url)),
        snapshot=Snapshot(begin),
        weights=LiveWeights(begin),
        golden=Golden(partial(_DEMO_CATALOG.read_text, "utf-8")),
        seal=Seal(secret),
        links=Links(settings.base_url, secret),
        sender=_sender(settings),
        resolver=DnsResolver(),
        policy=Policy(undo_window=settings.undo_window, lead_expiry=timedelta(days=settings.lead_expiry_days)),
        mail_retries=retry_policy(settings.lease_seconds, settings.mail_retry_seconds),
        delivery_retries=retry_policy(settings.lease_seconds, settings.delivery_retry_seconds),
    )


def dkim_signer(settings: Settings) -> DkimSigner | None:
    """What signs our mails; None when nothing does. Refused when the key cannot be read."""
    if settings.dkim_domain is None or settings.dkim_selector is None or settings.dkim_key_file is None:
        return None
    try:
        return DkimSigner.from_pem(settings.dkim_domain, settings.dkim_selector, settings.dkim_key_file.read_bytes())
    except OSError as error:
        raise Refused(Problem("DKIM_KEY_FILE", f"cannot be read: {error.strerror}.")) from None
    except ValueError as error:
        raise Refused(Problem("DKIM_KEY_FILE", str(error), "docs/sending.md says how to make one.")) from None


def sender_setup(settings: Settings) -> SenderSetup:
    """How we send, for the sender check."""
    server = SmtpServer.parse(settings.smtp_url).host if settings.smtp_url else ""
    return SenderSetup(_sender(settings), dkim_signer(settings), server)


def _sender(settings: Settings) -> Sender:
    return Sender(
        address=settings.mail_from,
        postal_address=settings.postal_address,
        reply_to=settings.mail_reply_to or settings.mail_from,
        return_domain=settings.mail_return_domain or settings.mail_from.rpartition("@")[2],
    )


def _mail(settings: Settings, begin: Begin) -> MailGateway:
    if settings.smtp_url is None:
        return InboxMail(partial(store_in_inbox, begin))
    return SmtpMail(settings.smtp_url, kept=settings.mail_connections, signer=dkim_signer(settings))


@contextmanager
def local_settings(
    settings: Settings, *, database: bool = True, broker: bool = False, progress: Callable[[str], None] | None = None
) -> Iterator[Settings]:
    """`settings` with addresses for what they leave out: embedded servers under var/, for as long as the block lasts.

    A development secret is made once and kept under var/. In production nothing is filled in.
    """
    with ExitStack() as stack:
        needs = {"database": database and not settings.database_url, "broker": broker and not settings.redis_url}
        if any(needs.values()):
            addresses = stack.enter_context(running_servers(settings.var_dir, progress=progress, **needs))
            settings = settings.model_copy(
                update={
                    "database_url": settings.database_url or addresses.database_url or None,
                    "redis_url": settings.redis_url or addresses.redis_url or "redis://127.0.0.1:1/0",
                }
            )
        if settings.secret_key is None:
            settings = settings.model_copy(update={"secret_key": SecretStr(development_secret(settings.var_dir))})
        yield settings


def _begin(engine: Engine) -> Begin:
    sessions = sessionmaker(engine, expire_on_commit=False)

    def begin() -> AbstractContextManager[Session]:
        return sessions.begin()

    return begin


def _relay_nudge(redis_url: str) -> Callable[[], None]:
    """Sends the relay task as a plain client: short time-outs, no retries, because the schedule makes up for a loss."""
    client = celery.Celery("wake-up", broker=broker_url(redis_url), set_as_current=False)
    client.conf.broker_transport_options = {"socket_timeout": 2, "socket_connect_timeout": 1}
    client.conf.broker_connection_timeout = 1

    def send() -> None:
        client.send_task(RELAY_TASK, queue=RELAY_QUEUE, ignore_result=True, retry=False, expires=30)

    return send


def replace_parts(runtime: Runtime, **parts: object) -> Runtime:
    """A runtime with some parts exchanged, for tests: `replace_parts(runtime, clock=FrozenClock(...))`."""
    return replace(runtime, **parts)  # type: ignore[arg-type]  # dataclasses.replace checks the names at run time
