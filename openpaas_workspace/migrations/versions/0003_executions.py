"""notebooks that are executed as a whole"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "executions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("file_id", sa.String(length=64), nullable=False),
        sa.Column("output_id", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_executions")),
    )
    op.create_index(
        op.f("ix_executions_file_id_created_at"), "executions", ["file_id", "created_at"], unique=False
    )
    op.create_index(op.f("ix_executions_state"), "executions", ["state"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_executions_state"), table_name="executions")
    op.drop_index(op.f("ix_executions_file_id_created_at"), table_name="executions")
    op.drop_table("executions")
