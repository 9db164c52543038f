"""People, rights, approvals, signatures, notices, visitors: the second schema."""

import sqlalchemy as sa
from alembic import op

from inventory.migrations import carry_over

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SORT_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "login_try",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_try")),
    )
    with op.batch_alter_table("login_try", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_try_last_at"), ["last_at"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("thing", sa.String(length=60), nullable=False),
        sa.Column("thing_id", sa.String(length=26), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=26), nullable=False),
        sa.Column("added_name", sa.String(length=80), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_attachment_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("ix_attachment_thing", ["thing_id", "thing"], unique=False)

    op.create_table(
        "channel",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("host", sa.String(length=200), nullable=True),
        sa.Column("port", sa.Integer(), nullable=True),
        sa.Column("security", sa.String(length=60), nullable=False),
        sa.Column("user", sa.String(length=100), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("sender", sa.String(length=200), nullable=True),
        sa.Column("url", sa.String(length=500), nullable=True),
        sa.Column("url_query", sa.Text(), nullable=True),
        sa.Column("signing", sa.Text(), nullable=True),
        sa.Column("program", sa.String(length=60), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_channel_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
    )
    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_channel_centre_id"), ["centre_id"], unique=False)

    op.create_table(
        "policy",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("small_centre", sa.Boolean(), nullable=False),
        sa.Column("small_reason", sa.Text(), nullable=True),
        sa.Column("small_until", sa.Date(), nullable=True),
        sa.Column("password_length", sa.Integer(), nullable=False),
        sa.Column("password_classes", sa.Integer(), nullable=False),
        sa.Column("password_days", sa.Integer(), nullable=False),
        sa.Column("password_history", sa.Integer(), nullable=False),
        sa.Column("lock_failures", sa.Integer(), nullable=False),
        sa.Column("lock_minutes", sa.Integer(), nullable=False),
        sa.Column("address_failures", sa.Integer(), nullable=False),
        sa.Column("idle_minutes", sa.Integer(), nullable=False),
        sa.Column("absolute_hours", sa.Integer(), nullable=False),
        sa.Column("totp_required", sa.Boolean(), nullable=False),
        sa.Column("totp_deferred_until", sa.Date(), nullable=True),
        sa.Column("admin_addresses", sa.String(length=200), nullable=True),
        sa.Column("kept_days", sa.Integer(), nullable=False),
        sa.Column("secret_days", sa.Integer(), nullable=False),
        sa.Column("undertaking_days", sa.Integer(), nullable=False),
        sa.Column("export_consent", sa.Boolean(), nullable=False),
        sa.Column("review_hours", sa.Integer(), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("kept_days >= 184", name=op.f("ck_policy_six_months")),
        sa.CheckConstraint("password_length > 8", name=op.f("ck_policy_article_118")),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_policy_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
    )
    with op.batch_alter_table("policy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_policy_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("uq_policy_name", ["name"], unique=True)

    op.create_table(
        "revision",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("thing", sa.String(length=60), nullable=False),
        sa.Column("thing_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("replaces_id", sa.String(length=26), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("by_id", sa.String(length=26), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_revision_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"],
            ["revision.id"],
            name=op.f("fk_revision_replaces_id_revision"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("ix_revision_thing_id", ["thing_id"], unique=False)
        batch_op.create_index("uq_revision_number", ["thing", "thing_id", "number"], unique=True)

    op.create_table(
        "undertaking",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("heading", sa.String(length=120), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
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
            name=op.f("fk_undertaking_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undertaking")),
    )
    with op.batch_alter_table("undertaking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_undertaking_centre_id"), ["centre_id"], unique=False)

    op.create_table(
        "api_token",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("told", sa.String(length=200), nullable=False),
        sa.Column("expires", sa.Date(), nullable=False),
        sa.Column("rights", sa.String(length=100), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_api_token_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_api_token_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_api_token_person_id"), ["person_id"], unique=False)

    op.create_table(
        "approval",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_name", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_name", sa.String(length=200), nullable=False),
        sa.Column("on_behalf", sa.String(length=80), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("good", sa.Boolean(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("thing", sa.String(length=60), nullable=False),
        sa.Column("thing_id", sa.String(length=26), nullable=False),
        sa.Column("revision_id", sa.String(length=26), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("right", sa.String(length=40), nullable=False),
        sa.Column("about_id", sa.String(length=26), nullable=False),
        sa.Column("asked_by", sa.String(length=26), nullable=False),
        sa.Column("decided_by", sa.String(length=26), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["person.id"],
            name=op.f("fk_approval_asked_by_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_approval_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["person.id"],
            name=op.f("fk_approval_decided_by_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revision.id"],
            name=op.f("fk_approval_revision_id_revision"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_asked_by"), ["asked_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_approval_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("ix_approval_state", ["state", "right"], unique=False)
        batch_op.create_index(batch_op.f("ix_approval_thing_id"), ["thing_id"], unique=False)

    op.create_table(
        "credential_state",
        sa.Column("credential_id", sa.String(length=26), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("weak", sa.JSON(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_credential_state_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credential.id"],
            name=op.f("fk_credential_state_credential_id_credential"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_credential_state")),
    )
    with op.batch_alter_table("credential_state", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_credential_state_centre_id"), ["centre_id"], unique=False
        )

    op.create_table(
        "delegation",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("giver_id", sa.String(length=26), nullable=False),
        sa.Column("taker_id", sa.String(length=26), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_delegation_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["giver_id"],
            ["person.id"],
            name=op.f("fk_delegation_giver_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["taker_id"],
            ["person.id"],
            name=op.f("fk_delegation_taker_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegation_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegation_giver_id"), ["giver_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegation_taker_id"), ["taker_id"], unique=False)

    op.create_table(
        "factor_state",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_factor_state_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_factor_state")),
    )
    op.create_table(
        "login_session",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("factor", sa.String(length=10), nullable=False),
        sa.Column("rights", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.String(length=10), nullable=False),
        sa.Column("pending", sa.Text(), nullable=True),
        sa.Column("challenge", sa.String(length=100), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_login_session_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_login_session_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_session_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_login_session_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_login_session_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=True),
        sa.Column("right", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_notice_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_notice_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_key"), ["key"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_made_at"), ["made_at"], unique=False)

    op.create_table(
        "notice_wish",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("digest_at", sa.String(length=5), nullable=False),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_notice_wish_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_notice_wish_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_wish")),
        sa.UniqueConstraint("person_id", name=op.f("uq_notice_wish_person_id")),
    )
    with op.batch_alter_table("notice_wish", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_wish_centre_id"), ["centre_id"], unique=False)

    op.create_table(
        "opened",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("thing", sa.String(length=60), nullable=False),
        sa.Column("thing_id", sa.String(length=26), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_opened_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_opened_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("person_id", "thing", "thing_id", name=op.f("pk_opened")),
    )
    with op.batch_alter_table("opened", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opened_centre_id"), ["centre_id"], unique=False)

    op.create_table(
        "export_request",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("book", sa.String(length=60), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("asker_id", sa.String(length=26), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_export_request_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["asker_id"],
            ["person.id"],
            name=op.f("fk_export_request_asker_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_request")),
    )
    with op.batch_alter_table("export_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_request_asker_id"), ["asker_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_export_request_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(
            "ix_export_request_gone",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_export_request_in_order",
            ["sort_key", "id", "centre_id"],
            unique=False,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "phone_reset",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_phone_reset_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_phone_reset_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_reset")),
    )
    with op.batch_alter_table("phone_reset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phone_reset_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_phone_reset_person_id"), ["person_id"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_recovery_code_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_recovery_code")),
    )
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_code_person_id"), ["person_id"], unique=False)

    op.create_table(
        "rotation",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("credential_id", sa.String(length=26), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("hand", sa.String(length=80), nullable=False),
        sa.Column("result", sa.String(length=200), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("community", sa.Text(), nullable=True),
        sa.Column("auth_secret", sa.Text(), nullable=True),
        sa.Column("priv_secret", sa.Text(), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("enable", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("sort_key", SORT_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_rotation_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credential.id"],
            name=op.f("fk_rotation_credential_id_credential"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation")),
    )
    with op.batch_alter_table("rotation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rotation_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_rotation_credential_id"), ["credential_id"], unique=False
        )
        batch_op.create_index(
            "uq_rotation_staged",
            ["credential_id"],
            unique=True,
            sqlite_where=sa.text("state = 'staged'"),
            postgresql_where=sa.text("state = 'staged'"),
        )

    op.create_table(
        "secret_use",
        sa.Column("credential_id", sa.String(length=26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_secret_use_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credential.id"],
            name=op.f("fk_secret_use_credential_id_credential"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("credential_id", "day", "purpose", name=op.f("pk_secret_use")),
    )
    with op.batch_alter_table("secret_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_secret_use_centre_id"), ["centre_id"], unique=False)

    op.create_table(
        "security_key",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.String(length=2000), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_security_key_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_key")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_security_key_credential_id")),
    )
    with op.batch_alter_table("security_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_security_key_person_id"), ["person_id"], unique=False)

    op.create_table(
        "signature",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("revision_id", sa.String(length=26), nullable=False),
        sa.Column("thing", sa.String(length=60), nullable=False),
        sa.Column("thing_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("meaning", sa.String(length=20), nullable=False),
        sa.Column("approval_id", sa.String(length=26), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("signer_id", sa.String(length=26), nullable=False),
        sa.Column("signer_name", sa.String(length=80), nullable=False),
        sa.Column("roles", sa.String(length=200), nullable=False),
        sa.Column("on_behalf", sa.String(length=80), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_signature_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revision.id"],
            name=op.f("fk_signature_revision_id_revision"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["signer_id"],
            ["person.id"],
            name=op.f("fk_signature_signer_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
    )
    with op.batch_alter_table("signature", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signature_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signature_revision_id"), ["revision_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signature_signer_id"), ["signer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signature_thing_id"), ["thing_id"], unique=False)
        batch_op.create_index(
            "uq_signature_once",
            ["revision_id", "meaning", "signer_id", "approval_id", "round"],
            unique=True,
        )

    op.create_table(
        "visit",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("visitor", sa.String(length=80), nullable=False),
        sa.Column("planned_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("employer", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("escort_id", sa.String(length=26), nullable=True),
        sa.Column("carried_in", sa.Text(), nullable=True),
        sa.Column("equipment", sa.Text(), nullable=True),
        sa.Column("letter_no", sa.String(length=80), nullable=True),
        sa.Column("letter_files", sa.Text(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entry_noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exit_noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Text(), nullable=True),
        sa.Column("carried_out", sa.Text(), nullable=True),
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
            name=op.f("fk_visit_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["escort_id"],
            ["person.id"],
            name=op.f("fk_visit_escort_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_escort_id"), ["escort_id"], unique=False)
        batch_op.create_index("ix_visit_state", ["state"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("notice_id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("channel_id", sa.String(length=26), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_delivery_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channel.id"],
            name=op.f("fk_delivery_channel_id_channel"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["notice.id"],
            name=op.f("fk_delivery_notice_id_notice"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_delivery_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("ix_delivery_due", ["state", "next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_delivery_once", ["notice_id", "person_id", "channel_id"], unique=True
        )

    op.create_table(
        "notice_receipt",
        sa.Column("notice_id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned", sa.Boolean(), nullable=False),
        sa.Column("centre_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_notice_receipt_centre_id_centre"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["notice.id"],
            name=op.f("fk_notice_receipt_notice_id_notice"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_notice_receipt_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("notice_id", "person_id", name=op.f("pk_notice_receipt")),
    )
    with op.batch_alter_table("notice_receipt", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_notice_receipt_centre_id"), ["centre_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_notice_receipt_planned"), ["planned"], unique=False)
        batch_op.create_index("ix_notice_receipt_unread", ["person_id", "read_at"], unique=False)

    op.create_table(
        "token_use",
        sa.Column("token_id", sa.String(length=26), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_id"],
            ["api_token.id"],
            name=op.f("fk_token_use_token_id_api_token"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_token_use")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("sm3", sa.String(length=64), nullable=False, server_default="")
        )

    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.add_column(sa.Column("days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("set_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("revised", sa.Integer(), nullable=False, server_default="0"))

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("employer", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("email", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("mobile", sa.String(length=16), nullable=True))
        batch_op.add_column(
            sa.Column("password_past", sa.String(length=4000), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("totp_secret", sa.Text(), nullable=True))
    carry_over.grants(op.get_bind())


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("totp_secret")
        batch_op.drop_column("password_past")
        batch_op.drop_column("mobile")
        batch_op.drop_column("email")
        batch_op.drop_column("employer")

    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.drop_column("revised")
        batch_op.drop_column("lapses_at")
        batch_op.drop_column("agreed_at")

    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.drop_column("set_at")
        batch_op.drop_column("days")

    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_column("sm3")

    op.drop_table("token_use")
    with op.batch_alter_table("notice_receipt", schema=None) as batch_op:
        batch_op.drop_index("ix_notice_receipt_unread")
        batch_op.drop_index(batch_op.f("ix_notice_receipt_planned"))
        batch_op.drop_index(batch_op.f("ix_notice_receipt_centre_id"))

    op.drop_table("notice_receipt")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("uq_delivery_once")
        batch_op.drop_index(batch_op.f("ix_delivery_person_id"))
        batch_op.drop_index("ix_delivery_due")
        batch_op.drop_index(batch_op.f("ix_delivery_centre_id"))

    op.drop_table("delivery")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_state")
        batch_op.drop_index(batch_op.f("ix_visit_escort_id"))
        batch_op.drop_index(batch_op.f("ix_visit_centre_id"))

    op.drop_table("visit")
    with op.batch_alter_table("signature", schema=None) as batch_op:
        batch_op.drop_index("uq_signature_once")
        batch_op.drop_index(batch_op.f("ix_signature_thing_id"))
        batch_op.drop_index(batch_op.f("ix_signature_signer_id"))
        batch_op.drop_index(batch_op.f("ix_signature_revision_id"))
        batch_op.drop_index(batch_op.f("ix_signature_centre_id"))

    op.drop_table("signature")
    with op.batch_alter_table("security_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_security_key_person_id"))

    op.drop_table("security_key")
    with op.batch_alter_table("secret_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_secret_use_centre_id"))

    op.drop_table("secret_use")
    with op.batch_alter_table("rotation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_rotation_staged",
            sqlite_where=sa.text("state = 'staged'"),
            postgresql_where=sa.text("state = 'staged'"),
        )
        batch_op.drop_index(batch_op.f("ix_rotation_credential_id"))
        batch_op.drop_index(batch_op.f("ix_rotation_centre_id"))

    op.drop_table("rotation")
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_code_person_id"))

    op.drop_table("recovery_code")
    with op.batch_alter_table("phone_reset", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_phone_reset_person_id"))
        batch_op.drop_index(batch_op.f("ix_phone_reset_centre_id"))

    op.drop_table("phone_reset")
    with op.batch_alter_table("export_request", schema=None) as batch_op:
        batch_op.drop_index("ix_export_request_in_order")
        batch_op.drop_index("ix_export_request_gone")
        batch_op.drop_index(batch_op.f("ix_export_request_centre_id"))
        batch_op.drop_index(batch_op.f("ix_export_request_asker_id"))

    op.drop_table("export_request")
    with op.batch_alter_table("opened", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opened_centre_id"))

    op.drop_table("opened")
    with op.batch_alter_table("notice_wish", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_wish_centre_id"))

    op.drop_table("notice_wish")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_made_at"))
        batch_op.drop_index(batch_op.f("ix_notice_key"))
        batch_op.drop_index(batch_op.f("ix_notice_centre_id"))

    op.drop_table("notice")
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_seen_at"))
        batch_op.drop_index(batch_op.f("ix_login_session_person_id"))
        batch_op.drop_index(batch_op.f("ix_login_session_centre_id"))

    op.drop_table("login_session")
    op.drop_table("factor_state")
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delegation_taker_id"))
        batch_op.drop_index(batch_op.f("ix_delegation_giver_id"))
        batch_op.drop_index(batch_op.f("ix_delegation_centre_id"))

    op.drop_table("delegation")
    with op.batch_alter_table("credential_state", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credential_state_centre_id"))

    op.drop_table("credential_state")
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approval_thing_id"))
        batch_op.drop_index("ix_approval_state")
        batch_op.drop_index(batch_op.f("ix_approval_centre_id"))
        batch_op.drop_index(batch_op.f("ix_approval_asked_by"))

    op.drop_table("approval")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_person_id"))
        batch_op.drop_index(batch_op.f("ix_api_token_centre_id"))

    op.drop_table("api_token")
    with op.batch_alter_table("undertaking", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_undertaking_centre_id"))

    op.drop_table("undertaking")
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_index("uq_revision_number")
        batch_op.drop_index("ix_revision_thing_id")
        batch_op.drop_index(batch_op.f("ix_revision_centre_id"))

    op.drop_table("revision")
    with op.batch_alter_table("policy", schema=None) as batch_op:
        batch_op.drop_index("uq_policy_name")
        batch_op.drop_index(batch_op.f("ix_policy_centre_id"))

    op.drop_table("policy")
    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_channel_centre_id"))

    op.drop_table("channel")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index("ix_attachment_thing")
        batch_op.drop_index(batch_op.f("ix_attachment_centre_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("login_try", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_try_last_at"))

    op.drop_table("login_try")
