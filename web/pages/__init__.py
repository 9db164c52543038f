"""One module per page, found by glob: `bp` (a Flask blueprint) and, when listed, `nav`."""
