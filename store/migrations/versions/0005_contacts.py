"""Contacts of customers, as agents' platforms report them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SAFE = True  # the version before reports none, and reads none

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("customer", TEXT, nullable=True),
        sa.Column("contacted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    where = sa.text("customer IS NOT NULL")
    op.create_index("ix_contacts_at", "contacts", ["contacted_at", "id"])
    op.create_index(
        "ix_contacts_customer",
        "contacts",
        ["customer", "contacted_at", "id"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    raise NotImplementedError("go back to a copy of the database from before")
