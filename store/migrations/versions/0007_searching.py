"""Requests are found by their words, and how far a span of them has changed is known without reading them.

What is on record already waits in ``words_due`` to be taken into the index, as all that is opened or changed later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SAFE = (
    True  # triggers see to what the version before writes meanwhile; this one works its columns out when it is indexed
)

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SQLITE = """
CREATE VIRTUAL TABLE request_words USING fts5(words, id UNINDEXED, tokenize='ascii', detail=none, columnsize=0)
--
CREATE TRIGGER tr_requests_opened AFTER INSERT ON requests
BEGIN INSERT INTO words_due (id) VALUES (new.id) ON CONFLICT (id) DO NOTHING; END
--
CREATE TRIGGER tr_requests_reworded AFTER UPDATE OF search ON requests WHEN new.search <> old.search
BEGIN INSERT INTO words_due (id) VALUES (new.id) ON CONFLICT (id) DO NOTHING; END
"""
# Of PostgreSQL's index: what is written in one go need not wait in a list that every search reads through. Of its
# functions: a row that is there already is locked, so that nobody takes it away as done meanwhile.
POSTGRES = """
CREATE TABLE request_words (id text COLLATE "C" PRIMARY KEY, opened_at bigint NOT NULL, words tsvector NOT NULL)
--
CREATE INDEX ix_request_words_words ON request_words USING gin (words) WITH (fastupdate = off)
--
CREATE FUNCTION signoff_opened() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
INSERT INTO words_due (id) SELECT id FROM opened ORDER BY id ON CONFLICT (id) DO UPDATE SET id = excluded.id;
RETURN NULL; END $$
--
CREATE FUNCTION signoff_reworded() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
INSERT INTO words_due (id) VALUES (NEW.id) ON CONFLICT (id) DO UPDATE SET id = excluded.id;
RETURN NULL; END $$
--
CREATE TRIGGER tr_requests_opened AFTER INSERT ON requests REFERENCING NEW TABLE AS opened
FOR EACH STATEMENT EXECUTE FUNCTION signoff_opened()
--
CREATE TRIGGER tr_requests_reworded AFTER UPDATE OF search ON requests FOR EACH ROW
WHEN (NEW.search IS DISTINCT FROM OLD.search) EXECUTE FUNCTION signoff_reworded()
"""


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("requests", sa.Column("amount", sa.Double(), nullable=True))
    op.drop_index("ix_requests_opened", "requests")
    op.create_index("ix_requests_opened", "requests", ["opened_at", "id", "owner", "version"])
    op.create_table(
        "words_due",
        sa.Column("id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    for statement in (SQLITE if sqlite else POSTGRES).split("\n--\n"):
        op.execute(sa.text(statement))
    op.execute(sa.text("INSERT INTO words_due (id) SELECT id FROM requests"))


def downgrade() -> None:
    raise NotImplementedError("go back to a copy of the database from before")
