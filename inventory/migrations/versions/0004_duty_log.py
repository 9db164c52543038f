"""The duty log, and what it is drafted from and signed with: the fourth schema."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SORT_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_calendar_day_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
    )
    with op.batch_alter_table("calendar_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_day_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_calendar_day_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_calendar_day_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_calendar_day", ["day"], unique=True)

    op.create_table(
        "fault_limit",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_fault_limit_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fault_limit")),
    )
    with op.batch_alter_table("fault_limit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fault_limit_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_fault_limit_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_fault_limit_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_fault_limit", ["centre_id"], unique=True)

    op.create_table(
        "log_dismissal",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("draft_key", sa.String(length=100), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_log_dismissal_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_dismissal")),
        sa.UniqueConstraint("draft_key", name=op.f("uq_log_dismissal_draft_key")),
    )
    with op.batch_alter_table("log_dismissal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_dismissal_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_log_dismissal_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_log_dismissal_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "log_phrase",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("section", sa.String(length=60), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_log_phrase_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_phrase")),
    )
    with op.batch_alter_table("log_phrase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_phrase_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_log_phrase_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_log_phrase_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "log_review",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("method", sa.String(length=60), nullable=False),
        sa.Column("result", sa.String(length=60), nullable=False),
        sa.Column("findings", sa.Text(), nullable=True),
        sa.Column("handled", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_log_review_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_review")),
    )
    with op.batch_alter_table("log_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_review_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_log_review_days", ["centre_id", "to_day", "from_day"], unique=False
        )
        batch_op.create_index(
            "ix_log_review_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_log_review_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "log_section",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("section", sa.String(length=60), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_log_section_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_section")),
    )
    with op.batch_alter_table("log_section", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_section_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_log_section_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_log_section_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_log_section", ["centre_id", "section"], unique=True)

    op.create_table(
        "meeting",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("chair", sa.String(length=80), nullable=False),
        sa.Column("attendees", sa.Text(), nullable=True),
        sa.Column("way", sa.String(length=60), nullable=True),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("minutes", sa.Text(), nullable=True),
        sa.Column("decisions", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_meeting_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_meeting_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_meeting_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("ix_meeting_year", ["centre_id", "held_on"], unique=False)

    op.create_table(
        "duty_roster",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("shift", sa.String(length=60), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_duty_roster_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_duty_roster_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_roster")),
    )
    with op.batch_alter_table("duty_roster", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_roster_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("ix_duty_roster_days", ["centre_id", "starts", "ends"], unique=False)
        batch_op.create_index(
            "ix_duty_roster_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_duty_roster_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_duty_roster_person_id"), ["person_id"], unique=False)

    op.create_table(
        "patrol",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("room_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary", sa.String(length=300), nullable=True),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
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
            name=op.f("fk_patrol_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_patrol_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol")),
    )
    with op.batch_alter_table("patrol", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_patrol_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_patrol_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_patrol_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("ix_patrol_room", ["room_id", "kind", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_patrol_room_id"), ["room_id"], unique=False)
        batch_op.create_index("uq_patrol_number", ["number"], unique=True)
        batch_op.create_index(
            "uq_patrol_open",
            ["room_id", "kind"],
            unique=True,
            sqlite_where=sa.text("state = 'open' AND retired_at IS NULL"),
            postgresql_where=sa.text("state = 'open' AND retired_at IS NULL"),
        )

    op.create_table(
        "patrol_item",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("cadence", sa.String(length=60), nullable=False),
        sa.Column("room_kind", sa.String(length=60), nullable=False),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("how", sa.String(length=200), nullable=True),
        sa.Column("article", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_patrol_item_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_patrol_item_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_item")),
    )
    with op.batch_alter_table("patrol_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_patrol_item_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_patrol_item_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_patrol_item_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_patrol_item_room_id"), ["room_id"], unique=False)
        batch_op.create_index("uq_patrol_item", ["centre_id", "cadence", "name"], unique=True)

    op.create_table(
        "shift_handover",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift", sa.String(length=60), nullable=False),
        sa.Column("giver_id", sa.String(length=26), nullable=True),
        sa.Column("taker_id", sa.String(length=26), nullable=True),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("problems", sa.Text(), nullable=True),
        sa.Column("unsigned", sa.Text(), nullable=True),
        sa.Column("due", sa.Text(), nullable=True),
        sa.Column("keys", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
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
            name=op.f("fk_shift_handover_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["giver_id"],
            ["person.id"],
            name=op.f("fk_shift_handover_giver_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["taker_id"],
            ["person.id"],
            name=op.f("fk_shift_handover_taker_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_handover")),
    )
    with op.batch_alter_table("shift_handover", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_shift_handover_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_shift_handover_giver_id"), ["giver_id"], unique=False)
        batch_op.create_index(
            "ix_shift_handover_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_shift_handover_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("ix_shift_handover_state", ["state", "taker_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_handover_taker_id"), ["taker_id"], unique=False)
        batch_op.create_index("uq_shift_handover_number", ["number"], unique=True)

    op.create_table(
        "log_day",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("people", sa.String(length=200), nullable=False),
        sa.Column("unsigned", sa.Text(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("wet_by_id", sa.String(length=26), nullable=True),
        sa.Column("wet_on", sa.Date(), nullable=True),
        sa.Column("wet_hash", sa.String(length=100), nullable=True),
        sa.Column("scan", sa.Text(), nullable=True),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_log_day_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["wet_by_id"],
            ["staff.id"],
            name=op.f("fk_log_day_wet_by_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_day")),
    )
    with op.batch_alter_table("log_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_day_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_log_day_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_log_day_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("ix_log_day_state", ["state", "day"], unique=False)
        batch_op.create_index(batch_op.f("ix_log_day_wet_by_id"), ["wet_by_id"], unique=False)
        batch_op.create_index("uq_log_day", ["centre_id", "day", "shift"], unique=True)

    op.create_table(
        "patrol_result",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("result", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("room_id", sa.String(length=26), nullable=False),
        sa.Column("patrol_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("done", sa.String(length=300), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("item_id", sa.String(length=26), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_patrol_result_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["patrol_item.id"],
            name=op.f("fk_patrol_result_item_id_patrol_item"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["patrol_id"],
            ["patrol.id"],
            name=op.f("fk_patrol_result_patrol_id_patrol"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_patrol_result_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_result")),
    )
    with op.batch_alter_table("patrol_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_patrol_result_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            "ix_patrol_result_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_patrol_result_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_patrol_result_patrol_id"), ["patrol_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_patrol_result_room_id"), ["room_id"], unique=False)
        batch_op.create_index("ix_patrol_result_state", ["centre_id", "state"], unique=False)
        batch_op.create_index("uq_patrol_result", ["patrol_id", "item_id"], unique=True)

    op.create_table(
        "log_draft",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("section", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("device_id", sa.String(length=26), nullable=True),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("thing_id", sa.String(length=26), nullable=False),
        sa.Column("by_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("upto", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_log_draft_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_log_draft_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_log_draft_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_draft")),
        sa.UniqueConstraint("key", name=op.f("uq_log_draft_key")),
    )
    with op.batch_alter_table("log_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_draft_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("ix_log_draft_open", ["centre_id", "state", "day"], unique=False)
        batch_op.create_index(batch_op.f("ix_log_draft_thing_id"), ["thing_id"], unique=False)

    op.create_table(
        "log_entry",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("section", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shift", sa.String(length=60), nullable=False),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("device_id", sa.String(length=26), nullable=True),
        sa.Column("solves_id", sa.String(length=26), nullable=True),
        sa.Column("way", sa.String(length=60), nullable=True),
        sa.Column("scanned", sa.String(length=60), nullable=True),
        sa.Column("encrypted", sa.String(length=60), nullable=True),
        sa.Column("blank", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_entry", sa.Boolean(), nullable=False),
        sa.Column("day_id", sa.String(length=26), nullable=True),
        sa.Column("author_id", sa.String(length=26), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("made_key", sa.String(length=40), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["person.id"],
            name=op.f("fk_log_entry_author_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_log_entry_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["day_id"],
            ["log_day.id"],
            name=op.f("fk_log_entry_day_id_log_day"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_log_entry_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_log_entry_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["solves_id"],
            ["log_entry.id"],
            name=op.f("fk_log_entry_solves_id_log_entry"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_entry")),
    )
    with op.batch_alter_table("log_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_entry_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("ix_log_entry_day", ["day_id", "author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_log_entry_day_id"), ["day_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_log_entry_device_id"), ["device_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_log_entry_equipment_id"), ["equipment_id"], unique=False
        )
        batch_op.create_index(
            "ix_log_entry_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_log_entry_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("ix_log_entry_occurred", ["centre_id", "occurred_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_log_entry_solves_id"), ["solves_id"], unique=False)
        batch_op.create_index(
            "uq_log_entry_made",
            ["author_id", "made_key"],
            unique=True,
            sqlite_where=sa.text("made_key <> ''"),
            postgresql_where=sa.text("made_key <> ''"),
        )
        batch_op.create_index("uq_log_entry_number", ["number"], unique=True)
        batch_op.create_index(
            "uq_log_entry_source",
            ["source"],
            unique=True,
            sqlite_where=sa.text("source <> ''"),
            postgresql_where=sa.text("source <> ''"),
        )

    op.create_table(
        "log_share",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("day_id", sa.String(length=26), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("blank", sa.Boolean(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author_id", sa.String(length=26), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["person.id"],
            name=op.f("fk_log_share_author_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_log_share_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["day_id"],
            ["log_day.id"],
            name=op.f("fk_log_share_day_id_log_day"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_share")),
    )
    with op.batch_alter_table("log_share", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_share_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_log_share_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_log_share_day_id"), ["day_id"], unique=False)
        batch_op.create_index(
            "ix_log_share_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_log_share_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_log_share", ["day_id", "author_id"], unique=True)

    op.create_table(
        "error_record",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("object", sa.String(length=300), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("right", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("found_by", sa.String(length=60), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("log_entry_id", sa.String(length=26), nullable=True),
        sa.Column("log_day_id", sa.String(length=26), nullable=True),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("filled_by_id", sa.String(length=26), nullable=True),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by_id", sa.String(length=26), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
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
            name=op.f("fk_error_record_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["checked_by_id"],
            ["person.id"],
            name=op.f("fk_error_record_checked_by_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["filled_by_id"],
            ["person.id"],
            name=op.f("fk_error_record_filled_by_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["log_day_id"],
            ["log_day.id"],
            name=op.f("fk_error_record_log_day_id_log_day"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["log_entry_id"],
            ["log_entry.id"],
            name=op.f("fk_error_record_log_entry_id_log_entry"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_error_record")),
    )
    with op.batch_alter_table("error_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_error_record_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_error_record_checked_by_id"), ["checked_by_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_error_record_filled_by_id"), ["filled_by_id"], unique=False
        )
        batch_op.create_index(
            "ix_error_record_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_error_record_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_error_record_log_day_id"), ["log_day_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_error_record_log_entry_id"), ["log_entry_id"], unique=False
        )
        batch_op.create_index("ix_error_record_state", ["centre_id", "state"], unique=False)
        batch_op.create_index("uq_error_record_number", ["number"], unique=True)

    op.create_table(
        "fault",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("phenomenon", sa.String(length=300), nullable=False),
        sa.Column("severity", sa.String(length=60), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_how", sa.String(length=60), nullable=False),
        sa.Column("finder_id", sa.String(length=26), nullable=True),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=True),
        sa.Column("equipment_id", sa.String(length=26), nullable=True),
        sa.Column("room_id", sa.String(length=26), nullable=True),
        sa.Column("impact", sa.Text(), nullable=True),
        sa.Column("cause_kind", sa.String(length=60), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("process", sa.Text(), nullable=True),
        sa.Column("participants", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("diagnosis", sa.Text(), nullable=True),
        sa.Column("repair_id", sa.String(length=26), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.String(length=200), nullable=True),
        sa.Column("escalated_to", sa.String(length=80), nullable=True),
        sa.Column("upper_person", sa.String(length=60), nullable=True),
        sa.Column("upper_way", sa.String(length=60), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.String(length=60), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("close_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("log_entry_id", sa.String(length=26), nullable=True),
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
            name=op.f("fk_fault_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_fault_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_fault_equipment_id_equipment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["finder_id"],
            ["staff.id"],
            name=op.f("fk_fault_finder_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["log_entry_id"],
            ["log_entry.id"],
            name=op.f("fk_fault_log_entry_id_log_entry"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["repair_id"],
            ["repair.id"],
            name=op.f("fk_fault_repair_id_repair"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
            name=op.f("fk_fault_room_id_room"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fault")),
    )
    with op.batch_alter_table("fault", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fault_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fault_device_id"), ["device_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fault_equipment_id"), ["equipment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fault_finder_id"), ["finder_id"], unique=False)
        batch_op.create_index(
            "ix_fault_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_fault_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_fault_log_entry_id"), ["log_entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fault_repair_id"), ["repair_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fault_room_id"), ["room_id"], unique=False)
        batch_op.create_index("ix_fault_state", ["centre_id", "state"], unique=False)
        batch_op.create_index("uq_fault_number", ["number"], unique=True)

    op.create_table(
        "fault_member",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("fault_id", sa.String(length=26), nullable=False),
        sa.Column("staff_id", sa.String(length=26), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_fault_member_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["fault_id"],
            ["fault.id"],
            name=op.f("fk_fault_member_fault_id_fault"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_fault_member_staff_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fault_member")),
    )
    with op.batch_alter_table("fault_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fault_member_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fault_member_fault_id"), ["fault_id"], unique=False)
        batch_op.create_index(
            "ix_fault_member_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_fault_member_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_fault_member_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "fault_step",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("fault_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("who_id", sa.String(length=26), nullable=True),
        sa.Column("who", sa.String(length=60), nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_fault_step_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["fault_id"],
            ["fault.id"],
            name=op.f("fk_fault_step_fault_id_fault"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["who_id"],
            ["staff.id"],
            name=op.f("fk_fault_step_who_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fault_step")),
    )
    with op.batch_alter_table("fault_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fault_step_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fault_step_fault_id"), ["fault_id"], unique=False)
        batch_op.create_index(
            "ix_fault_step_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_fault_step_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_fault_step_who_id"), ["who_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("fault_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fault_step_who_id"))
        batch_op.drop_index(
            "ix_fault_step_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_fault_step_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_fault_step_fault_id"))
        batch_op.drop_index(batch_op.f("ix_fault_step_centre_id"))

    op.drop_table("fault_step")
    with op.batch_alter_table("fault_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fault_member_staff_id"))
        batch_op.drop_index(
            "ix_fault_member_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_fault_member_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_fault_member_fault_id"))
        batch_op.drop_index(batch_op.f("ix_fault_member_centre_id"))

    op.drop_table("fault_member")
    with op.batch_alter_table("fault", schema=None) as batch_op:
        batch_op.drop_index("uq_fault_number")
        batch_op.drop_index("ix_fault_state")
        batch_op.drop_index(batch_op.f("ix_fault_room_id"))
        batch_op.drop_index(batch_op.f("ix_fault_repair_id"))
        batch_op.drop_index(batch_op.f("ix_fault_log_entry_id"))
        batch_op.drop_index(
            "ix_fault_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_fault_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_fault_finder_id"))
        batch_op.drop_index(batch_op.f("ix_fault_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_fault_device_id"))
        batch_op.drop_index(batch_op.f("ix_fault_centre_id"))

    op.drop_table("fault")
    with op.batch_alter_table("error_record", schema=None) as batch_op:
        batch_op.drop_index("uq_error_record_number")
        batch_op.drop_index("ix_error_record_state")
        batch_op.drop_index(batch_op.f("ix_error_record_log_entry_id"))
        batch_op.drop_index(batch_op.f("ix_error_record_log_day_id"))
        batch_op.drop_index(
            "ix_error_record_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_error_record_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_error_record_filled_by_id"))
        batch_op.drop_index(batch_op.f("ix_error_record_checked_by_id"))
        batch_op.drop_index(batch_op.f("ix_error_record_centre_id"))

    op.drop_table("error_record")
    with op.batch_alter_table("log_share", schema=None) as batch_op:
        batch_op.drop_index("uq_log_share")
        batch_op.drop_index(
            "ix_log_share_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_log_share_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_log_share_day_id"))
        batch_op.drop_index(batch_op.f("ix_log_share_centre_id"))
        batch_op.drop_index(batch_op.f("ix_log_share_author_id"))

    op.drop_table("log_share")
    with op.batch_alter_table("log_entry", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_log_entry_source",
            sqlite_where=sa.text("source <> ''"),
            postgresql_where=sa.text("source <> ''"),
        )
        batch_op.drop_index("uq_log_entry_number")
        batch_op.drop_index(
            "uq_log_entry_made",
            sqlite_where=sa.text("made_key <> ''"),
            postgresql_where=sa.text("made_key <> ''"),
        )
        batch_op.drop_index(batch_op.f("ix_log_entry_solves_id"))
        batch_op.drop_index("ix_log_entry_occurred")
        batch_op.drop_index(
            "ix_log_entry_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_log_entry_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_log_entry_equipment_id"))
        batch_op.drop_index(batch_op.f("ix_log_entry_device_id"))
        batch_op.drop_index(batch_op.f("ix_log_entry_day_id"))
        batch_op.drop_index("ix_log_entry_day")
        batch_op.drop_index(batch_op.f("ix_log_entry_centre_id"))

    op.drop_table("log_entry")
    with op.batch_alter_table("log_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_log_draft_thing_id"))
        batch_op.drop_index("ix_log_draft_open")
        batch_op.drop_index(batch_op.f("ix_log_draft_centre_id"))

    op.drop_table("log_draft")
    with op.batch_alter_table("patrol_result", schema=None) as batch_op:
        batch_op.drop_index("uq_patrol_result")
        batch_op.drop_index("ix_patrol_result_state")
        batch_op.drop_index(batch_op.f("ix_patrol_result_room_id"))
        batch_op.drop_index(batch_op.f("ix_patrol_result_patrol_id"))
        batch_op.drop_index(
            "ix_patrol_result_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_patrol_result_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_patrol_result_centre_id"))

    op.drop_table("patrol_result")
    with op.batch_alter_table("log_day", schema=None) as batch_op:
        batch_op.drop_index("uq_log_day")
        batch_op.drop_index(batch_op.f("ix_log_day_wet_by_id"))
        batch_op.drop_index("ix_log_day_state")
        batch_op.drop_index(
            "ix_log_day_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_log_day_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_log_day_centre_id"))

    op.drop_table("log_day")
    with op.batch_alter_table("shift_handover", schema=None) as batch_op:
        batch_op.drop_index("uq_shift_handover_number")
        batch_op.drop_index(batch_op.f("ix_shift_handover_taker_id"))
        batch_op.drop_index("ix_shift_handover_state")
        batch_op.drop_index(
            "ix_shift_handover_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_shift_handover_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_shift_handover_giver_id"))
        batch_op.drop_index(batch_op.f("ix_shift_handover_centre_id"))

    op.drop_table("shift_handover")
    with op.batch_alter_table("patrol_item", schema=None) as batch_op:
        batch_op.drop_index("uq_patrol_item")
        batch_op.drop_index(batch_op.f("ix_patrol_item_room_id"))
        batch_op.drop_index(
            "ix_patrol_item_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_patrol_item_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_patrol_item_centre_id"))

    op.drop_table("patrol_item")
    with op.batch_alter_table("patrol", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_patrol_open",
            sqlite_where=sa.text("state = 'open' AND retired_at IS NULL"),
            postgresql_where=sa.text("state = 'open' AND retired_at IS NULL"),
        )
        batch_op.drop_index("uq_patrol_number")
        batch_op.drop_index(batch_op.f("ix_patrol_room_id"))
        batch_op.drop_index("ix_patrol_room")
        batch_op.drop_index(
            "ix_patrol_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_patrol_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_patrol_centre_id"))

    op.drop_table("patrol")
    with op.batch_alter_table("duty_roster", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_roster_person_id"))
        batch_op.drop_index(
            "ix_duty_roster_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_duty_roster_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_duty_roster_days")
        batch_op.drop_index(batch_op.f("ix_duty_roster_centre_id"))

    op.drop_table("duty_roster")
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_index("ix_meeting_year")
        batch_op.drop_index(
            "ix_meeting_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_meeting_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_meeting_centre_id"))

    op.drop_table("meeting")
    with op.batch_alter_table("log_section", schema=None) as batch_op:
        batch_op.drop_index("uq_log_section")
        batch_op.drop_index(
            "ix_log_section_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_log_section_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_log_section_centre_id"))

    op.drop_table("log_section")
    with op.batch_alter_table("log_review", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_log_review_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_log_review_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_log_review_days")
        batch_op.drop_index(batch_op.f("ix_log_review_centre_id"))

    op.drop_table("log_review")
    with op.batch_alter_table("log_phrase", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_log_phrase_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_log_phrase_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_log_phrase_centre_id"))

    op.drop_table("log_phrase")
    with op.batch_alter_table("log_dismissal", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_log_dismissal_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_log_dismissal_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_log_dismissal_centre_id"))

    op.drop_table("log_dismissal")
    with op.batch_alter_table("fault_limit", schema=None) as batch_op:
        batch_op.drop_index("uq_fault_limit")
        batch_op.drop_index(
            "ix_fault_limit_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_fault_limit_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_fault_limit_centre_id"))

    op.drop_table("fault_limit")
    with op.batch_alter_table("calendar_day", schema=None) as batch_op:
        batch_op.drop_index("uq_calendar_day")
        batch_op.drop_index(
            "ix_calendar_day_in_order",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_calendar_day_gone",
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_calendar_day_centre_id"))

    op.drop_table("calendar_day")
