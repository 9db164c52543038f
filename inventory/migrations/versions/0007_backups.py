"""Backups, their copies, media and discs, drills, archives and exports: the seventh schema."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SORT_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "backup_declaration",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_backup_declaration_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_declaration")),
    )
    with op.batch_alter_table("backup_declaration", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_backup_declaration_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            "ix_backup_declaration_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_backup_declaration_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "disc_set",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("period", sa.String(length=12), nullable=False),
        sa.Column("capacity", sa.String(length=60), nullable=False),
        sa.Column("databases", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("discs", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("contents", sa.Text(), nullable=True),
        sa.Column("left_out", sa.Text(), nullable=True),
        sa.Column("lacking", sa.Text(), nullable=True),
        sa.Column("lack_reason", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_disc_set_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disc_set")),
    )
    with op.batch_alter_table("disc_set", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disc_set_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_disc_set_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_disc_set_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("ix_disc_set_period", ["centre_id", "period"], unique=False)
        batch_op.create_index("uq_disc_set_number", ["number"], unique=True)

    op.create_table(
        "signing_key",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("public", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_signing_key_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("public", name=op.f("uq_signing_key_public")),
    )
    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signing_key_centre_id"), ["centre_id"], unique=False)

    op.create_table(
        "backup_export",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("by_id", sa.String(length=26), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("chain", sa.String(length=90), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["person.id"],
            name=op.f("fk_backup_export_by_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_backup_export_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_export")),
    )
    with op.batch_alter_table("backup_export", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_backup_export_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_backup_export_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_backup_export_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_backup_export_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_backup_export_number", ["number"], unique=True)

    op.create_table(
        "archive_transfer",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("work", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("databases", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("medium", sa.String(length=60), nullable=False),
        sa.Column("spec", sa.String(length=80), nullable=True),
        sa.Column("carriers", sa.String(length=120), nullable=True),
        sa.Column("giver_id", sa.String(length=26), nullable=True),
        sa.Column("taker_id", sa.String(length=26), nullable=True),
        sa.Column("archive_room", sa.String(length=120), nullable=True),
        sa.Column("secrets", sa.Text(), nullable=True),
        sa.Column("listing", sa.Text(), nullable=True),
        sa.Column("lacking", sa.Text(), nullable=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("packed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accurate", sa.String(length=200), nullable=True),
        sa.Column("complete", sa.String(length=200), nullable=True),
        sa.Column("usable", sa.String(length=200), nullable=True),
        sa.Column("secure", sa.String(length=200), nullable=True),
        sa.Column("outside", sa.String(length=200), nullable=True),
        sa.Column("pen_only", sa.Boolean(), nullable=False),
        sa.Column("scan", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_archive_transfer_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["giver_id"],
            ["staff.id"],
            name=op.f("fk_archive_transfer_giver_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["taker_id"],
            ["staff.id"],
            name=op.f("fk_archive_transfer_taker_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_transfer")),
    )
    with op.batch_alter_table("archive_transfer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_archive_transfer_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_archive_transfer_giver_id"), ["giver_id"], unique=False
        )
        batch_op.create_index(
            "ix_archive_transfer_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_archive_transfer_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_archive_transfer_taker_id"), ["taker_id"], unique=False
        )
        batch_op.create_index("ix_archive_transfer_year", ["centre_id", "year"], unique=False)
        batch_op.create_index("uq_archive_transfer_number", ["number"], unique=True)

    op.create_table(
        "backup_key",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("print_id", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keeper_id", sa.String(length=26), nullable=True),
        sa.Column("kept_at", sa.String(length=120), nullable=True),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escrowed_on", sa.Date(), nullable=True),
        sa.Column("proved_on", sa.Date(), nullable=True),
        sa.Column("replaced_on", sa.Date(), nullable=True),
        sa.Column("replaced_why", sa.Text(), nullable=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_backup_key_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["keeper_id"],
            ["staff.id"],
            name=op.f("fk_backup_key_keeper_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_key")),
    )
    with op.batch_alter_table("backup_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_backup_key_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_backup_key_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_backup_key_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_backup_key_keeper_id"), ["keeper_id"], unique=False)
        batch_op.create_index("ix_backup_key_print", ["print_id"], unique=False)
        batch_op.create_index(
            "uq_backup_key_living",
            ["centre_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'replaced'"),
            postgresql_where=sa.text("state <> 'replaced'"),
        )

    op.create_table(
        "backup_place",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=True),
        sa.Column("folder", sa.String(length=200), nullable=False),
        sa.Column("keep", sa.Integer(), nullable=False),
        sa.Column("limit_kbps", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_backup_place_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_backup_place_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_place")),
    )
    with op.batch_alter_table("backup_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_backup_place_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_backup_place_device_id"), ["device_id"], unique=False)
        batch_op.create_index(
            "ix_backup_place_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_backup_place_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "backup_source",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("method", sa.String(length=60), nullable=False),
        sa.Column("opaque", sa.Boolean(), nullable=False),
        sa.Column("reach", sa.String(length=60), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=True),
        sa.Column("host", sa.String(length=80), nullable=True),
        sa.Column("port", sa.Integer(), nullable=True),
        sa.Column("login_id", sa.String(length=26), nullable=True),
        sa.Column("database", sa.String(length=120), nullable=True),
        sa.Column("paths", sa.Text(), nullable=True),
        sa.Column("exclude", sa.Text(), nullable=True),
        sa.Column("command", sa.Text(), nullable=True),
        sa.Column("cadence", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("paused_why", sa.Text(), nullable=True),
        sa.Column("keep", sa.Integer(), nullable=False),
        sa.Column("limit_kbps", sa.Integer(), nullable=False),
        sa.Column("drill_host", sa.String(length=80), nullable=True),
        sa.Column("drill_port", sa.Integer(), nullable=True),
        sa.Column("drill_login_id", sa.String(length=26), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("earlier", sa.JSON(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_backup_source_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_backup_source_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["drill_login_id"],
            ["credential.id"],
            name=op.f("fk_backup_source_drill_login_id_credential"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["login_id"],
            ["credential.id"],
            name=op.f("fk_backup_source_login_id_credential"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_source")),
    )
    with op.batch_alter_table("backup_source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_backup_source_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_backup_source_device_id"), ["device_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_backup_source_drill_login_id"), ["drill_login_id"], unique=False
        )
        batch_op.create_index(
            "ix_backup_source_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_backup_source_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_backup_source_login_id"), ["login_id"], unique=False)

    op.create_table(
        "disc",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("identifier", sa.String(length=40), nullable=False),
        sa.Column("disc_set_id", sa.String(length=26), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("volume", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("md5", sa.String(length=32), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=True),
        sa.Column("batch", sa.String(length=80), nullable=True),
        sa.Column("burned_on", sa.Date(), nullable=True),
        sa.Column("burned_by", sa.String(length=80), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("keeper_id", sa.String(length=26), nullable=True),
        sa.Column("stored_on", sa.Date(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recheck_on", sa.Date(), nullable=True),
        sa.Column("sets", sa.Text(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_disc_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["disc_set_id"],
            ["disc_set.id"],
            name=op.f("fk_disc_disc_set_id_disc_set"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["keeper_id"],
            ["staff.id"],
            name=op.f("fk_disc_keeper_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disc")),
    )
    with op.batch_alter_table("disc", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disc_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_disc_disc_set_id"), ["disc_set_id"], unique=False)
        batch_op.create_index(
            "ix_disc_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_disc_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_disc_keeper_id"), ["keeper_id"], unique=False)
        batch_op.create_index("ix_disc_state", ["state", "recheck_on"], unique=False)
        batch_op.create_index("uq_disc_identifier", ["identifier"], unique=True)

    op.create_table(
        "medium",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("serial", sa.String(length=80), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("keeper_id", sa.String(length=26), nullable=False),
        sa.Column("kept_at", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("holder_id", sa.String(length=26), nullable=True),
        sa.Column("taken_to", sa.String(length=120), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("mounted_at", sa.String(length=120), nullable=True),
        sa.Column("labelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_medium_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"],
            ["staff.id"],
            name=op.f("fk_medium_holder_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["keeper_id"],
            ["staff.id"],
            name=op.f("fk_medium_keeper_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medium")),
    )
    with op.batch_alter_table("medium", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_medium_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_medium_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_medium_holder_id"), ["holder_id"], unique=False)
        batch_op.create_index(
            "ix_medium_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_medium_keeper_id"), ["keeper_id"], unique=False)

    op.create_table(
        "backup_miss",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("source_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_backup_miss_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["backup_source.id"],
            name=op.f("fk_backup_miss_source_id_backup_source"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_miss")),
    )
    with op.batch_alter_table("backup_miss", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_backup_miss_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_backup_miss_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_backup_miss_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_backup_miss_source_id"), ["source_id"], unique=False)
        batch_op.create_index("uq_backup_miss", ["source_id", "period"], unique=True)

    op.create_table(
        "backup_place_state",
        sa.Column("place_id", sa.String(length=26), nullable=False),
        sa.Column("success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_backup_place_state_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["backup_place.id"],
            name=op.f("fk_backup_place_state_place_id_backup_place"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_backup_place_state")),
    )
    with op.batch_alter_table("backup_place_state", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_backup_place_state_centre_id"), ["centre_id"], unique=False
        )

    op.create_table(
        "backup_set",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("source_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("origin", sa.String(length=60), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("tool", sa.String(length=120), nullable=False),
        sa.Column("server", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=26), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("held_why", sa.Text(), nullable=True),
        sa.Column("method", sa.String(length=60), nullable=True),
        sa.Column("opaque", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.String(length=26), nullable=True),
        sa.Column("run_id", sa.String(length=26), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("declared", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["person.id"],
            name=op.f("fk_backup_set_by_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_backup_set_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["backup_key.id"],
            name=op.f("fk_backup_set_key_id_backup_key"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["backup_source.id"],
            name=op.f("fk_backup_set_source_id_backup_source"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_set")),
    )
    with op.batch_alter_table("backup_set", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_backup_set_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_backup_set_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_backup_set_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_backup_set_key_id"), ["key_id"], unique=False)
        batch_op.create_index("ix_backup_set_source", ["source_id", "period"], unique=False)
        batch_op.create_index(batch_op.f("ix_backup_set_source_id"), ["source_id"], unique=False)
        batch_op.create_index(
            "uq_backup_set_running",
            ["source_id"],
            unique=True,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "disc_check",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("disc_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.String(length=60), nullable=False),
        sa.Column("result", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by_id", sa.String(length=26), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["person.id"],
            name=op.f("fk_disc_check_by_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_disc_check_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["disc_id"],
            ["disc.id"],
            name=op.f("fk_disc_check_disc_id_disc"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disc_check")),
    )
    with op.batch_alter_table("disc_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disc_check_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_disc_check_disc_id"), ["disc_id"], unique=False)
        batch_op.create_index(
            "ix_disc_check_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_disc_check_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "medium_movement",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("medium_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deed", sa.String(length=60), nullable=False),
        sa.Column("staff_id", sa.String(length=26), nullable=True),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_medium_movement_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["medium_id"],
            ["medium.id"],
            name=op.f("fk_medium_movement_medium_id_medium"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_medium_movement_staff_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medium_movement")),
    )
    with op.batch_alter_table("medium_movement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_medium_movement_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            "ix_medium_movement_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_medium_movement_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_medium_movement_medium_id"), ["medium_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_medium_movement_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "backup_copy",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("set_id", sa.String(length=26), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("place_name", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("redo", sa.Boolean(), nullable=False),
        sa.Column("mounted_at", sa.String(length=120), nullable=True),
        sa.Column("place_id", sa.String(length=26), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_backup_copy_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["set_id"],
            ["backup_set.id"],
            name=op.f("fk_backup_copy_set_id_backup_set"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_copy")),
    )
    with op.batch_alter_table("backup_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_backup_copy_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_backup_copy_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_backup_copy_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_backup_copy_set_id"), ["set_id"], unique=False)
        batch_op.create_index("uq_backup_copy", ["set_id", "place", "place_id"], unique=True)

    op.create_table(
        "backup_restore",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("set_id", sa.String(length=26), nullable=False),
        sa.Column("only", sa.Text(), nullable=True),
        sa.Column("target", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("overwrite", sa.String(length=200), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_backup_restore_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_backup_restore_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["set_id"],
            ["backup_set.id"],
            name=op.f("fk_backup_restore_set_id_backup_set"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_restore")),
    )
    with op.batch_alter_table("backup_restore", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_backup_restore_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_backup_restore_device_id"), ["device_id"], unique=False
        )
        batch_op.create_index(
            "ix_backup_restore_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_backup_restore_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_backup_restore_set_id"), ["set_id"], unique=False)
        batch_op.create_index("uq_backup_restore_number", ["number"], unique=True)

    op.create_table(
        "drill",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("source_id", sa.String(length=26), nullable=True),
        sa.Column("set_id", sa.String(length=26), nullable=True),
        sa.Column("taken_from", sa.String(length=200), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("tables", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("compared", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("print_id", sa.String(length=16), nullable=False),
        sa.Column("tool", sa.String(length=120), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("by_id", sa.String(length=26), nullable=True),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["person.id"],
            name=op.f("fk_drill_by_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_drill_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["set_id"],
            ["backup_set.id"],
            name=op.f("fk_drill_set_id_backup_set"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["backup_source.id"],
            name=op.f("fk_drill_source_id_backup_source"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill")),
    )
    with op.batch_alter_table("drill", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drill_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_drill_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_drill_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_drill_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_drill_set_id"), ["set_id"], unique=False)
        batch_op.create_index("ix_drill_source", ["source_id", "started_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_drill_source_id"), ["source_id"], unique=False)
        batch_op.create_index("uq_drill_number", ["number"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("drill", schema=None) as batch_op:
        batch_op.drop_index("uq_drill_number")
        batch_op.drop_index(batch_op.f("ix_drill_source_id"))
        batch_op.drop_index("ix_drill_source")
        batch_op.drop_index(batch_op.f("ix_drill_set_id"))
        batch_op.drop_index(
            "ix_drill_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_drill_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_drill_centre_id"))
        batch_op.drop_index(batch_op.f("ix_drill_by_id"))

    op.drop_table("drill")
    with op.batch_alter_table("backup_restore", schema=None) as batch_op:
        batch_op.drop_index("uq_backup_restore_number")
        batch_op.drop_index(batch_op.f("ix_backup_restore_set_id"))
        batch_op.drop_index(
            "ix_backup_restore_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_backup_restore_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_backup_restore_device_id"))
        batch_op.drop_index(batch_op.f("ix_backup_restore_centre_id"))

    op.drop_table("backup_restore")
    with op.batch_alter_table("backup_copy", schema=None) as batch_op:
        batch_op.drop_index("uq_backup_copy")
        batch_op.drop_index(batch_op.f("ix_backup_copy_set_id"))
        batch_op.drop_index(
            "ix_backup_copy_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_backup_copy_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_backup_copy_centre_id"))

    op.drop_table("backup_copy")
    with op.batch_alter_table("medium_movement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_medium_movement_staff_id"))
        batch_op.drop_index(batch_op.f("ix_medium_movement_medium_id"))
        batch_op.drop_index(
            "ix_medium_movement_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_medium_movement_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_medium_movement_centre_id"))

    op.drop_table("medium_movement")
    with op.batch_alter_table("disc_check", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_disc_check_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_disc_check_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_disc_check_disc_id"))
        batch_op.drop_index(batch_op.f("ix_disc_check_centre_id"))

    op.drop_table("disc_check")
    with op.batch_alter_table("backup_set", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_backup_set_running",
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )
        batch_op.drop_index(batch_op.f("ix_backup_set_source_id"))
        batch_op.drop_index("ix_backup_set_source")
        batch_op.drop_index(batch_op.f("ix_backup_set_key_id"))
        batch_op.drop_index(
            "ix_backup_set_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_backup_set_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_backup_set_centre_id"))

    op.drop_table("backup_set")
    with op.batch_alter_table("backup_place_state", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_backup_place_state_centre_id"))

    op.drop_table("backup_place_state")
    with op.batch_alter_table("backup_miss", schema=None) as batch_op:
        batch_op.drop_index("uq_backup_miss")
        batch_op.drop_index(batch_op.f("ix_backup_miss_source_id"))
        batch_op.drop_index(
            "ix_backup_miss_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_backup_miss_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_backup_miss_centre_id"))

    op.drop_table("backup_miss")
    with op.batch_alter_table("medium", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_medium_keeper_id"))
        batch_op.drop_index(
            "ix_medium_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_medium_holder_id"))
        batch_op.drop_index(
            "ix_medium_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_medium_centre_id"))

    op.drop_table("medium")
    with op.batch_alter_table("disc", schema=None) as batch_op:
        batch_op.drop_index("uq_disc_identifier")
        batch_op.drop_index("ix_disc_state")
        batch_op.drop_index(batch_op.f("ix_disc_keeper_id"))
        batch_op.drop_index(
            "ix_disc_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_disc_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_disc_disc_set_id"))
        batch_op.drop_index(batch_op.f("ix_disc_centre_id"))

    op.drop_table("disc")
    with op.batch_alter_table("backup_source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_backup_source_login_id"))
        batch_op.drop_index(
            "ix_backup_source_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_backup_source_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_backup_source_drill_login_id"))
        batch_op.drop_index(batch_op.f("ix_backup_source_device_id"))
        batch_op.drop_index(batch_op.f("ix_backup_source_centre_id"))

    op.drop_table("backup_source")
    with op.batch_alter_table("backup_place", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_backup_place_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_backup_place_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_backup_place_device_id"))
        batch_op.drop_index(batch_op.f("ix_backup_place_centre_id"))

    op.drop_table("backup_place")
    with op.batch_alter_table("backup_key", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_backup_key_living",
            sqlite_where=sa.text("state <> 'replaced'"),
            postgresql_where=sa.text("state <> 'replaced'"),
        )
        batch_op.drop_index("ix_backup_key_print")
        batch_op.drop_index(batch_op.f("ix_backup_key_keeper_id"))
        batch_op.drop_index(
            "ix_backup_key_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_backup_key_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_backup_key_centre_id"))

    op.drop_table("backup_key")
    with op.batch_alter_table("archive_transfer", schema=None) as batch_op:
        batch_op.drop_index("uq_archive_transfer_number")
        batch_op.drop_index("ix_archive_transfer_year")
        batch_op.drop_index(batch_op.f("ix_archive_transfer_taker_id"))
        batch_op.drop_index(
            "ix_archive_transfer_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_archive_transfer_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_archive_transfer_giver_id"))
        batch_op.drop_index(batch_op.f("ix_archive_transfer_centre_id"))

    op.drop_table("archive_transfer")
    with op.batch_alter_table("backup_export", schema=None) as batch_op:
        batch_op.drop_index("uq_backup_export_number")
        batch_op.drop_index(
            "ix_backup_export_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_backup_export_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_backup_export_centre_id"))
        batch_op.drop_index(batch_op.f("ix_backup_export_by_id"))

    op.drop_table("backup_export")
    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signing_key_centre_id"))

    op.drop_table("signing_key")
    with op.batch_alter_table("disc_set", schema=None) as batch_op:
        batch_op.drop_index("uq_disc_set_number")
        batch_op.drop_index("ix_disc_set_period")
        batch_op.drop_index(
            "ix_disc_set_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_disc_set_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_disc_set_centre_id"))

    op.drop_table("disc_set")
    with op.batch_alter_table("backup_declaration", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_backup_declaration_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_backup_declaration_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_backup_declaration_centre_id"))

    op.drop_table("backup_declaration")
