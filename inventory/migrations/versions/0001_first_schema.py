"""First schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SORT_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=26), nullable=False),
        sa.Column("actor_name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("act", sa.String(length=120), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=True),
        sa.Column("thing", sa.String(length=60), nullable=False),
        sa.Column("thing_id", sa.String(length=26), nullable=False),
        sa.Column("change", sa.String(length=10), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("row_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_actor"), ["actor"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_thing_id"), ["thing_id"], unique=False)

    op.create_table(
        "centre",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("tier", sa.String(length=60), nullable=False),
        sa.Column("parent_id", sa.String(length=26), nullable=True),
        sa.Column("head_count", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["centre.id"],
            name=op.f("fk_centre_parent_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre")),
    )
    with op.batch_alter_table("centre", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_centre_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_centre_path"), ["path"], unique=False)
        batch_op.create_index("uq_centre_code", ["code"], unique=True)

    op.create_table(
        "home_fact",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_home_fact")),
    )
    op.create_table(
        "credential",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("community", sa.Text(), nullable=True),
        sa.Column("user", sa.String(length=60), nullable=True),
        sa.Column("auth_protocol", sa.String(length=60), nullable=True),
        sa.Column("auth_secret", sa.Text(), nullable=True),
        sa.Column("priv_protocol", sa.String(length=60), nullable=True),
        sa.Column("priv_secret", sa.Text(), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("enable", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_credential_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
    )
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credential_centre_id"), ["centre_id"], unique=False)

    op.create_table(
        "job_run",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("requested_by", sa.String(length=26), nullable=False),
        sa.Column("requested_name", sa.String(length=40), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_job_run_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
    )
    with op.batch_alter_table("job_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_run_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("ix_job_run_state", ["state", "kind"], unique=False)
        batch_op.create_index(
            "uq_job_run_work", ["site", "kind", "slot", "shard", "subject"], unique=True
        )

    op.create_table(
        "person",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=60), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("password_set_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_person_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("uq_person_login", ["login"], unique=True)

    op.create_table(
        "device",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=39), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.String(length=26), nullable=True),
        sa.Column("hours", sa.String(length=60), nullable=False),
        sa.Column("location", sa.String(length=80), nullable=True),
        sa.Column("snmp_id", sa.String(length=26), nullable=True),
        sa.Column("snmp_port", sa.Integer(), nullable=False),
        sa.Column("timeout", sa.Float(), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("max_repetitions", sa.Integer(), nullable=False),
        sa.Column("ssh_id", sa.String(length=26), nullable=True),
        sa.Column("ssh_port", sa.Integer(), nullable=False),
        sa.Column("v2c", sa.Boolean(), nullable=False),
        sa.Column("telnet", sa.Boolean(), nullable=False),
        sa.Column("weak", sa.Boolean(), nullable=False),
        sa.Column("ping", sa.Boolean(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_device_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["device.id"],
            name=op.f("fk_device_parent_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["snmp_id"],
            ["credential.id"],
            name=op.f("fk_device_snmp_id_credential"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["ssh_id"],
            ["credential.id"],
            name=op.f("fk_device_ssh_id_credential"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_snmp_id"), ["snmp_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_ssh_id"), ["ssh_id"], unique=False)
        batch_op.create_index(
            "uq_device_name",
            ["centre_id", "name"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "grant",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_grant_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_grant_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant")),
    )
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grant_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_grant_person_id"), ["person_id"], unique=False)

    op.create_table(
        "saved_filter",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_saved_filter_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_saved_filter_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
    )
    with op.batch_alter_table("saved_filter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_filter_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_filter_person_id"), ["person_id"], unique=False)

    op.create_table(
        "device_state",
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("last_poll_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_ok_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counters_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("identity_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ssh_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ssh_why", sa.Text(), nullable=False),
        sa.Column("answered", sa.String(length=40), nullable=False),
        sa.Column("ms", sa.Double(), nullable=True),
        sa.Column("booted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sys_name", sa.String(length=200), nullable=False),
        sa.Column("sys_descr", sa.Text(), nullable=False),
        sa.Column("sys_object_id", sa.String(length=120), nullable=False),
        sa.Column("sys_location", sa.String(length=255), nullable=False),
        sa.Column("vendor", sa.String(length=60), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("serial", sa.String(length=80), nullable=False),
        sa.Column("version", sa.String(length=255), nullable=False),
        sa.Column("cpu", sa.Float(), nullable=True),
        sa.Column("memory", sa.Float(), nullable=True),
        sa.Column("temperature", sa.Float(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_device_state_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_device_state_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device_state")),
    )
    with op.batch_alter_table("device_state", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_state_centre_id"), ["centre_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_event_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_event_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_device_id"), ["device_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_kind"), ["kind"], unique=False)

    op.create_table(
        "gauge",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_gauge_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_gauge_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gauge")),
    )
    with op.batch_alter_table("gauge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gauge_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("uq_gauge_place", ["device_id", "metric", "slot"], unique=True)

    op.create_table(
        "host_key",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("fingerprint", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_host_key_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_host_key_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_key")),
    )
    with op.batch_alter_table("host_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_host_key_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_host_key_device_id"), ["device_id"], unique=False)

    op.create_table(
        "interface",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("if_index", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("descr", sa.String(length=255), nullable=False),
        sa.Column("alias", sa.String(length=255), nullable=False),
        sa.Column("type", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.String(length=17), nullable=False),
        sa.Column("speed", sa.BigInteger(), nullable=False),
        sa.Column("admin_up", sa.Boolean(), nullable=True),
        sa.Column("oper_up", sa.Boolean(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_interface_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_interface_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interface")),
    )
    with op.batch_alter_table("interface", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interface_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interface_device_id"), ["device_id"], unique=False)
        batch_op.create_index("ix_interface_device_name", ["device_id", "name"], unique=False)

    op.create_table(
        "interface_latest",
        sa.Column(
            "interface_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("in_octets", sa.BigInteger(), nullable=True),
        sa.Column("out_octets", sa.BigInteger(), nullable=True),
        sa.Column("in_errors", sa.BigInteger(), nullable=True),
        sa.Column("out_errors", sa.BigInteger(), nullable=True),
        sa.Column("in_discards", sa.BigInteger(), nullable=True),
        sa.Column("out_discards", sa.BigInteger(), nullable=True),
        sa.Column("in_bps", sa.Double(), nullable=True),
        sa.Column("out_bps", sa.Double(), nullable=True),
        sa.Column("errors_ps", sa.Double(), nullable=True),
        sa.Column("discards_ps", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["interface_id"],
            ["interface.id"],
            name=op.f("fk_interface_latest_interface_id_interface"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("interface_id", name=op.f("pk_interface_latest")),
    )


def downgrade() -> None:
    op.drop_table("interface_latest")
    with op.batch_alter_table("interface", schema=None) as batch_op:
        batch_op.drop_index("ix_interface_device_name")
        batch_op.drop_index(batch_op.f("ix_interface_device_id"))
        batch_op.drop_index(batch_op.f("ix_interface_centre_id"))

    op.drop_table("interface")
    with op.batch_alter_table("host_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_host_key_device_id"))
        batch_op.drop_index(batch_op.f("ix_host_key_centre_id"))

    op.drop_table("host_key")
    with op.batch_alter_table("gauge", schema=None) as batch_op:
        batch_op.drop_index("uq_gauge_place")
        batch_op.drop_index(batch_op.f("ix_gauge_centre_id"))

    op.drop_table("gauge")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_kind"))
        batch_op.drop_index(batch_op.f("ix_event_device_id"))
        batch_op.drop_index(batch_op.f("ix_event_centre_id"))
        batch_op.drop_index(batch_op.f("ix_event_at"))

    op.drop_table("event")
    with op.batch_alter_table("device_state", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_state_centre_id"))

    op.drop_table("device_state")
    with op.batch_alter_table("saved_filter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_filter_person_id"))
        batch_op.drop_index(batch_op.f("ix_saved_filter_centre_id"))

    op.drop_table("saved_filter")
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grant_person_id"))
        batch_op.drop_index(batch_op.f("ix_grant_centre_id"))

    op.drop_table("grant")
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_device_name",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_device_ssh_id"))
        batch_op.drop_index(batch_op.f("ix_device_snmp_id"))
        batch_op.drop_index(batch_op.f("ix_device_parent_id"))
        batch_op.drop_index(batch_op.f("ix_device_centre_id"))

    op.drop_table("device")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("uq_person_login")
        batch_op.drop_index(batch_op.f("ix_person_centre_id"))

    op.drop_table("person")
    with op.batch_alter_table("job_run", schema=None) as batch_op:
        batch_op.drop_index("uq_job_run_work")
        batch_op.drop_index("ix_job_run_state")
        batch_op.drop_index(batch_op.f("ix_job_run_centre_id"))

    op.drop_table("job_run")
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credential_centre_id"))

    op.drop_table("credential")
    op.drop_table("home_fact")
    with op.batch_alter_table("centre", schema=None) as batch_op:
        batch_op.drop_index("uq_centre_code")
        batch_op.drop_index(batch_op.f("ix_centre_path"))
        batch_op.drop_index(batch_op.f("ix_centre_parent_id"))

    op.drop_table("centre")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_thing_id"))
        batch_op.drop_index(batch_op.f("ix_audit_centre_id"))
        batch_op.drop_index(batch_op.f("ix_audit_at"))
        batch_op.drop_index(batch_op.f("ix_audit_actor"))

    op.drop_table("audit")
