#include "pdu.h"

#include <string.h>

#include "mib.h"

#define HEADER_ROOM 160  /* more than the headers around the varbinds ever take */
#define MAX_VARBINDS 128 /* in one request */
#define MAX_NAME 128     /* bytes of one encoded OID */

enum { GET = 0xA0, GETNEXT = 0xA1, GETBULK = 0xA5 };
enum { NO_SUCH_INSTANCE = 0x81, END_OF_MIB_VIEW = 0x82, TOO_BIG = 1 };

/* One OID of a request. */
struct asked { struct reader name; struct place place; };

/* The varbinds of a reply, growing forwards until they have used up `room`. */
struct varbinds { uint8_t bytes[REPLY_LIMIT]; size_t length, room; uint32_t address; };

/* Put the name before the value in `w` and append both; false when they do not fit. */
static bool append(struct varbinds *list, struct writer *w, const uint8_t *name, size_t length)
{
    put_string(w, OID, name, length);
    wrap(w, SEQUENCE, w->end);
    if (written(w) > list->room - list->length)
        return false;
    memcpy(list->bytes + list->length, w->at, written(w));
    list->length += written(w);
    return true;
}

static bool append_row(struct varbinds *list, const struct row *row)
{
    uint8_t scratch[512];
    struct writer w = write_before(scratch + sizeof scratch);
    put_value(&w, row, list->address);
    return append(list, &w, row->name, row->length);
}

static bool append_exception(struct varbinds *list, const uint8_t *name, size_t length, uint8_t exception)
{
    uint8_t scratch[512];
    struct writer w = write_before(scratch + sizeof scratch);
    put_string(&w, exception, "", 0);
    return append(list, &w, name, length);
}

static bool append_exact(struct varbinds *list, const struct asked *asked)
{
    if (asked->place.exact)
        return append_row(list, row_at(asked->place.at));
    return append_exception(list, asked->name.at, left(&asked->name), NO_SUCH_INSTANCE);
}

/* The row that follows what was asked, or the one `steps` further on. */
static const struct row *next_row(const struct asked *asked, size_t steps)
{
    return row_at(asked->place.at + asked->place.exact + steps);
}

static bool append_next(struct varbinds *list, const struct asked *asked, size_t steps)
{
    const struct row *row = next_row(asked, steps);
    if (row)
        return append_row(list, row);
    if (next_row(asked, 0)) /* it has run out since: the last row is where it stands */
        return append_exception(list, last_row()->name, last_row()->length, END_OF_MIB_VIEW);
    return append_exception(list, asked->name.at, left(&asked->name), END_OF_MIB_VIEW);
}

/* RFC 3416 section 4.2.3: what does not fit is left out, and that is no error. A column that has
 * run out of rows repeats its endOfMibView until all have, which ends the reply. */
static void append_bulk(struct varbinds *list, const struct asked *asked, size_t count, size_t once, size_t repetitions)
{
    for (size_t i = 0; i < once && i < count; i++)
        if (!append_next(list, &asked[i], 0))
            return;
    bool more = true;
    for (size_t step = 0; step < repetitions && more; step++) {
        more = false;
        for (size_t i = once; i < count; i++) {
            if (!append_next(list, &asked[i], step))
                return;
            more |= next_row(&asked[i], step) != NULL;
        }
    }
}

static size_t take_asked(struct reader *pdu, struct asked *asked)
{
    size_t count = 0;
    struct reader list = take(pdu, SEQUENCE);
    while (left(&list) > 0 && count < MAX_VARBINDS && !pdu->bad) {
        struct reader varbind = take(&list, SEQUENCE);
        struct reader name = take(&varbind, OID);
        pdu->bad |= name.bad || left(&name) > MAX_NAME;
        asked[count++] = (struct asked){name, find(&name)};
    }
    pdu->bad |= left(&list) > 0;
    return count;
}

void put_pdu(struct writer *w, uint8_t type, int64_t id, int error, const void *varbinds, size_t length)
{
    const uint8_t *end = w->at;
    put_string(w, SEQUENCE, varbinds, length);
    put_integer(w, INTEGER, 0); /* error-index: tooBig names no varbind */
    put_integer(w, INTEGER, error);
    put_integer(w, INTEGER, id);
    wrap(w, type, end);
}

bool answer_pdu(struct reader *r, struct writer *w, uint32_t address)
{
    struct asked asked[MAX_VARBINDS];
    struct varbinds list = {.length = 0, .room = REPLY_LIMIT - HEADER_ROOM, .address = address};
    bool fits = true;
    uint8_t type = left(r) > 0 ? r->at[0] : 0;
    struct reader pdu = take(r, type);
    int64_t id = take_integer(&pdu);
    int64_t once = take_integer(&pdu);        /* of GETBULK; the error status in other PDUs */
    int64_t repetitions = take_integer(&pdu); /* of GETBULK; the error index in other PDUs */
    size_t count = take_asked(&pdu, asked);
    if (pdu.bad || once < 0 || repetitions < 0 || (type != GET && type != GETNEXT && type != GETBULK))
        return false;
    if (type == GETBULK)
        append_bulk(&list, asked, count, (size_t)once, (size_t)repetitions);
    for (size_t i = 0; type != GETBULK && fits && i < count; i++)
        fits = type == GET ? append_exact(&list, &asked[i]) : append_next(&list, &asked[i], 0);
    put_pdu(w, RESPONSE, id, fits ? 0 : TOO_BIG, list.bytes, fits ? list.length : 0);
    return true;
}
