"""Equipment, spares, software and the other registers: the third schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SORT_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "findable",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.String(length=26), nullable=False),
        sa.Column("book", sa.String(length=60), nullable=False),
        sa.Column(
            "grams", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_findable")),
        sa.UniqueConstraint("row_id", "book", name=op.f("uq_findable_row_id_book")),
    )
    op.create_table(
        "budget_item",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_budget_item_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_item")),
    )
    with op.batch_alter_table("budget_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_budget_item_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_budget_item_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_budget_item_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_budget_item", ["centre_id", "year", "name"], unique=True)

    op.create_table(
        "care_rule",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("clean_days", sa.Integer(), nullable=True),
        sa.Column("life_years", sa.Float(), nullable=True),
        sa.Column("battery_years", sa.Float(), nullable=True),
        sa.Column("power_on", sa.String(length=60), nullable=True),
        sa.Column("warranty_days", sa.Integer(), nullable=True),
        sa.Column("extinguisher_days", sa.Integer(), nullable=True),
        sa.Column("earth_days", sa.Integer(), nullable=True),
        sa.Column("earth_limit", sa.Float(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_care_rule_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_rule")),
    )
    with op.batch_alter_table("care_rule", schema=None) as batch_op:
        batch_op.create_index("ix_care_rule", ["centre_id", "category"], unique=False)
        batch_op.create_index(batch_op.f("ix_care_rule_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_care_rule_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_care_rule_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "difference_note",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_difference_note_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference_note")),
    )
    with op.batch_alter_table("difference_note", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_difference_note_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            "ix_difference_note_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_difference_note_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_difference_note_key"), ["key"], unique=False)

    op.create_table(
        "difference_seen",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_difference_seen_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_difference_seen")),
    )
    with op.batch_alter_table("difference_seen", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_difference_seen_centre_id"), ["centre_id"], unique=False
        )

    op.create_table(
        "establishment",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=True),
        sa.Column("staff", sa.Integer(), nullable=True),
        sa.Column("sections", sa.Integer(), nullable=True),
        sa.Column("dedicated", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_establishment_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_establishment")),
    )
    with op.batch_alter_table("establishment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_establishment_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_establishment_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_establishment_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_establishment", ["centre_id"], unique=True)

    op.create_table(
        "header_meaning",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("header", sa.String(length=120), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_header_meaning_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_header_meaning")),
    )
    with op.batch_alter_table("header_meaning", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_header_meaning_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index("uq_header_meaning", ["centre_id", "register", "header"], unique=True)

    op.create_table(
        "package_exception",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("package", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_package_exception_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_exception")),
    )
    with op.batch_alter_table("package_exception", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_package_exception_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            "ix_package_exception_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_package_exception_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_package_exception", ["centre_id", "package"], unique=True)

    op.create_table(
        "part",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("serialised", sa.Boolean(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_part_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part")),
    )
    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_part_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_part_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_part_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_part", ["centre_id", "name", "model"], unique=True)

    op.create_table(
        "protection_limit",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("scan_days", sa.Integer(), nullable=False),
        sa.Column("definitions_days", sa.Integer(), nullable=False),
        sa.Column("patch_days", sa.Integer(), nullable=False),
        sa.Column("silent_days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_protection_limit_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protection_limit")),
    )
    with op.batch_alter_table("protection_limit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_protection_limit_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            "ix_protection_limit_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_protection_limit_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_protection_limit", ["centre_id"], unique=True)

    op.create_table(
        "report_layout",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("header", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_report_layout_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_layout")),
    )
    with op.batch_alter_table("report_layout", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_layout_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_report_layout_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_report_layout_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_report_layout", ["centre_id", "header"], unique=True)

    op.create_table(
        "room",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("area", sa.Float(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_room_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
    )
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_room_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_room_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_room_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_room_name", ["centre_id", "name"], unique=True)

    op.create_table(
        "rulebook",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("issued_by", sa.String(length=120), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("text_files", sa.Text(), nullable=True),
        sa.Column("heading", sa.String(length=120), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_rulebook_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulebook")),
    )
    with op.batch_alter_table("rulebook", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rulebook_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_rulebook_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_rulebook_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "shortfall",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("standard", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_shortfall_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortfall")),
    )
    with op.batch_alter_table("shortfall", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shortfall_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_shortfall_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_shortfall_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "software",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("maker", sa.String(length=120), nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("package", sa.String(length=40), nullable=True),
        sa.Column("edition", sa.String(length=60), nullable=False),
        sa.Column("origin", sa.String(length=60), nullable=False),
        sa.Column("licensing", sa.String(length=60), nullable=False),
        sa.Column("newest", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("document_on", sa.Date(), nullable=True),
        sa.Column("document_files", sa.Text(), nullable=True),
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
            name=op.f("fk_software_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_software")),
    )
    with op.batch_alter_table("software", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_software_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_software_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_software_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_software", ["centre_id", "name"], unique=True)

    op.create_table(
        "stock_take",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("with_units", sa.Boolean(), nullable=False),
        sa.Column("rooms", sa.String(length=400), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_stock_take_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_take")),
    )
    with op.batch_alter_table("stock_take", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_take_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_stock_take_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_stock_take_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("ix_stock_take_state", ["state"], unique=False)
        batch_op.create_index("uq_stock_take_number", ["number"], unique=True)

    op.create_table(
        "training",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=60), nullable=False),
        sa.Column("organiser", sa.String(length=120), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.Column("exam", sa.Boolean(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("teacher", sa.String(length=120), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_training_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
    )
    with op.batch_alter_table("training", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_training_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_training_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "unstable_limit",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_unstable_limit_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unstable_limit")),
    )
    with op.batch_alter_table("unstable_limit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_unstable_limit_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            "ix_unstable_limit_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_unstable_limit_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "virus_warning",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("issued_by", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_virus_warning_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_virus_warning")),
    )
    with op.batch_alter_table("virus_warning", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_virus_warning_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_virus_warning_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_virus_warning_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "host_import",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=26), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("older", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["person.id"],
            name=op.f("fk_host_import_by_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_host_import_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_import")),
    )
    with op.batch_alter_table("host_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_host_import_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_host_import_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_host_import_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_host_import_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "licence",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("software_id", sa.String(length=26), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("term", sa.String(length=60), nullable=False),
        sa.Column("licence_key", sa.Text(), nullable=True),
        sa.Column("bought_on", sa.Date(), nullable=True),
        sa.Column("order_no", sa.String(length=80), nullable=True),
        sa.Column("supplier", sa.String(length=120), nullable=True),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.Column("budget_id", sa.String(length=26), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["budget_id"],
            ["budget_item.id"],
            name=op.f("fk_licence_budget_id_budget_item"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_licence_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["software_id"],
            ["software.id"],
            name=op.f("fk_licence_software_id_software"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence")),
    )
    with op.batch_alter_table("licence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_licence_budget_id"), ["budget_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_licence_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_licence_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_licence_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_licence_software_id"), ["software_id"], unique=False)
        batch_op.create_index("uq_licence", ["centre_id", "number"], unique=True)

    op.create_table(
        "panel",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("rack", sa.String(length=60), nullable=True),
        sa.Column("ports", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_panel_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_panel_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel")),
    )
    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_panel_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_panel_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_panel_room_id"), ["room_id"], unique=False)
        batch_op.create_index("uq_panel", ["centre_id", "name"], unique=True)

    op.create_table(
        "project",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("province_no", sa.String(length=80), nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("builder", sa.String(length=120), nullable=True),
        sa.Column("budget_id", sa.String(length=26), nullable=True),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.Column("planned_from", sa.Date(), nullable=True),
        sa.Column("planned_to", sa.Date(), nullable=True),
        sa.Column("begun_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("acceptance", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["budget_id"],
            ["budget_item.id"],
            name=op.f("fk_project_budget_id_budget_item"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_project_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
    )
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_budget_id"), ["budget_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_project_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_project_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "room_reading",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("room_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("temperature", sa.Float(), nullable=True),
        sa.Column("humidity", sa.Float(), nullable=True),
        sa.Column("verdict", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_room_reading_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_room_reading_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_reading")),
    )
    with op.batch_alter_table("room_reading", schema=None) as batch_op:
        batch_op.create_index("ix_room_reading_at", ["room_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_room_reading_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_room_reading_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_room_reading_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_room_reading_room_id"), ["room_id"], unique=False)

    op.create_table(
        "scrapping",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("age", sa.String(length=200), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("worth", sa.Float(), nullable=True),
        sa.Column("listing", sa.Text(), nullable=True),
        sa.Column("receiver_unit", sa.String(length=120), nullable=True),
        sa.Column("receiver", sa.String(length=40), nullable=True),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taker_id", sa.String(length=26), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
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
            name=op.f("fk_scrapping_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["taker_id"],
            ["person.id"],
            name=op.f("fk_scrapping_taker_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scrapping")),
    )
    with op.batch_alter_table("scrapping", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scrapping_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_scrapping_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_scrapping_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("ix_scrapping_state", ["centre_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_scrapping_taker_id"), ["taker_id"], unique=False)
        batch_op.create_index("uq_scrapping_number", ["number"], unique=True)

    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("entered_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("civil", sa.Boolean(), nullable=False),
        sa.Column("degree", sa.String(length=60), nullable=True),
        sa.Column("major", sa.String(length=80), nullable=True),
        sa.Column("computing", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_staff_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_staff_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_staff_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_staff_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("ix_staff_person", ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_person_id"), ["person_id"], unique=False)
        batch_op.create_index("uq_staff_code", ["code"], unique=True)

    op.create_table(
        "warning_receipt",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("warning_id", sa.String(length=26), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Text(), nullable=True),
        sa.Column("handled_by", sa.String(length=60), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_warning_receipt_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["warning_id"],
            ["virus_warning.id"],
            name=op.f("fk_warning_receipt_warning_id_virus_warning"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning_receipt")),
    )
    with op.batch_alter_table("warning_receipt", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_warning_receipt_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            "ix_warning_receipt_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_warning_receipt_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_warning_receipt_warning_id"), ["warning_id"], unique=False
        )
        batch_op.create_index("uq_warning_receipt", ["warning_id", "centre_id"], unique=True)

    op.create_table(
        "acting_arrangement",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("staff_id", sa.String(length=26), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_acting_arrangement_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_acting_arrangement_staff_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acting_arrangement")),
    )
    with op.batch_alter_table("acting_arrangement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_acting_arrangement_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            "ix_acting_arrangement_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_acting_arrangement_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_acting_arrangement_staff_id"), ["staff_id"], unique=False
        )

    op.create_table(
        "appointment",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("duty", sa.String(length=60), nullable=False),
        sa.Column("staff_id", sa.String(length=26), nullable=False),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_appointment_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_appointment_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_appointment_staff_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appointment_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_appointment_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_appointment_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_appointment_room_id"), ["room_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "attendance",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("training_id", sa.String(length=26), nullable=False),
        sa.Column("staff_id", sa.String(length=26), nullable=False),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_attendance_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_attendance_staff_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["training_id"],
            ["training.id"],
            name=op.f("fk_attendance_training_id_training"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_attendance_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_attendance_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("ix_attendance_pair", ["training_id", "staff_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendance_staff_id"), ["staff_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_attendance_training_id"), ["training_id"], unique=False
        )

    op.create_table(
        "award",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("staff_id", sa.String(length=26), nullable=True),
        sa.Column("level", sa.String(length=60), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_award_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_award_staff_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
    )
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_award_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_award_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_award_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_award_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "breach",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("staff_id", sa.String(length=26), nullable=True),
        sa.Column("found_by", sa.String(length=120), nullable=True),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("handled", sa.Text(), nullable=True),
        sa.Column("handled_on", sa.Date(), nullable=True),
        sa.Column("handler_id", sa.String(length=26), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_breach_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["handler_id"],
            ["staff.id"],
            name=op.f("fk_breach_handler_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_breach_staff_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach")),
    )
    with op.batch_alter_table("breach", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_breach_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_breach_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_breach_handler_id"), ["handler_id"], unique=False)
        batch_op.create_index(
            "ix_breach_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_breach_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "certificate",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("staff_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("level", sa.String(length=60), nullable=False),
        sa.Column("issued_by", sa.String(length=120), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_certificate_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_certificate_staff_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_certificate_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_certificate_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_certificate_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "equipment",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("lent", sa.Boolean(), nullable=False),
        sa.Column("opening", sa.String(length=60), nullable=False),
        sa.Column("vendor", sa.String(length=60), nullable=True),
        sa.Column("model", sa.String(length=80), nullable=True),
        sa.Column("serial", sa.String(length=80), nullable=True),
        sa.Column("no_serial", sa.String(length=80), nullable=True),
        sa.Column("keeper_id", sa.String(length=26), nullable=True),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("rack", sa.String(length=60), nullable=True),
        sa.Column("hostname", sa.String(length=80), nullable=True),
        sa.Column("ip", sa.String(length=39), nullable=True),
        sa.Column("mac", sa.String(length=17), nullable=True),
        sa.Column("fixed_asset", sa.Boolean(), nullable=False),
        sa.Column("finance_no", sa.String(length=60), nullable=True),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.Column("budget_id", sa.String(length=26), nullable=True),
        sa.Column("supplier", sa.String(length=120), nullable=True),
        sa.Column("bought_on", sa.Date(), nullable=True),
        sa.Column("warranty_to", sa.Date(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("battery_on", sa.Date(), nullable=True),
        sa.Column("has_storage", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("powered", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["budget_id"],
            ["budget_item.id"],
            name=op.f("fk_equipment_budget_id_budget_item"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_equipment_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["keeper_id"],
            ["staff.id"],
            name=op.f("fk_equipment_keeper_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_equipment_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment")),
    )
    with op.batch_alter_table("equipment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_equipment_budget_id"), ["budget_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_equipment_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_equipment_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_equipment_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_equipment_keeper_id"), ["keeper_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_equipment_room_id"), ["room_id"], unique=False)
        batch_op.create_index("ix_equipment_serial", ["serial"], unique=False)
        batch_op.create_index("ix_equipment_state", ["centre_id", "state"], unique=False)
        batch_op.create_index("uq_equipment_tag", ["tag"], unique=True)

    op.create_table(
        "handover",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("giver_id", sa.String(length=26), nullable=True),
        sa.Column("taker_id", sa.String(length=26), nullable=True),
        sa.Column("to_centre_id", sa.String(length=26), nullable=True),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("back_as", sa.String(length=60), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("borrower", sa.String(length=60), nullable=True),
        sa.Column("borrower_unit", sa.String(length=120), nullable=True),
        sa.Column("borrower_phone", sa.String(length=40), nullable=True),
        sa.Column("listing", sa.Text(), nullable=True),
        sa.Column("pen_only", sa.Boolean(), nullable=False),
        sa.Column("scan", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("renewed_to", sa.Date(), nullable=True),
        sa.Column("back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_handover_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["giver_id"],
            ["staff.id"],
            name=op.f("fk_handover_giver_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_handover_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["taker_id"],
            ["staff.id"],
            name=op.f("fk_handover_taker_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["to_centre_id"],
            ["centre.id"],
            name=op.f("fk_handover_to_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_handover_giver_id"), ["giver_id"], unique=False)
        batch_op.create_index(
            "ix_handover_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_handover_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_handover_room_id"), ["room_id"], unique=False)
        batch_op.create_index("ix_handover_state", ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_handover_taker_id"), ["taker_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_handover_to_centre_id"), ["to_centre_id"], unique=False
        )
        batch_op.create_index("uq_handover_number", ["number"], unique=True)

    op.create_table(
        "licence_period",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("licence_id", sa.String(length=26), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("order_no", sa.String(length=80), nullable=True),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.Column("budget_id", sa.String(length=26), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["budget_id"],
            ["budget_item.id"],
            name=op.f("fk_licence_period_budget_id_budget_item"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_licence_period_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["licence_id"],
            ["licence.id"],
            name=op.f("fk_licence_period_licence_id_licence"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_period")),
    )
    with op.batch_alter_table("licence_period", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_licence_period_budget_id"), ["budget_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_licence_period_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            "ix_licence_period_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_licence_period_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_licence_period_licence_id"), ["licence_id"], unique=False
        )

    op.create_table(
        "outlet",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("panel_id", sa.String(length=26), nullable=True),
        sa.Column("panel_port", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.String(length=26), nullable=True),
        sa.Column("switch_port", sa.String(length=60), nullable=True),
        sa.Column("user", sa.String(length=80), nullable=True),
        sa.Column("changed_on", sa.Date(), nullable=True),
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
            name=op.f("fk_outlet_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_outlet_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["panel_id"],
            ["panel.id"],
            name=op.f("fk_outlet_panel_id_panel"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_outlet_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlet")),
    )
    with op.batch_alter_table("outlet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outlet_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outlet_device_id"), ["device_id"], unique=False)
        batch_op.create_index(
            "ix_outlet_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_outlet_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_outlet_panel_id"), ["panel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outlet_room_id"), ["room_id"], unique=False)
        batch_op.create_index("uq_outlet", ["centre_id", "name"], unique=True)
        batch_op.create_index(
            "uq_outlet_port",
            ["panel_id", "panel_port"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "publication",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("author_id", sa.String(length=26), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=60), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("checker", sa.String(length=80), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("url", sa.String(length=300), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["staff.id"],
            name=op.f("fk_publication_author_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_publication_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publication_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_publication_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_publication_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_publication_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_publication", ["centre_id", "number"], unique=True)

    op.create_table(
        "staff_transfer",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("staff_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("new_job", sa.String(length=60), nullable=True),
        sa.Column("successor_id", sa.String(length=26), nullable=True),
        sa.Column("upper_unit", sa.String(length=120), nullable=True),
        sa.Column("upper_no", sa.String(length=80), nullable=True),
        sa.Column("upper_on", sa.Date(), nullable=True),
        sa.Column("letter_files", sa.Text(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
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
            name=op.f("fk_staff_transfer_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_staff_transfer_staff_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"],
            ["staff.id"],
            name=op.f("fk_staff_transfer_successor_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_transfer")),
    )
    with op.batch_alter_table("staff_transfer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_staff_transfer_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            "ix_staff_transfer_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_staff_transfer_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_staff_transfer_staff_id"), ["staff_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_staff_transfer_successor_id"), ["successor_id"], unique=False
        )
        batch_op.create_index("uq_staff_transfer", ["centre_id", "number"], unique=True)

    op.create_table(
        "voice_number",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("gateway_id", sa.String(length=26), nullable=True),
        sa.Column("port", sa.String(length=40), nullable=True),
        sa.Column("user", sa.String(length=80), nullable=True),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("tested_on", sa.Date(), nullable=True),
        sa.Column("result", sa.String(length=60), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_voice_number_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["gateway_id"],
            ["device.id"],
            name=op.f("fk_voice_number_gateway_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_voice_number_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_number")),
    )
    with op.batch_alter_table("voice_number", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voice_number_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_voice_number_gateway_id"), ["gateway_id"], unique=False
        )
        batch_op.create_index(
            "ix_voice_number_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_voice_number_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_voice_number_room_id"), ["room_id"], unique=False)
        batch_op.create_index("uq_voice_number", ["number"], unique=True)

    op.create_table(
        "access_request",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("head_id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=True),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("hostname", sa.String(length=80), nullable=True),
        sa.Column("mac", sa.String(length=17), nullable=True),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("internet", sa.Boolean(), nullable=False),
        sa.Column("outlet_id", sa.String(length=26), nullable=True),
        sa.Column("device_id", sa.String(length=26), nullable=True),
        sa.Column("port", sa.String(length=60), nullable=True),
        sa.Column("ip", sa.String(length=39), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
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
            name=op.f("fk_access_request_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_access_request_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_access_request_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["head_id"],
            ["staff.id"],
            name=op.f("fk_access_request_head_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["outlet_id"],
            ["outlet.id"],
            name=op.f("fk_access_request_outlet_id_outlet"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_access_request_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["staff.id"],
            name=op.f("fk_access_request_user_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_request")),
    )
    with op.batch_alter_table("access_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_access_request_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_access_request_device_id"), ["device_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_access_request_equipment_id"), ["equipment_id"], unique=False
        )
        batch_op.create_index(
            "ix_access_request_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_access_request_head_id"), ["head_id"], unique=False)
        batch_op.create_index(
            "ix_access_request_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_access_request_outlet_id"), ["outlet_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_access_request_room_id"), ["room_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_request_user_id"), ["user_id"], unique=False)
        batch_op.create_index("uq_access_request", ["centre_id", "number"], unique=True)

    op.create_table(
        "care_record",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("result", sa.String(length=60), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_care_record_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_care_record_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_care_record_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_record")),
    )
    with op.batch_alter_table("care_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_care_record_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_care_record_equipment_id"), ["equipment_id"], unique=False
        )
        batch_op.create_index(
            "ix_care_record_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_care_record_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("ix_care_record_kind", ["centre_id", "kind", "done_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_care_record_room_id"), ["room_id"], unique=False)

    op.create_table(
        "deployment",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("equipment_id", sa.String(length=26), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_deployment_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_deployment_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_deployment_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
    )
    with op.batch_alter_table("deployment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deployment_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deployment_device_id"), ["device_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_deployment_equipment_id"), ["equipment_id"], unique=False
        )
        batch_op.create_index(
            "ix_deployment_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_deployment_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            "uq_deployment_device",
            ["device_id"],
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )
        batch_op.create_index(
            "uq_deployment_equipment",
            ["equipment_id"],
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )

    op.create_table(
        "document",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("shelf", sa.String(length=60), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("collected_on", sa.Date(), nullable=True),
        sa.Column("publisher", sa.String(length=120), nullable=True),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("keeper_id", sa.String(length=26), nullable=True),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("place", sa.String(length=60), nullable=True),
        sa.Column("price", sa.Float(), nullable=True),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_document_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_document_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["keeper_id"],
            ["staff.id"],
            name=op.f("fk_document_keeper_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_document_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_document_equipment_id"), ["equipment_id"], unique=False
        )
        batch_op.create_index(
            "ix_document_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_document_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_document_keeper_id"), ["keeper_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_room_id"), ["room_id"], unique=False)
        batch_op.create_index("uq_document_number", ["number"], unique=True)

    op.create_table(
        "equipment_event",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("equipment_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=False),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.Column("from_centre_id", sa.String(length=26), nullable=True),
        sa.Column("keeper_id", sa.String(length=26), nullable=True),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("paper", sa.String(length=40), nullable=False),
        sa.Column("paper_id", sa.String(length=26), nullable=False),
        sa.Column("paper_no", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_equipment_event_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_equipment_event_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["from_centre_id"],
            ["centre.id"],
            name=op.f("fk_equipment_event_from_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["keeper_id"],
            ["staff.id"],
            name=op.f("fk_equipment_event_keeper_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_equipment_event_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_event")),
    )
    with op.batch_alter_table("equipment_event", schema=None) as batch_op:
        batch_op.create_index("ix_equipment_event_at", ["centre_id", "at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_equipment_event_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_equipment_event_paper_id"), ["paper_id"], unique=False)
        batch_op.create_index("uq_equipment_event", ["equipment_id", "number"], unique=True)

    op.create_table(
        "extension",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("pbx_id", sa.String(length=26), nullable=True),
        sa.Column("circuit", sa.String(length=40), nullable=True),
        sa.Column("staff_id", sa.String(length=26), nullable=True),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("outlet_id", sa.String(length=26), nullable=True),
        sa.Column("rank", sa.String(length=60), nullable=False),
        sa.Column("features", sa.String(length=200), nullable=True),
        sa.Column("outside", sa.String(length=20), nullable=True),
        sa.Column("changed_on", sa.Date(), nullable=True),
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
            name=op.f("fk_extension_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["outlet_id"],
            ["outlet.id"],
            name=op.f("fk_extension_outlet_id_outlet"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["pbx_id"],
            ["equipment.id"],
            name=op.f("fk_extension_pbx_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_extension_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_extension_staff_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_extension_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_extension_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_extension_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_extension_outlet_id"), ["outlet_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_extension_pbx_id"), ["pbx_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_extension_room_id"), ["room_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_extension_staff_id"), ["staff_id"], unique=False)
        batch_op.create_index(
            "uq_extension",
            ["centre_id", "number"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "host_protection",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("host", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("ip", sa.String(length=39), nullable=True),
        sa.Column("mac", sa.String(length=17), nullable=True),
        sa.Column("tag", sa.String(length=80), nullable=True),
        sa.Column("os", sa.String(length=120), nullable=True),
        sa.Column("product", sa.String(length=120), nullable=True),
        sa.Column("definitions", sa.String(length=80), nullable=True),
        sa.Column("definitions_on", sa.Date(), nullable=True),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("running", sa.String(length=60), nullable=False),
        sa.Column("patched_on", sa.Date(), nullable=True),
        sa.Column("missing", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("matching", sa.String(length=60), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=True),
        sa.Column("server_id", sa.String(length=26), nullable=True),
        sa.Column("import_id", sa.String(length=26), nullable=True),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_host_protection_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_host_protection_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["host_import.id"],
            name=op.f("fk_host_protection_import_id_host_import"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["server_id"],
            ["centre.id"],
            name=op.f("fk_host_protection_server_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_protection")),
    )
    with op.batch_alter_table("host_protection", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_host_protection_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_host_protection_equipment_id"), ["equipment_id"], unique=False
        )
        batch_op.create_index(
            "ix_host_protection_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_host_protection_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_host_protection_server_id"), ["server_id"], unique=False
        )
        batch_op.create_index(
            "ix_host_protection_thing", ["equipment_id", "retired_at"], unique=False
        )
        batch_op.create_index(
            "uq_host_protection_key",
            ["server_id", "source", "key"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "installation",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("software_id", sa.String(length=26), nullable=False),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("host", sa.String(length=80), nullable=True),
        sa.Column("version", sa.String(length=40), nullable=True),
        sa.Column("installed_on", sa.Date(), nullable=False),
        sa.Column("installed_by_id", sa.String(length=26), nullable=True),
        sa.Column("upgraded_on", sa.Date(), nullable=True),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("removed_by_id", sa.String(length=26), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_installation_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_installation_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["installed_by_id"],
            ["staff.id"],
            name=op.f("fk_installation_installed_by_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["removed_by_id"],
            ["staff.id"],
            name=op.f("fk_installation_removed_by_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["software_id"],
            ["software.id"],
            name=op.f("fk_installation_software_id_software"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    with op.batch_alter_table("installation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_installation_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_installation_equipment_id"), ["equipment_id"], unique=False
        )
        batch_op.create_index(
            "ix_installation_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_installation_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_installation_installed_by_id"), ["installed_by_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_installation_removed_by_id"), ["removed_by_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_installation_software_id"), ["software_id"], unique=False
        )
        batch_op.create_index("ix_installation_there", ["software_id", "removed_on"], unique=False)

    op.create_table(
        "installation_record",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("fitter", sa.String(length=200), nullable=False),
        sa.Column("witness_id", sa.String(length=26), nullable=True),
        sa.Column("work", sa.Text(), nullable=True),
        sa.Column("tests", sa.Text(), nullable=True),
        sa.Column("result", sa.String(length=60), nullable=False),
        sa.Column("left", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_installation_record_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_installation_record_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_installation_record_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["witness_id"],
            ["staff.id"],
            name=op.f("fk_installation_record_witness_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation_record")),
    )
    with op.batch_alter_table("installation_record", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_installation_record_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_installation_record_equipment_id"), ["equipment_id"], unique=False
        )
        batch_op.create_index(
            "ix_installation_record_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_installation_record_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_installation_record_room_id"), ["room_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_installation_record_witness_id"), ["witness_id"], unique=False
        )

    op.create_table(
        "loss",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("equipment_id", sa.String(length=26), nullable=False),
        sa.Column("report_no", sa.String(length=80), nullable=False),
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("responsible_id", sa.String(length=26), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("compensation", sa.Float(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found_how", sa.String(length=300), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
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
            name=op.f("fk_loss_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_loss_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["responsible_id"],
            ["staff.id"],
            name=op.f("fk_loss_responsible_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loss")),
    )
    with op.batch_alter_table("loss", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_loss_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_loss_equipment_id"), ["equipment_id"], unique=False)
        batch_op.create_index(
            "ix_loss_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_loss_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_loss_responsible_id"), ["responsible_id"], unique=False
        )
        batch_op.create_index("ix_loss_state", ["centre_id", "state"], unique=False)
        batch_op.create_index("uq_loss_number", ["number"], unique=True)

    op.create_table(
        "media_scan",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("medium", sa.String(length=60), nullable=False),
        sa.Column("brought_by", sa.String(length=120), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tool", sa.String(length=80), nullable=False),
        sa.Column("definitions_on", sa.Date(), nullable=True),
        sa.Column("result", sa.String(length=60), nullable=False),
        sa.Column("virus", sa.String(length=120), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("scanned_by_id", sa.String(length=26), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_media_scan_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_media_scan_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["scanned_by_id"],
            ["staff.id"],
            name=op.f("fk_media_scan_scanned_by_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_scan")),
    )
    with op.batch_alter_table("media_scan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_media_scan_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_media_scan_equipment_id"), ["equipment_id"], unique=False
        )
        batch_op.create_index(
            "ix_media_scan_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_media_scan_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_media_scan_scanned_by_id"), ["scanned_by_id"], unique=False
        )

    op.create_table(
        "paper_line",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("paper", sa.String(length=40), nullable=False),
        sa.Column("paper_id", sa.String(length=26), nullable=False),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("part_id", sa.String(length=26), nullable=True),
        sa.Column("batch", sa.String(length=80), nullable=False),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_paper_line_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_paper_line_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["part_id"],
            ["part.id"],
            name=op.f("fk_paper_line_part_id_part"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_paper_line_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_line")),
    )
    with op.batch_alter_table("paper_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_line_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_paper_line_equipment_id"), ["equipment_id"], unique=False
        )
        batch_op.create_index("ix_paper_line_paper", ["paper", "paper_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_paper_line_part_id"), ["part_id"], unique=False)

    op.create_table(
        "repair",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("fault", sa.String(length=300), nullable=False),
        sa.Column("reporter_id", sa.String(length=26), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("named", sa.String(length=120), nullable=True),
        sa.Column("reporter", sa.String(length=60), nullable=True),
        sa.Column("holds_data", sa.Boolean(), nullable=False),
        sa.Column("repairer_id", sa.String(length=26), nullable=True),
        sa.Column("vendor", sa.String(length=120), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("carrier_id", sa.String(length=26), nullable=True),
        sa.Column("result", sa.String(length=60), nullable=True),
        sa.Column("cause", sa.String(length=60), nullable=True),
        sa.Column("done", sa.String(length=500), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.Column("budget_id", sa.String(length=26), nullable=True),
        sa.Column("back_to", sa.String(length=60), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("responsible_id", sa.String(length=26), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("compensation", sa.Float(), nullable=True),
        sa.Column("came_from", sa.String(length=60), nullable=True),
        sa.Column("device_id", sa.String(length=26), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["budget_id"],
            ["budget_item.id"],
            name=op.f("fk_repair_budget_id_budget_item"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["carrier_id"],
            ["staff.id"],
            name=op.f("fk_repair_carrier_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_repair_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_repair_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_repair_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["repairer_id"],
            ["staff.id"],
            name=op.f("fk_repair_repairer_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"],
            ["staff.id"],
            name=op.f("fk_repair_reporter_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["responsible_id"],
            ["staff.id"],
            name=op.f("fk_repair_responsible_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair")),
    )
    with op.batch_alter_table("repair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_repair_budget_id"), ["budget_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_repair_carrier_id"), ["carrier_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_repair_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_repair_device_id"), ["device_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_repair_equipment_id"), ["equipment_id"], unique=False)
        batch_op.create_index(
            "ix_repair_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_repair_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_repair_repairer_id"), ["repairer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_repair_reporter_id"), ["reporter_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_repair_responsible_id"), ["responsible_id"], unique=False
        )
        batch_op.create_index("ix_repair_state", ["centre_id", "state"], unique=False)
        batch_op.create_index("uq_repair_number", ["number"], unique=True)
        batch_op.create_index(
            "uq_repair_open",
            ["equipment_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('open', 'inhouse', 'out') AND retired_at IS NULL"),
            postgresql_where=sa.text("state IN ('open', 'inhouse', 'out') AND retired_at IS NULL"),
        )

    op.create_table(
        "stock_item",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("take_id", sa.String(length=26), nullable=False),
        sa.Column("equipment_id", sa.String(length=26), nullable=False),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_stock_item_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_stock_item_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_stock_item_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["take_id"],
            ["stock_take.id"],
            name=op.f("fk_stock_item_take_id_stock_take"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_item")),
    )
    with op.batch_alter_table("stock_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_item_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_stock_item_equipment_id"), ["equipment_id"], unique=False
        )
        batch_op.create_index("uq_stock_item", ["take_id", "equipment_id"], unique=True)

    op.create_table(
        "stock_movement",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("part_id", sa.String(length=26), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("batch", sa.String(length=80), nullable=False),
        sa.Column("from_room_id", sa.String(length=26), nullable=True),
        sa.Column("to_room_id", sa.String(length=26), nullable=True),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("original", sa.Boolean(), nullable=False),
        sa.Column("paper_no", sa.String(length=40), nullable=False),
        sa.Column("supplier", sa.String(length=120), nullable=True),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.Column("budget_id", sa.String(length=26), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paper_class", sa.String(length=40), nullable=False),
        sa.Column("paper_id", sa.String(length=26), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["budget_id"],
            ["budget_item.id"],
            name=op.f("fk_stock_movement_budget_id_budget_item"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_stock_movement_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_stock_movement_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["from_room_id"],
            ["room.id"],
            name=op.f("fk_stock_movement_from_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["part_id"],
            ["part.id"],
            name=op.f("fk_stock_movement_part_id_part"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["to_room_id"],
            ["room.id"],
            name=op.f("fk_stock_movement_to_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
    )
    with op.batch_alter_table("stock_movement", schema=None) as batch_op:
        batch_op.create_index("ix_stock_movement_at", ["centre_id", "at"], unique=False)
        batch_op.create_index("ix_stock_movement_batch", ["part_id", "batch"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_stock_movement_budget_id"), ["budget_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_stock_movement_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_stock_movement_equipment_id"), ["equipment_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_stock_movement_from_room_id"), ["from_room_id"], unique=False
        )
        batch_op.create_index(
            "ix_stock_movement_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_stock_movement_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_stock_movement_paper_id"), ["paper_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stock_movement_part_id"), ["part_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_stock_movement_to_room_id"), ["to_room_id"], unique=False
        )
        batch_op.create_index("uq_stock_movement_number", ["number"], unique=True)

    op.create_table(
        "stock_scan",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("take_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("typed", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("told", sa.String(length=300), nullable=False),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("by_id", sa.String(length=26), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_stock_scan_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_stock_scan_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_stock_scan_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["take_id"],
            ["stock_take.id"],
            name=op.f("fk_stock_scan_take_id_stock_take"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_scan")),
    )
    with op.batch_alter_table("stock_scan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_scan_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("ix_stock_scan_thing", ["take_id", "equipment_id"], unique=False)
        batch_op.create_index("uq_stock_scan", ["take_id", "number"], unique=True)

    op.create_table(
        "test_call",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number_id", sa.String(length=26), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("other", sa.String(length=40), nullable=False),
        sa.Column("result", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_test_call_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["number_id"],
            ["voice_number.id"],
            name=op.f("fk_test_call_number_id_voice_number"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_call")),
    )
    with op.batch_alter_table("test_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_test_call_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_test_call_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_test_call_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_test_call_number_id"), ["number_id"], unique=False)

    op.create_table(
        "village_station",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("village", sa.String(length=80), nullable=False),
        sa.Column("built_on", sa.Date(), nullable=True),
        sa.Column("standard", sa.Boolean(), nullable=False),
        sa.Column("keeper_id", sa.String(length=26), nullable=True),
        sa.Column("computer", sa.String(length=120), nullable=True),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("inspected_on", sa.Date(), nullable=True),
        sa.Column("findings", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_village_station_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_village_station_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["keeper_id"],
            ["staff.id"],
            name=op.f("fk_village_station_keeper_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_village_station")),
    )
    with op.batch_alter_table("village_station", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_village_station_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_village_station_equipment_id"), ["equipment_id"], unique=False
        )
        batch_op.create_index(
            "ix_village_station_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_village_station_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_village_station_keeper_id"), ["keeper_id"], unique=False
        )

    op.create_table(
        "virus_incident",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("host", sa.String(length=80), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_by", sa.String(length=60), nullable=False),
        sa.Column("finder_id", sa.String(length=26), nullable=True),
        sa.Column("virus", sa.String(length=120), nullable=False),
        sa.Column("harm", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("isolated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("isolated_how", sa.String(length=60), nullable=True),
        sa.Column("treatment", sa.Text(), nullable=True),
        sa.Column("root", sa.Text(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
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
            name=op.f("fk_virus_incident_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_virus_incident_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["finder_id"],
            ["staff.id"],
            name=op.f("fk_virus_incident_finder_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_virus_incident")),
    )
    with op.batch_alter_table("virus_incident", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_virus_incident_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_virus_incident_equipment_id"), ["equipment_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_virus_incident_finder_id"), ["finder_id"], unique=False
        )
        batch_op.create_index(
            "ix_virus_incident_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_virus_incident_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("ix_virus_incident_state", ["centre_id", "state"], unique=False)
        batch_op.create_index("uq_virus_incident", ["number"], unique=True)

    op.create_table(
        "document_copy",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("barcode", sa.String(length=70), nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_document_copy_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_document_copy_document_id_document"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_copy")),
    )
    with op.batch_alter_table("document_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_copy_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_document_copy_document_id"), ["document_id"], unique=False
        )
        batch_op.create_index(
            "ix_document_copy_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_document_copy_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_document_copy_barcode", ["barcode"], unique=True)

    op.create_table(
        "sanitisation",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("repair_id", sa.String(length=26), nullable=True),
        sa.Column("scrapping_id", sa.String(length=26), nullable=True),
        sa.Column("method", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=True),
        sa.Column("by_id", sa.String(length=26), nullable=False),
        sa.Column("witness_id", sa.String(length=26), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("noted_by", sa.String(length=26), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["staff.id"],
            name=op.f("fk_sanitisation_by_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_sanitisation_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_sanitisation_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["repair_id"],
            ["repair.id"],
            name=op.f("fk_sanitisation_repair_id_repair"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["scrapping_id"],
            ["scrapping.id"],
            name=op.f("fk_sanitisation_scrapping_id_scrapping"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["witness_id"],
            ["staff.id"],
            name=op.f("fk_sanitisation_witness_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanitisation")),
    )
    with op.batch_alter_table("sanitisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sanitisation_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sanitisation_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sanitisation_equipment_id"), ["equipment_id"], unique=False
        )
        batch_op.create_index(
            "ix_sanitisation_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_sanitisation_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("ix_sanitisation_paper", ["repair_id", "scrapping_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sanitisation_repair_id"), ["repair_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sanitisation_scrapping_id"), ["scrapping_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_sanitisation_witness_id"), ["witness_id"], unique=False
        )
        batch_op.create_index("uq_sanitisation_number", ["number"], unique=True)

    op.create_table(
        "unstable_device",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("decision", sa.String(length=60), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("repair_id", sa.String(length=26), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
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
            name=op.f("fk_unstable_device_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_unstable_device_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["repair_id"],
            ["repair.id"],
            name=op.f("fk_unstable_device_repair_id_repair"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unstable_device")),
    )
    with op.batch_alter_table("unstable_device", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_unstable_device_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_unstable_device_device_id"), ["device_id"], unique=False
        )
        batch_op.create_index(
            "ix_unstable_device_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_unstable_device_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_unstable_device_repair_id"), ["repair_id"], unique=False
        )
        batch_op.create_index("uq_unstable_device_number", ["number"], unique=True)
        batch_op.create_index(
            "uq_unstable_device_open",
            ["device_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "document_loan",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("copy_id", sa.String(length=26), nullable=False),
        sa.Column("staff_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("lent_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("renewed_to", sa.Date(), nullable=True),
        sa.Column("renewed_on", sa.Date(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("harm", sa.String(length=60), nullable=True),
        sa.Column("harm_told", sa.Text(), nullable=True),
        sa.Column("price", sa.Float(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("receipt_no", sa.String(length=80), nullable=True),
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
            name=op.f("fk_document_loan_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["copy_id"],
            ["document_copy.id"],
            name=op.f("fk_document_loan_copy_id_document_copy"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_document_loan_staff_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_loan")),
    )
    with op.batch_alter_table("document_loan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_loan_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_loan_copy_id"), ["copy_id"], unique=False)
        batch_op.create_index(
            "ix_document_loan_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_document_loan_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_document_loan_staff_id"), ["staff_id"], unique=False)
        batch_op.create_index("ix_document_loan_state", ["centre_id", "state"], unique=False)
        batch_op.create_index(
            "uq_document_loan_out",
            ["copy_id"],
            unique=True,
            sqlite_where=sa.text("state = 'out'"),
            postgresql_where=sa.text("state = 'out'"),
        )

    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(
            "ix_api_token_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_api_token_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index(
            "ix_approval_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_approval_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    with op.batch_alter_table("centre", schema=None) as batch_op:
        batch_op.create_index(
            "ix_centre_gone",
            ["sort_key", "id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_centre_in_order",
            ["sort_key", "id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.create_index(
            "ix_channel_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_channel_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.create_index(
            "ix_credential_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_credential_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_delegation_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_delegation_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index(
            "ix_device_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_device_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.create_index(
            "ix_grant_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_grant_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    with op.batch_alter_table("host_key", schema=None) as batch_op:
        batch_op.create_index(
            "ix_host_key_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_host_key_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(
            "ix_person_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_person_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    with op.batch_alter_table("phone_reset", schema=None) as batch_op:
        batch_op.create_index(
            "ix_phone_reset_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_phone_reset_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    with op.batch_alter_table("policy", schema=None) as batch_op:
        batch_op.create_index(
            "ix_policy_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_policy_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    with op.batch_alter_table("rotation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_rotation_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_rotation_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    with op.batch_alter_table("saved_filter", schema=None) as batch_op:
        batch_op.create_index(
            "ix_saved_filter_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_saved_filter_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    with op.batch_alter_table("undertaking", schema=None) as batch_op:
        batch_op.create_index(
            "ix_undertaking_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_undertaking_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(
            "ix_visit_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_visit_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_visit_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_visit_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )

    with op.batch_alter_table("undertaking", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_undertaking_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_undertaking_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )

    with op.batch_alter_table("saved_filter", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_saved_filter_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_saved_filter_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )

    with op.batch_alter_table("rotation", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_rotation_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_rotation_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )

    with op.batch_alter_table("policy", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_policy_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_policy_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )

    with op.batch_alter_table("phone_reset", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_phone_reset_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_phone_reset_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_person_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_person_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )

    with op.batch_alter_table("host_key", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_host_key_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_host_key_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )

    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_grant_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_grant_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )

    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_device_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_device_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )

    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_delegation_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_delegation_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )

    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_credential_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_credential_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )

    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_channel_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_channel_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )

    with op.batch_alter_table("centre", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_centre_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_centre_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )

    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_approval_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_approval_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )

    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_api_token_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_api_token_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )

    with op.batch_alter_table("document_loan", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_document_loan_out",
            sqlite_where=sa.text("state = 'out'"),
            postgresql_where=sa.text("state = 'out'"),
        )
        batch_op.drop_index("ix_document_loan_state")
        batch_op.drop_index(batch_op.f("ix_document_loan_staff_id"))
        batch_op.drop_index(
            "ix_document_loan_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_document_loan_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_document_loan_copy_id"))
        batch_op.drop_index(batch_op.f("ix_document_loan_centre_id"))

    op.drop_table("document_loan")
    with op.batch_alter_table("unstable_device", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_unstable_device_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index("uq_unstable_device_number")
        batch_op.drop_index(batch_op.f("ix_unstable_device_repair_id"))
        batch_op.drop_index(
            "ix_unstable_device_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_unstable_device_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_unstable_device_device_id"))
        batch_op.drop_index(batch_op.f("ix_unstable_device_centre_id"))

    op.drop_table("unstable_device")
    with op.batch_alter_table("sanitisation", schema=None) as batch_op:
        batch_op.drop_index("uq_sanitisation_number")
        batch_op.drop_index(batch_op.f("ix_sanitisation_witness_id"))
        batch_op.drop_index(batch_op.f("ix_sanitisation_scrapping_id"))
        batch_op.drop_index(batch_op.f("ix_sanitisation_repair_id"))
        batch_op.drop_index("ix_sanitisation_paper")
        batch_op.drop_index(
            "ix_sanitisation_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_sanitisation_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_sanitisation_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_sanitisation_centre_id"))
        batch_op.drop_index(batch_op.f("ix_sanitisation_by_id"))

    op.drop_table("sanitisation")
    with op.batch_alter_table("document_copy", schema=None) as batch_op:
        batch_op.drop_index("uq_document_copy_barcode")
        batch_op.drop_index(
            "ix_document_copy_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_document_copy_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_document_copy_document_id"))
        batch_op.drop_index(batch_op.f("ix_document_copy_centre_id"))

    op.drop_table("document_copy")
    with op.batch_alter_table("virus_incident", schema=None) as batch_op:
        batch_op.drop_index("uq_virus_incident")
        batch_op.drop_index("ix_virus_incident_state")
        batch_op.drop_index(
            "ix_virus_incident_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_virus_incident_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_virus_incident_finder_id"))
        batch_op.drop_index(batch_op.f("ix_virus_incident_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_virus_incident_centre_id"))

    op.drop_table("virus_incident")
    with op.batch_alter_table("village_station", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_village_station_keeper_id"))
        batch_op.drop_index(
            "ix_village_station_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_village_station_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_village_station_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_village_station_centre_id"))

    op.drop_table("village_station")
    with op.batch_alter_table("test_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_test_call_number_id"))
        batch_op.drop_index(
            "ix_test_call_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_test_call_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_test_call_centre_id"))

    op.drop_table("test_call")
    with op.batch_alter_table("stock_scan", schema=None) as batch_op:
        batch_op.drop_index("uq_stock_scan")
        batch_op.drop_index("ix_stock_scan_thing")
        batch_op.drop_index(batch_op.f("ix_stock_scan_centre_id"))

    op.drop_table("stock_scan")
    with op.batch_alter_table("stock_movement", schema=None) as batch_op:
        batch_op.drop_index("uq_stock_movement_number")
        batch_op.drop_index(batch_op.f("ix_stock_movement_to_room_id"))
        batch_op.drop_index(batch_op.f("ix_stock_movement_part_id"))
        batch_op.drop_index(batch_op.f("ix_stock_movement_paper_id"))
        batch_op.drop_index(
            "ix_stock_movement_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_stock_movement_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_stock_movement_from_room_id"))
        batch_op.drop_index(batch_op.f("ix_stock_movement_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_stock_movement_centre_id"))
        batch_op.drop_index(batch_op.f("ix_stock_movement_budget_id"))
        batch_op.drop_index("ix_stock_movement_batch")
        batch_op.drop_index("ix_stock_movement_at")

    op.drop_table("stock_movement")
    with op.batch_alter_table("stock_item", schema=None) as batch_op:
        batch_op.drop_index("uq_stock_item")
        batch_op.drop_index(batch_op.f("ix_stock_item_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_stock_item_centre_id"))

    op.drop_table("stock_item")
    with op.batch_alter_table("repair", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_repair_open",
            sqlite_where=sa.text("state IN ('open', 'inhouse', 'out') AND retired_at IS NULL"),
            postgresql_where=sa.text("state IN ('open', 'inhouse', 'out') AND retired_at IS NULL"),
        )
        batch_op.drop_index("uq_repair_number")
        batch_op.drop_index("ix_repair_state")
        batch_op.drop_index(batch_op.f("ix_repair_responsible_id"))
        batch_op.drop_index(batch_op.f("ix_repair_reporter_id"))
        batch_op.drop_index(batch_op.f("ix_repair_repairer_id"))
        batch_op.drop_index(
            "ix_repair_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_repair_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_repair_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_repair_device_id"))
        batch_op.drop_index(batch_op.f("ix_repair_centre_id"))
        batch_op.drop_index(batch_op.f("ix_repair_carrier_id"))
        batch_op.drop_index(batch_op.f("ix_repair_budget_id"))

    op.drop_table("repair")
    with op.batch_alter_table("paper_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_line_part_id"))
        batch_op.drop_index("ix_paper_line_paper")
        batch_op.drop_index(batch_op.f("ix_paper_line_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_paper_line_centre_id"))

    op.drop_table("paper_line")
    with op.batch_alter_table("media_scan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_media_scan_scanned_by_id"))
        batch_op.drop_index(
            "ix_media_scan_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_media_scan_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_media_scan_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_media_scan_centre_id"))

    op.drop_table("media_scan")
    with op.batch_alter_table("loss", schema=None) as batch_op:
        batch_op.drop_index("uq_loss_number")
        batch_op.drop_index("ix_loss_state")
        batch_op.drop_index(batch_op.f("ix_loss_responsible_id"))
        batch_op.drop_index(
            "ix_loss_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_loss_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_loss_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_loss_centre_id"))

    op.drop_table("loss")
    with op.batch_alter_table("installation_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_installation_record_witness_id"))
        batch_op.drop_index(batch_op.f("ix_installation_record_room_id"))
        batch_op.drop_index(
            "ix_installation_record_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_installation_record_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_installation_record_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_installation_record_centre_id"))

    op.drop_table("installation_record")
    with op.batch_alter_table("installation", schema=None) as batch_op:
        batch_op.drop_index("ix_installation_there")
        batch_op.drop_index(batch_op.f("ix_installation_software_id"))
        batch_op.drop_index(batch_op.f("ix_installation_removed_by_id"))
        batch_op.drop_index(batch_op.f("ix_installation_installed_by_id"))
        batch_op.drop_index(
            "ix_installation_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_installation_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_installation_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_installation_centre_id"))

    op.drop_table("installation")
    with op.batch_alter_table("host_protection", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_host_protection_key",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index("ix_host_protection_thing")
        batch_op.drop_index(batch_op.f("ix_host_protection_server_id"))
        batch_op.drop_index(
            "ix_host_protection_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_host_protection_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_host_protection_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_host_protection_centre_id"))

    op.drop_table("host_protection")
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_extension",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_extension_staff_id"))
        batch_op.drop_index(batch_op.f("ix_extension_room_id"))
        batch_op.drop_index(batch_op.f("ix_extension_pbx_id"))
        batch_op.drop_index(batch_op.f("ix_extension_outlet_id"))
        batch_op.drop_index(
            "ix_extension_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_extension_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_extension_centre_id"))

    op.drop_table("extension")
    with op.batch_alter_table("equipment_event", schema=None) as batch_op:
        batch_op.drop_index("uq_equipment_event")
        batch_op.drop_index(batch_op.f("ix_equipment_event_paper_id"))
        batch_op.drop_index(batch_op.f("ix_equipment_event_centre_id"))
        batch_op.drop_index("ix_equipment_event_at")

    op.drop_table("equipment_event")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index("uq_document_number")
        batch_op.drop_index(batch_op.f("ix_document_room_id"))
        batch_op.drop_index(batch_op.f("ix_document_keeper_id"))
        batch_op.drop_index(
            "ix_document_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_document_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_document_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_document_centre_id"))

    op.drop_table("document")
    with op.batch_alter_table("deployment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_deployment_equipment",
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )
        batch_op.drop_index(
            "uq_deployment_device",
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )
        batch_op.drop_index(
            "ix_deployment_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_deployment_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_deployment_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_deployment_device_id"))
        batch_op.drop_index(batch_op.f("ix_deployment_centre_id"))

    op.drop_table("deployment")
    with op.batch_alter_table("care_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_care_record_room_id"))
        batch_op.drop_index("ix_care_record_kind")
        batch_op.drop_index(
            "ix_care_record_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_care_record_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_care_record_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_care_record_centre_id"))

    op.drop_table("care_record")
    with op.batch_alter_table("access_request", schema=None) as batch_op:
        batch_op.drop_index("uq_access_request")
        batch_op.drop_index(batch_op.f("ix_access_request_user_id"))
        batch_op.drop_index(batch_op.f("ix_access_request_room_id"))
        batch_op.drop_index(batch_op.f("ix_access_request_outlet_id"))
        batch_op.drop_index(
            "ix_access_request_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_access_request_head_id"))
        batch_op.drop_index(
            "ix_access_request_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_access_request_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_access_request_device_id"))
        batch_op.drop_index(batch_op.f("ix_access_request_centre_id"))

    op.drop_table("access_request")
    with op.batch_alter_table("voice_number", schema=None) as batch_op:
        batch_op.drop_index("uq_voice_number")
        batch_op.drop_index(batch_op.f("ix_voice_number_room_id"))
        batch_op.drop_index(
            "ix_voice_number_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_voice_number_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_voice_number_gateway_id"))
        batch_op.drop_index(batch_op.f("ix_voice_number_centre_id"))

    op.drop_table("voice_number")
    with op.batch_alter_table("staff_transfer", schema=None) as batch_op:
        batch_op.drop_index("uq_staff_transfer")
        batch_op.drop_index(batch_op.f("ix_staff_transfer_successor_id"))
        batch_op.drop_index(batch_op.f("ix_staff_transfer_staff_id"))
        batch_op.drop_index(
            "ix_staff_transfer_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_staff_transfer_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_staff_transfer_centre_id"))

    op.drop_table("staff_transfer")
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.drop_index("uq_publication")
        batch_op.drop_index(
            "ix_publication_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_publication_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_publication_centre_id"))
        batch_op.drop_index(batch_op.f("ix_publication_author_id"))

    op.drop_table("publication")
    with op.batch_alter_table("outlet", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_outlet_port",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index("uq_outlet")
        batch_op.drop_index(batch_op.f("ix_outlet_room_id"))
        batch_op.drop_index(batch_op.f("ix_outlet_panel_id"))
        batch_op.drop_index(
            "ix_outlet_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_outlet_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_outlet_device_id"))
        batch_op.drop_index(batch_op.f("ix_outlet_centre_id"))

    op.drop_table("outlet")
    with op.batch_alter_table("licence_period", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_licence_period_licence_id"))
        batch_op.drop_index(
            "ix_licence_period_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_licence_period_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_licence_period_centre_id"))
        batch_op.drop_index(batch_op.f("ix_licence_period_budget_id"))

    op.drop_table("licence_period")
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index("uq_handover_number")
        batch_op.drop_index(batch_op.f("ix_handover_to_centre_id"))
        batch_op.drop_index(batch_op.f("ix_handover_taker_id"))
        batch_op.drop_index("ix_handover_state")
        batch_op.drop_index(batch_op.f("ix_handover_room_id"))
        batch_op.drop_index(
            "ix_handover_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_handover_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_handover_giver_id"))
        batch_op.drop_index(batch_op.f("ix_handover_centre_id"))

    op.drop_table("handover")
    with op.batch_alter_table("equipment", schema=None) as batch_op:
        batch_op.drop_index("uq_equipment_tag")
        batch_op.drop_index("ix_equipment_state")
        batch_op.drop_index("ix_equipment_serial")
        batch_op.drop_index(batch_op.f("ix_equipment_room_id"))
        batch_op.drop_index(batch_op.f("ix_equipment_keeper_id"))
        batch_op.drop_index(
            "ix_equipment_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_equipment_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_equipment_centre_id"))
        batch_op.drop_index(batch_op.f("ix_equipment_budget_id"))

    op.drop_table("equipment")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_staff_id"))
        batch_op.drop_index(
            "ix_certificate_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_certificate_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_certificate_centre_id"))

    op.drop_table("certificate")
    with op.batch_alter_table("breach", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_breach_staff_id"))
        batch_op.drop_index(
            "ix_breach_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_breach_handler_id"))
        batch_op.drop_index(
            "ix_breach_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_breach_centre_id"))

    op.drop_table("breach")
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_award_staff_id"))
        batch_op.drop_index(
            "ix_award_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_award_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_award_centre_id"))

    op.drop_table("award")
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_training_id"))
        batch_op.drop_index(batch_op.f("ix_attendance_staff_id"))
        batch_op.drop_index("ix_attendance_pair")
        batch_op.drop_index(
            "ix_attendance_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_attendance_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_attendance_centre_id"))

    op.drop_table("attendance")
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appointment_staff_id"))
        batch_op.drop_index(batch_op.f("ix_appointment_room_id"))
        batch_op.drop_index(
            "ix_appointment_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_appointment_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_appointment_centre_id"))

    op.drop_table("appointment")
    with op.batch_alter_table("acting_arrangement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_acting_arrangement_staff_id"))
        batch_op.drop_index(
            "ix_acting_arrangement_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_acting_arrangement_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_acting_arrangement_centre_id"))

    op.drop_table("acting_arrangement")
    with op.batch_alter_table("warning_receipt", schema=None) as batch_op:
        batch_op.drop_index("uq_warning_receipt")
        batch_op.drop_index(batch_op.f("ix_warning_receipt_warning_id"))
        batch_op.drop_index(
            "ix_warning_receipt_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_warning_receipt_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_warning_receipt_centre_id"))

    op.drop_table("warning_receipt")
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_index("uq_staff_code")
        batch_op.drop_index(batch_op.f("ix_staff_person_id"))
        batch_op.drop_index("ix_staff_person")
        batch_op.drop_index(
            "ix_staff_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_staff_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_staff_centre_id"))

    op.drop_table("staff")
    with op.batch_alter_table("scrapping", schema=None) as batch_op:
        batch_op.drop_index("uq_scrapping_number")
        batch_op.drop_index(batch_op.f("ix_scrapping_taker_id"))
        batch_op.drop_index("ix_scrapping_state")
        batch_op.drop_index(
            "ix_scrapping_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_scrapping_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_scrapping_centre_id"))

    op.drop_table("scrapping")
    with op.batch_alter_table("room_reading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_room_reading_room_id"))
        batch_op.drop_index(
            "ix_room_reading_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_room_reading_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_room_reading_centre_id"))
        batch_op.drop_index("ix_room_reading_at")

    op.drop_table("room_reading")
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_project_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_project_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_project_centre_id"))
        batch_op.drop_index(batch_op.f("ix_project_budget_id"))

    op.drop_table("project")
    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.drop_index("uq_panel")
        batch_op.drop_index(batch_op.f("ix_panel_room_id"))
        batch_op.drop_index(
            "ix_panel_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_panel_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_panel_centre_id"))

    op.drop_table("panel")
    with op.batch_alter_table("licence", schema=None) as batch_op:
        batch_op.drop_index("uq_licence")
        batch_op.drop_index(batch_op.f("ix_licence_software_id"))
        batch_op.drop_index(
            "ix_licence_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_licence_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_licence_centre_id"))
        batch_op.drop_index(batch_op.f("ix_licence_budget_id"))

    op.drop_table("licence")
    with op.batch_alter_table("host_import", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_host_import_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_host_import_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_host_import_centre_id"))
        batch_op.drop_index(batch_op.f("ix_host_import_by_id"))

    op.drop_table("host_import")
    with op.batch_alter_table("virus_warning", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_virus_warning_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_virus_warning_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_virus_warning_centre_id"))

    op.drop_table("virus_warning")
    with op.batch_alter_table("unstable_limit", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_unstable_limit_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_unstable_limit_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_unstable_limit_centre_id"))

    op.drop_table("unstable_limit")
    with op.batch_alter_table("training", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_training_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_training_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_training_centre_id"))

    op.drop_table("training")
    with op.batch_alter_table("stock_take", schema=None) as batch_op:
        batch_op.drop_index("uq_stock_take_number")
        batch_op.drop_index("ix_stock_take_state")
        batch_op.drop_index(
            "ix_stock_take_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_stock_take_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_stock_take_centre_id"))

    op.drop_table("stock_take")
    with op.batch_alter_table("software", schema=None) as batch_op:
        batch_op.drop_index("uq_software")
        batch_op.drop_index(
            "ix_software_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_software_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_software_centre_id"))

    op.drop_table("software")
    with op.batch_alter_table("shortfall", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_shortfall_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_shortfall_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_shortfall_centre_id"))

    op.drop_table("shortfall")
    with op.batch_alter_table("rulebook", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_rulebook_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_rulebook_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_rulebook_centre_id"))

    op.drop_table("rulebook")
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.drop_index("uq_room_name")
        batch_op.drop_index(
            "ix_room_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_room_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_room_centre_id"))

    op.drop_table("room")
    with op.batch_alter_table("report_layout", schema=None) as batch_op:
        batch_op.drop_index("uq_report_layout")
        batch_op.drop_index(
            "ix_report_layout_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_report_layout_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_report_layout_centre_id"))

    op.drop_table("report_layout")
    with op.batch_alter_table("protection_limit", schema=None) as batch_op:
        batch_op.drop_index("uq_protection_limit")
        batch_op.drop_index(
            "ix_protection_limit_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_protection_limit_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_protection_limit_centre_id"))

    op.drop_table("protection_limit")
    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.drop_index("uq_part")
        batch_op.drop_index(
            "ix_part_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_part_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_part_centre_id"))

    op.drop_table("part")
    with op.batch_alter_table("package_exception", schema=None) as batch_op:
        batch_op.drop_index("uq_package_exception")
        batch_op.drop_index(
            "ix_package_exception_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_package_exception_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_package_exception_centre_id"))

    op.drop_table("package_exception")
    with op.batch_alter_table("header_meaning", schema=None) as batch_op:
        batch_op.drop_index("uq_header_meaning")
        batch_op.drop_index(batch_op.f("ix_header_meaning_centre_id"))

    op.drop_table("header_meaning")
    with op.batch_alter_table("establishment", schema=None) as batch_op:
        batch_op.drop_index("uq_establishment")
        batch_op.drop_index(
            "ix_establishment_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_establishment_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_establishment_centre_id"))

    op.drop_table("establishment")
    with op.batch_alter_table("difference_seen", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_difference_seen_centre_id"))

    op.drop_table("difference_seen")
    with op.batch_alter_table("difference_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_difference_note_key"))
        batch_op.drop_index(
            "ix_difference_note_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_difference_note_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_difference_note_centre_id"))

    op.drop_table("difference_note")
    with op.batch_alter_table("care_rule", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_care_rule_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_care_rule_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_care_rule_centre_id"))
        batch_op.drop_index("ix_care_rule")

    op.drop_table("care_rule")
    with op.batch_alter_table("budget_item", schema=None) as batch_op:
        batch_op.drop_index("uq_budget_item")
        batch_op.drop_index(
            "ix_budget_item_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_budget_item_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_budget_item_centre_id"))

    op.drop_table("budget_item")
    op.drop_table("findable")
