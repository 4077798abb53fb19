"""Which requests were erased, so that what is kept too long is found without reading every state."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SAFE = True  # what the version before erases meanwhile is looked at once more, and found to be erased

ERASED = sa.text(
    "UPDATE requests SET erased = 1 WHERE 'request:' || id IN (SELECT stream FROM events WHERE type = 'request.erased')"
)


def upgrade() -> None:
    op.add_column("requests", sa.Column("erased", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.get_bind().execute(ERASED)
    where = sa.text("erased = 0 AND decided_at IS NOT NULL")
    op.create_index("ix_requests_kept", "requests", ["decided_at", "id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    raise NotImplementedError("go back to a copy of the database from before")
