"""One source of matters to do, one module: `todo(session, who, now)` yields `web.todo.Todo`.

`rights` are what it takes to be asked at all; the session reaches only where all of them are held.
A source without rights is one's own affairs: it sees everything and must pick what is the person's.
"""
