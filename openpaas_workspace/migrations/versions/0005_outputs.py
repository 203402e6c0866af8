"""large outputs that are stored apart from their documents"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_outputs",
        sa.Column("object_id", sa.String(length=64), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("object_id", "blob", name=op.f("pk_stored_outputs")),
    )
    op.create_index(op.f("ix_stored_outputs_blob"), "stored_outputs", ["blob"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_stored_outputs_blob"), table_name="stored_outputs")
    op.drop_table("stored_outputs")
