"""Addresses, who holds them, who was seen with them and what devices enforce: the sixth schema."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SORT_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "checked_port",
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("port", sa.String(length=60), nullable=False),
        sa.Column("checks", sa.String(length=20), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_checked_port_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_checked_port_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("device_id", "port", name=op.f("pk_checked_port")),
    )
    with op.batch_alter_table("checked_port", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checked_port_centre_id"), ["centre_id"], unique=False)

    op.create_table(
        "device_binding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("ip", sa.String(length=39), nullable=False),
        sa.Column("mac", sa.String(length=17), nullable=False),
        sa.Column("vlan", sa.Integer(), nullable=True),
        sa.Column("port", sa.String(length=60), nullable=False),
        sa.Column("line", sa.String(length=255), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_device_binding_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_device_binding_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_binding")),
    )
    with op.batch_alter_table("device_binding", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_device_binding_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index("ix_device_binding_device", ["device_id", "ip"], unique=False)
        batch_op.create_index("ix_device_binding_ip", ["ip"], unique=False)

    op.create_table(
        "port_rule",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("port", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_port_rule_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_port_rule_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_port_rule")),
    )
    with op.batch_alter_table("port_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_port_rule_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_port_rule_device_id"), ["device_id"], unique=False)
        batch_op.create_index(
            "ix_port_rule_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_port_rule_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            "uq_port_rule",
            ["device_id", "port"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "prefix",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("cidr", sa.String(length=43), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("segment", sa.String(length=40), nullable=False),
        sa.Column("vlan", sa.Integer(), nullable=True),
        sa.Column("gateway", sa.String(length=39), nullable=True),
        sa.Column("gateway_device_id", sa.String(length=26), nullable=True),
        sa.Column("reserved", sa.String(length=500), nullable=False),
        sa.Column("mode", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_prefix_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["gateway_device_id"],
            ["device.id"],
            name=op.f("fk_prefix_gateway_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prefix")),
    )
    with op.batch_alter_table("prefix", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prefix_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("ix_prefix_cidr", ["cidr"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_prefix_gateway_device_id"), ["gateway_device_id"], unique=False
        )
        batch_op.create_index(
            "ix_prefix_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_prefix_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            "uq_prefix",
            ["centre_id", "segment", "cidr"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "table_walk",
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("complete_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_table_walk_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_table_walk_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("device_id", "origin", name=op.f("pk_table_walk")),
    )
    with op.batch_alter_table("table_walk", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_table_walk_centre_id"), ["centre_id"], unique=False)

    op.create_table(
        "address_alias",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("prefix_id", sa.String(length=26), nullable=False),
        sa.Column("ip", sa.String(length=39), nullable=False),
        sa.Column("mac", sa.String(length=17), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_address_alias_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["prefix_id"],
            ["prefix.id"],
            name=op.f("fk_address_alias_prefix_id_prefix"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_alias")),
    )
    with op.batch_alter_table("address_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_address_alias_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_address_alias_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_address_alias_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_address_alias_prefix_id"), ["prefix_id"], unique=False)
        batch_op.create_index(
            "uq_address_alias",
            ["prefix_id", "ip", "mac"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "arp_sighting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("prefix_id", sa.String(length=26), nullable=True),
        sa.Column("ip", sa.String(length=39), nullable=False),
        sa.Column("mac", sa.String(length=17), nullable=False),
        sa.Column(
            "interface_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("static", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_arp_sighting_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_arp_sighting_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["interface_id"],
            ["interface.id"],
            name=op.f("fk_arp_sighting_interface_id_interface"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["prefix_id"],
            ["prefix.id"],
            name=op.f("fk_arp_sighting_prefix_id_prefix"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arp_sighting")),
    )
    with op.batch_alter_table("arp_sighting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_arp_sighting_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("ix_arp_sighting_ip", ["ip", "since"], unique=False)
        batch_op.create_index("ix_arp_sighting_mac", ["mac", "since"], unique=False)
        batch_op.create_index("ix_arp_sighting_open", ["device_id", "until"], unique=False)

    op.create_table(
        "fdb_sighting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column(
            "interface_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("mac", sa.String(length=17), nullable=False),
        sa.Column("vlan", sa.Integer(), nullable=False),
        sa.Column("edge", sa.Boolean(), nullable=False),
        sa.Column("static", sa.Boolean(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_fdb_sighting_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_fdb_sighting_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["interface_id"],
            ["interface.id"],
            name=op.f("fk_fdb_sighting_interface_id_interface"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fdb_sighting")),
    )
    with op.batch_alter_table("fdb_sighting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fdb_sighting_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("ix_fdb_sighting_mac", ["mac", "since"], unique=False)
        batch_op.create_index("ix_fdb_sighting_open", ["device_id", "until"], unique=False)
        batch_op.create_index("ix_fdb_sighting_port", ["interface_id", "since"], unique=False)

    op.create_table(
        "port_role",
        sa.Column(
            "interface_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("macs", sa.Integer(), nullable=False),
        sa.Column("quiet", sa.Integer(), nullable=False),
        sa.Column("forged", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_port_role_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_port_role_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["interface_id"],
            ["interface.id"],
            name=op.f("fk_port_role_interface_id_interface"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("interface_id", name=op.f("pk_port_role")),
    )
    with op.batch_alter_table("port_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_port_role_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_port_role_device_id"), ["device_id"], unique=False)

    op.create_table(
        "binding",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("prefix_id", sa.String(length=26), nullable=True),
        sa.Column("ip", sa.String(length=39), nullable=False),
        sa.Column("mac", sa.String(length=17), nullable=False),
        sa.Column("local_why", sa.String(length=200), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=True),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("device_id", sa.String(length=26), nullable=True),
        sa.Column("port", sa.String(length=60), nullable=False),
        sa.Column("vlan", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.String(length=26), nullable=True),
        sa.Column("replaces_id", sa.String(length=26), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leaving", sa.Boolean(), nullable=False),
        sa.Column("leaving_why", sa.String(length=200), nullable=False),
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
            name=op.f("fk_binding_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_binding_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_binding_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["prefix_id"],
            ["prefix.id"],
            name=op.f("fk_binding_prefix_id_prefix"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"],
            ["binding.id"],
            name=op.f("fk_binding_replaces_id_binding"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["access_request.id"],
            name=op.f("fk_binding_request_id_access_request"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["centre.id"],
            name=op.f("fk_binding_unit_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_binding")),
    )
    with op.batch_alter_table("binding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_binding_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_binding_device_id"), ["device_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_binding_equipment_id"), ["equipment_id"], unique=False)
        batch_op.create_index(
            "ix_binding_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_binding_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("ix_binding_ip", ["ip"], unique=False)
        batch_op.create_index("ix_binding_mac", ["mac"], unique=False)
        batch_op.create_index("ix_binding_place", ["prefix_id", "sort_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_binding_prefix_id"), ["prefix_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_binding_replaces_id"), ["replaces_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_binding_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_binding_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "uq_binding_in_force",
            ["prefix_id", "ip"],
            unique=True,
            sqlite_where=sa.text("state = 'active' AND retired_at IS NULL"),
            postgresql_where=sa.text("state = 'active' AND retired_at IS NULL"),
        )

    op.create_table(
        "address_finding",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("severity", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("prefix_id", sa.String(length=26), nullable=True),
        sa.Column("ip", sa.String(length=39), nullable=True),
        sa.Column("mac", sa.String(length=17), nullable=True),
        sa.Column("binding_id", sa.String(length=26), nullable=True),
        sa.Column("device_id", sa.String(length=26), nullable=True),
        sa.Column("port", sa.String(length=60), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("change_id", sa.String(length=26), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("remedy", sa.Text(), nullable=True),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["binding_id"],
            ["binding.id"],
            name=op.f("fk_address_finding_binding_id_binding"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_address_finding_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
            name=op.f("fk_address_finding_change_id_change"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_address_finding_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["prefix_id"],
            ["prefix.id"],
            name=op.f("fk_address_finding_prefix_id_prefix"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_finding")),
    )
    with op.batch_alter_table("address_finding", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_address_finding_binding_id"), ["binding_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_address_finding_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_address_finding_change_id"), ["change_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_address_finding_device_id"), ["device_id"], unique=False
        )
        batch_op.create_index(
            "ix_address_finding_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_address_finding_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_address_finding_prefix_id"), ["prefix_id"], unique=False
        )
        batch_op.create_index(
            "uq_address_finding",
            ["centre_id", "object"],
            unique=True,
            sqlite_where=sa.text("state IN ('open', 'handled') AND retired_at IS NULL"),
            postgresql_where=sa.text("state IN ('open', 'handled') AND retired_at IS NULL"),
        )

    op.create_table(
        "finding_seen",
        sa.Column("finding_id", sa.String(length=26), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_finding_seen_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["address_finding.id"],
            name=op.f("fk_finding_seen_finding_id_address_finding"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_finding_seen")),
    )
    with op.batch_alter_table("finding_seen", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_seen_centre_id"), ["centre_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("finding_seen", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_seen_centre_id"))

    op.drop_table("finding_seen")
    with op.batch_alter_table("address_finding", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_address_finding",
            sqlite_where=sa.text("state IN ('open', 'handled') AND retired_at IS NULL"),
            postgresql_where=sa.text("state IN ('open', 'handled') AND retired_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_address_finding_prefix_id"))
        batch_op.drop_index(
            "ix_address_finding_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_address_finding_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_address_finding_device_id"))
        batch_op.drop_index(batch_op.f("ix_address_finding_change_id"))
        batch_op.drop_index(batch_op.f("ix_address_finding_centre_id"))
        batch_op.drop_index(batch_op.f("ix_address_finding_binding_id"))

    op.drop_table("address_finding")
    with op.batch_alter_table("binding", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_binding_in_force",
            sqlite_where=sa.text("state = 'active' AND retired_at IS NULL"),
            postgresql_where=sa.text("state = 'active' AND retired_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_binding_unit_id"))
        batch_op.drop_index(batch_op.f("ix_binding_request_id"))
        batch_op.drop_index(batch_op.f("ix_binding_replaces_id"))
        batch_op.drop_index(batch_op.f("ix_binding_prefix_id"))
        batch_op.drop_index("ix_binding_place")
        batch_op.drop_index("ix_binding_mac")
        batch_op.drop_index("ix_binding_ip")
        batch_op.drop_index(
            "ix_binding_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_binding_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_binding_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_binding_device_id"))
        batch_op.drop_index(batch_op.f("ix_binding_centre_id"))

    op.drop_table("binding")
    with op.batch_alter_table("port_role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_port_role_device_id"))
        batch_op.drop_index(batch_op.f("ix_port_role_centre_id"))

    op.drop_table("port_role")
    with op.batch_alter_table("fdb_sighting", schema=None) as batch_op:
        batch_op.drop_index("ix_fdb_sighting_port")
        batch_op.drop_index("ix_fdb_sighting_open")
        batch_op.drop_index("ix_fdb_sighting_mac")
        batch_op.drop_index(batch_op.f("ix_fdb_sighting_centre_id"))

    op.drop_table("fdb_sighting")
    with op.batch_alter_table("arp_sighting", schema=None) as batch_op:
        batch_op.drop_index("ix_arp_sighting_open")
        batch_op.drop_index("ix_arp_sighting_mac")
        batch_op.drop_index("ix_arp_sighting_ip")
        batch_op.drop_index(batch_op.f("ix_arp_sighting_centre_id"))

    op.drop_table("arp_sighting")
    with op.batch_alter_table("address_alias", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_address_alias",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_address_alias_prefix_id"))
        batch_op.drop_index(
            "ix_address_alias_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_address_alias_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_address_alias_centre_id"))

    op.drop_table("address_alias")
    with op.batch_alter_table("table_walk", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_table_walk_centre_id"))

    op.drop_table("table_walk")
    with op.batch_alter_table("prefix", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_prefix",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_prefix_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_prefix_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_prefix_gateway_device_id"))
        batch_op.drop_index("ix_prefix_cidr")
        batch_op.drop_index(batch_op.f("ix_prefix_centre_id"))

    op.drop_table("prefix")
    with op.batch_alter_table("port_rule", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_port_rule",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_port_rule_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_port_rule_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_port_rule_device_id"))
        batch_op.drop_index(batch_op.f("ix_port_rule_centre_id"))

    op.drop_table("port_rule")
    with op.batch_alter_table("device_binding", schema=None) as batch_op:
        batch_op.drop_index("ix_device_binding_ip")
        batch_op.drop_index("ix_device_binding_device")
        batch_op.drop_index(batch_op.f("ix_device_binding_centre_id"))

    op.drop_table("device_binding")
    with op.batch_alter_table("checked_port", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checked_port_centre_id"))

    op.drop_table("checked_port")
