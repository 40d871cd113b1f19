"""Words to search by: students, programs and institutions; and what the lists of staff are narrowed by.

An index on a large table is better built beforehand, without stopping writes: the statements are in docs/desk.md, and
what is there already is left as it is.

Revision 0060, after 0059.
"""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

PLAIN = {
    "a": "ÀÁÂÃÄÅĀĂĄàáâãäåāăą",
    "c": "ÇĆČçćč",
    "d": "ĎĐďđ",
    "e": "ÈÉÊËĒĖĘĚèéêëēėęě",
    "g": "Ğğ",
    "i": "ÌÍÎÏĪĮİìíîïīįı",
    "l": "Łł",
    "n": "ÑŃŇñńň",
    "o": "ÒÓÔÕÖØŌŐòóôõöøōő",
    "r": "Řř",
    "s": "ŚŞŠȘśşšș",
    "t": "ŤŢȚťţț",
    "u": "ÙÚÛÜŪŮŰŲùúûüūůűų",
    "y": "ÝŸýÿ",
    "z": "ŹŻŽźżž",
    " ": ".@-/_'’",
}
"""Letters without their accents; what parts a name becomes a blank."""
FROM, TO = "".join(PLAIN.values()).replace("'", "''"), "".join(to * len(said) for to, said in PLAIN.items())


def fold(said: str) -> str:
    return f"translate(lower({said}), '{FROM}', '{TO}')"


def function(signature: str, returns: str, body: str) -> str:
    # None calls another: an index is built with a search path on which they would not be found.
    says = f"LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT {body} $$"
    return f"CREATE OR REPLACE FUNCTION {signature} RETURNS {returns} {says}"


ONE = "coalesce(said, '')"
TWO = "coalesce(first, '') || ' ' || coalesce(second, '')"
FUNCTIONS = (
    function("search_fold(said text)", "text", fold("said")),
    function("search_vector(said text)", "tsvector", f"to_tsvector('simple', {fold(ONE)})"),
    function("search_vector(first text, second text)", "tsvector", f"to_tsvector('simple', {fold(TWO)})"),
)
INDEXES = (
    "ix_prospects_names ON prospects USING gin (search_vector(first_name, last_name))",
    "ix_prospects_phone ON prospects (phone) WHERE phone IS NOT NULL",
    "ix_programs_words ON programs USING gin (search_vector(name))",
    "ix_institutions_words ON institutions USING gin (search_vector(name))",
    "ix_leads_held_review ON leads (reason, created_at, id) WHERE status = 'held_review'",
    "ix_leads_failed ON leads (expires_at, id) WHERE status = 'failed'",
    "ix_complaints_at_lead_id ON complaints (at, lead_id)",
    "ix_messages_message_class_created_at_id ON messages (message_class, created_at, id)",
    "ix_audit_entries_actor_at_id ON audit_entries (actor, at, id)",
)


def upgrade() -> None:
    for statement in FUNCTIONS:
        op.execute(statement)
    for index in INDEXES:
        op.execute(f"CREATE INDEX IF NOT EXISTS {index}")


def downgrade() -> None:
    for index in reversed(INDEXES):
        op.execute(f"DROP INDEX {index.split()[0]}")
    op.execute("DROP FUNCTION search_vector(text, text)")
    op.execute("DROP FUNCTION search_vector(text)")
    op.execute("DROP FUNCTION search_fold(text)")
