"""A shelf for small operational things, and the oldest waiting message of a lane found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SAFE = True  # a table and indexes; the version before goes on with them

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "shelf",
        sa.Column("room", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("room", "key"),
    )
    _partial("ix_shelf_expires", "shelf", ["expires_at"], "expires_at IS NOT NULL")
    # One column more, so that SQLite prefers it to the next where it looks for leases.
    op.drop_index("ix_outbox_lane", "outbox")
    leased = "status = 'waiting' AND leased_until IS NOT NULL"
    _partial("ix_outbox_leased", "outbox", ["kind", "lane", "leased_until"], leased)
    _partial("ix_outbox_order", "outbox", ["kind", "lane", "position"], "status = 'waiting'")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    raise NotImplementedError("go back to a copy of the database from before")
