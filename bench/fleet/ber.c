#include "ber.h"

#include <string.h>

size_t left(const struct reader *r) { return (size_t)(r->end - r->at); }

struct reader take(struct reader *r, uint8_t tag)
{
    size_t header = 2, length = 0;
    if (left(r) >= 4 && (r->at[1] == 0x81 || r->at[1] == 0x82))
        header = 2 + (r->at[1] & 0x0F);
    r->bad |= left(r) < header || r->at[0] != tag || (header == 2 && r->at[1] & 0x80);
    if (!r->bad && header == 2)
        length = r->at[1];
    else if (!r->bad)
        length = header == 3 ? r->at[2] : (size_t)(r->at[2] << 8 | r->at[3]);
    r->bad |= left(r) < header + length;
    if (r->bad)
        return (struct reader){r->end, r->end, true};
    r->at += header + length;
    return (struct reader){r->at - length, r->at, false};
}

int64_t take_integer(struct reader *r)
{
    struct reader digits = take(r, INTEGER);
    r->bad |= left(&digits) == 0 || left(&digits) > 8;
    if (r->bad)
        return 0;
    uint64_t value = digits.at[0] & 0x80 ? UINT64_MAX : 0;
    while (digits.at < digits.end)
        value = value << 8 | *digits.at++;
    return (int64_t)value;
}

struct writer write_before(uint8_t *end) { return (struct writer){end, end}; }

size_t written(const struct writer *w) { return (size_t)(w->end - w->at); }

static void put(struct writer *w, const void *bytes, size_t length)
{
    w->at -= length;
    memcpy(w->at, bytes, length);
}

void wrap(struct writer *w, uint8_t tag, const uint8_t *end)
{
    size_t length = (size_t)(end - w->at);
    if (length < 0x80)
        put(w, (uint8_t[]){tag, (uint8_t)length}, 2);
    else
        put(w, (uint8_t[]){tag, 0x82, (uint8_t)(length >> 8), (uint8_t)length}, 4);
}

void put_string(struct writer *w, uint8_t tag, const void *bytes, size_t length)
{
    const uint8_t *end = w->at;
    put(w, bytes, length);
    wrap(w, tag, end);
}

void put_integer(struct writer *w, uint8_t tag, int64_t value)
{
    const uint8_t *end = w->at;
    do { /* until what remains is only the sign, and the last byte shows that sign */
        *--w->at = (uint8_t)value;
        value >>= 8;
    } while (value != (*w->at & 0x80 ? -1 : 0));
    wrap(w, tag, end);
}
