"""hosts of the Internet that notebooks of a space may reach"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "egress_hosts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("space_id", sa.String(length=26), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id"], ["spaces.id"], name=op.f("fk_egress_hosts_space_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_egress_hosts")),
    )
    op.create_index(
        op.f("ix_egress_hosts_space_id_host_port"), "egress_hosts", ["space_id", "host", "port"], unique=True
    )
    op.create_index(
        op.f("ix_egress_hosts_state_asked_at"), "egress_hosts", ["state", "asked_at"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_egress_hosts_state_asked_at"), table_name="egress_hosts")
    op.drop_index(op.f("ix_egress_hosts_space_id_host_port"), table_name="egress_hosts")
    op.drop_table("egress_hosts")
