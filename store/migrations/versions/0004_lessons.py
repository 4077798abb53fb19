"""What is learned of a request: the state of its feedback item, and whose look at a sample is awaited."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SAFE = True  # the version before opens no items: what it writes leaves both columns empty, as they should be

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for column in ("feedback", "sampled_for"):
        op.add_column("requests", sa.Column(column, TEXT, nullable=True))
    for name, column in (("ix_requests_feedback", "feedback"), ("ix_requests_sampled", "sampled_for")):
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "requests", [column, "opened_at", "id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    raise NotImplementedError("go back to a copy of the database from before")
