"""What one person signs comes to its signed states on that signature: the database itself looks
for it, and when it was first signed stays as it was."""

from inventory.triggers import trigger


def signed_state(table: str, begun: str, *ends: str) -> None:
    """Register the triggers of a signed register's table, which has `revised` and `signed_at`: a
    row begins as `begun`; it comes to one of `ends` only when its present revision is signed
    (填报)."""
    told = f"{table}: signed only on a signature"
    states = ", ".join(f"'{one}'" for one in ends)
    hand = (
        "SELECT 1 FROM signature WHERE thing_id = NEW.id AND number = NEW.revised"
        " AND meaning = 'fill'"
    )
    wrong = (
        f"(NEW.state IN ({states}) AND OLD.state NOT IN ({states}) AND NOT EXISTS ({hand}))"
        " OR (OLD.signed_at IS NOT NULL AND"
        " (NEW.signed_at IS NULL OR NEW.signed_at <> OLD.signed_at))"
    )
    for event, cause in (("UPDATE", wrong), ("INSERT", f"NEW.state <> '{begun}'")):
        trigger(
            f"{table}_signed_{event.lower()}", table, event=event,
            sqlite=f"SELECT RAISE(ABORT, '{told}') WHERE {cause};",
            postgresql=f"IF {cause} THEN RAISE EXCEPTION '{told}' USING ERRCODE = '23000'; END IF;",
        )  # fmt: skip
