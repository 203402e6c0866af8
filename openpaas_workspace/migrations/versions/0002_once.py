"""answers of requests that carry a key"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "once_answers",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_once_answers")),
    )
    op.create_index(op.f("ix_once_answers_at"), "once_answers", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_once_answers_at"), table_name="once_answers")
    op.drop_table("once_answers")
