"""Device configurations, what is heard of them and what is done to them: the fifth schema."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SORT_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "config_template",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("version", sa.String(length=30), nullable=False),
        sa.Column("family", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=True),
        sa.Column("tier", sa.String(length=60), nullable=True),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_config_template_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_config_template")),
    )
    with op.batch_alter_table("config_template", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_config_template_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index("ix_config_template_force", ["state", "family"], unique=False)
        batch_op.create_index(
            "ix_config_template_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_config_template_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_config_template", ["centre_id", "name", "version"], unique=True)

    op.create_table(
        "vault_key",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_vault_key_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_key")),
        sa.UniqueConstraint("purpose", name=op.f("uq_vault_key_purpose")),
    )
    with op.batch_alter_table("vault_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vault_key_centre_id"), ["centre_id"], unique=False)

    op.create_table(
        "config_exception",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("template_id", sa.String(length=26), nullable=False),
        sa.Column("section", sa.String(length=120), nullable=False),
        sa.Column("line", sa.String(length=300), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_config_exception_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_config_exception_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["config_template.id"],
            name=op.f("fk_config_exception_template_id_config_template"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_config_exception")),
    )
    with op.batch_alter_table("config_exception", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_config_exception_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_config_exception_device_id"), ["device_id"], unique=False
        )
        batch_op.create_index(
            "ix_config_exception_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_config_exception_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("ix_config_exception_state", ["state", "until_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_config_exception_template_id"), ["template_id"], unique=False
        )

    op.create_table(
        "config_fact",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=True),
        sa.Column("value", sa.String(length=500), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_config_fact_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_config_fact_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_config_fact")),
    )
    with op.batch_alter_table("config_fact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_config_fact_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_config_fact_device_id"), ["device_id"], unique=False)
        batch_op.create_index(
            "ix_config_fact_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_config_fact_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            "uq_config_fact_device",
            ["device_id", "name"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            "uq_config_fact_unit",
            ["centre_id", "name"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL AND device_id IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL AND device_id IS NULL"),
        )

    op.create_table(
        "config_snapshot",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin", sa.String(length=60), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("lines_total", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("repo", sa.String(length=40), nullable=False),
        sa.Column("commit", sa.String(length=40), nullable=False),
        sa.Column("before_id", sa.String(length=26), nullable=True),
        sa.Column("by_id", sa.String(length=26), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["before_id"],
            ["config_snapshot.id"],
            name=op.f("fk_config_snapshot_before_id_config_snapshot"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["person.id"],
            name=op.f("fk_config_snapshot_by_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_config_snapshot_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_config_snapshot_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_config_snapshot")),
    )
    with op.batch_alter_table("config_snapshot", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_config_snapshot_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index("ix_config_snapshot_device", ["device_id", "taken_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_config_snapshot_device_id"), ["device_id"], unique=False
        )
        batch_op.create_index(
            "ix_config_snapshot_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_config_snapshot_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "message",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("via", sa.String(length=8), nullable=False),
        sa.Column("origin", sa.String(length=60), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_message_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_message_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("ix_message_device", ["device_id", "at"], unique=False)

    op.create_table(
        "change",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("procedure", sa.String(length=40), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("undo_plan", sa.Text(), nullable=False),
        sa.Column("diff", sa.Text(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("base", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pushed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("runner_id", sa.String(length=26), nullable=True),
        sa.Column("approver", sa.String(length=80), nullable=False),
        sa.Column("before_id", sa.String(length=26), nullable=True),
        sa.Column("after_id", sa.String(length=26), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("timer", sa.String(length=20), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["after_id"],
            ["config_snapshot.id"],
            name=op.f("fk_change_after_id_config_snapshot"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["before_id"],
            ["config_snapshot.id"],
            name=op.f("fk_change_before_id_config_snapshot"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_change_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_change_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["runner_id"],
            ["person.id"],
            name=op.f("fk_change_runner_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_after_id"), ["after_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_before_id"), ["before_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("ix_change_device", ["device_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_device_id"), ["device_id"], unique=False)
        batch_op.create_index(
            "ix_change_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_change_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_change_runner_id"), ["runner_id"], unique=False)

    op.create_table(
        "config_state",
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("snapshot_id", sa.String(length=26), nullable=True),
        sa.Column("saved", sa.String(length=10), nullable=False),
        sa.Column("unsaved_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_mark", sa.String(length=80), nullable=False),
        sa.Column("suspect", sa.String(length=64), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_last", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_origin", sa.String(length=12), nullable=False),
        sa.Column("heard_by", sa.String(length=80), nullable=False),
        sa.Column("heard_from", sa.String(length=80), nullable=False),
        sa.Column("heard_text", sa.Text(), nullable=False),
        sa.Column("locked_by", sa.String(length=60), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_config_state_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_config_state_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["config_snapshot.id"],
            name=op.f("fk_config_state_snapshot_id_config_snapshot"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_config_state")),
    )
    with op.batch_alter_table("config_state", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_config_state_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_config_state_heard_at"), ["heard_at"], unique=False)
        batch_op.create_index("ix_config_state_unsaved", ["saved", "unsaved_since"], unique=False)

    op.create_table(
        "config_verdict",
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("template_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("surplus", sa.Integer(), nullable=False),
        sa.Column("exempt", sa.Integer(), nullable=False),
        sa.Column("sections", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("snapshot_id", sa.String(length=26), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_config_verdict_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_config_verdict_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["config_snapshot.id"],
            name=op.f("fk_config_verdict_snapshot_id_config_snapshot"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["config_template.id"],
            name=op.f("fk_config_verdict_template_id_config_template"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("device_id", "template_id", name=op.f("pk_config_verdict")),
    )
    with op.batch_alter_table("config_verdict", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_config_verdict_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index("ix_config_verdict_state", ["state"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("config_verdict", schema=None) as batch_op:
        batch_op.drop_index("ix_config_verdict_state")
        batch_op.drop_index(batch_op.f("ix_config_verdict_centre_id"))

    op.drop_table("config_verdict")
    with op.batch_alter_table("config_state", schema=None) as batch_op:
        batch_op.drop_index("ix_config_state_unsaved")
        batch_op.drop_index(batch_op.f("ix_config_state_heard_at"))
        batch_op.drop_index(batch_op.f("ix_config_state_centre_id"))

    op.drop_table("config_state")
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_runner_id"))
        batch_op.drop_index(
            "ix_change_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_change_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_change_device_id"))
        batch_op.drop_index("ix_change_device")
        batch_op.drop_index(batch_op.f("ix_change_centre_id"))
        batch_op.drop_index(batch_op.f("ix_change_before_id"))
        batch_op.drop_index(batch_op.f("ix_change_after_id"))

    op.drop_table("change")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_device")
        batch_op.drop_index(batch_op.f("ix_message_centre_id"))
        batch_op.drop_index(batch_op.f("ix_message_at"))

    op.drop_table("message")
    with op.batch_alter_table("config_snapshot", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_config_snapshot_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_config_snapshot_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_config_snapshot_device_id"))
        batch_op.drop_index("ix_config_snapshot_device")
        batch_op.drop_index(batch_op.f("ix_config_snapshot_centre_id"))

    op.drop_table("config_snapshot")
    with op.batch_alter_table("config_fact", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_config_fact_unit",
            sqlite_where=sa.text("retired_at IS NULL AND device_id IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL AND device_id IS NULL"),
        )
        batch_op.drop_index(
            "uq_config_fact_device",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_config_fact_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_config_fact_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_config_fact_device_id"))
        batch_op.drop_index(batch_op.f("ix_config_fact_centre_id"))

    op.drop_table("config_fact")
    with op.batch_alter_table("config_exception", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_config_exception_template_id"))
        batch_op.drop_index("ix_config_exception_state")
        batch_op.drop_index(
            "ix_config_exception_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_config_exception_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_config_exception_device_id"))
        batch_op.drop_index(batch_op.f("ix_config_exception_centre_id"))

    op.drop_table("config_exception")
    with op.batch_alter_table("vault_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vault_key_centre_id"))

    op.drop_table("vault_key")
    with op.batch_alter_table("config_template", schema=None) as batch_op:
        batch_op.drop_index("uq_config_template")
        batch_op.drop_index(
            "ix_config_template_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_config_template_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_config_template_force")
        batch_op.drop_index(batch_op.f("ix_config_template_centre_id"))

    op.drop_table("config_template")
