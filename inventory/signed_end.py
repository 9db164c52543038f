"""A paper that two people sign ends on both signatures: the database itself looks for them."""

from inventory.triggers import trigger


def signed_end(table: str, begun: str, end: str, hands: tuple[str, str]) -> None:
    """Register the triggers of a signed paper's table: a row begins as `begun`; it comes to `end`
    only when its present revision bears both meanings (`hands`), by two people; it stays there."""
    told = f"{table}: {end} only on the signatures of two"
    both = (
        "SELECT 1 FROM signature AS one JOIN signature AS other ON other.thing_id = one.thing_id"
        " AND other.number = one.number AND other.signer_id <> one.signer_id"
        f" WHERE one.thing_id = NEW.id AND one.number = NEW.revised AND one.meaning = '{hands[0]}'"
        f" AND other.meaning = '{hands[1]}'"
    )
    wrong = (
        f"(OLD.state = '{end}' AND NEW.state <> '{end}') OR"
        f" (OLD.state <> '{end}' AND NEW.state = '{end}' AND NOT EXISTS ({both}))"
    )
    for event, cause in (("UPDATE", wrong), ("INSERT", f"NEW.state <> '{begun}'")):
        trigger(
            f"{table}_end_{event.lower()}", table, event=event,
            sqlite=f"SELECT RAISE(ABORT, '{told}') WHERE {cause};",
            postgresql=f"IF {cause} THEN RAISE EXCEPTION '{told}' USING ERRCODE = '23000'; END IF;",
        )  # fmt: skip
