"""Links into the lists and forms that other pages keep; "" while nobody offers them."""

from web.navigation import link


def listed(slug: str, **filters: str) -> str:
    """The list of a register, filtered as its own filter bar would do it."""
    return link("registers.index", slug=slug, **filters)


def edit_url(slug: str, row_id: str) -> str:
    return link("registers.edit", slug=slug, id=row_id)


def new_url(slug: str) -> str:
    return link("registers.new", slug=slug)
