/* The Basic Encoding Rules, as much of them as SNMP uses (RFC 3417 section 8). */
#ifndef BER_H
#define BER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    INTEGER = 0x02, OCTETS = 0x04, OID = 0x06, SEQUENCE = 0x30,
    COUNTER32 = 0x41, GAUGE32 = 0x42, TICKS = 0x43, COUNTER64 = 0x46,
};

/* `bad` sticks and spreads to what is taken out of a bad reader, so one check at the end will do. */
struct reader { uint8_t *at, *end; bool bad; };

/* BER puts lengths before contents, so a writer fills its buffer from the end backwards. */
struct writer { uint8_t *at, *end; };

size_t left(const struct reader *r);

/* Step over one element of the type `tag` and return a reader of its contents. */
struct reader take(struct reader *r, uint8_t tag);
int64_t take_integer(struct reader *r);

struct writer write_before(uint8_t *end);
size_t written(const struct writer *w);

/* Put the header in front of contents that reach from `w->at` to `end`. */
void wrap(struct writer *w, uint8_t tag, const uint8_t *end);
void put_string(struct writer *w, uint8_t tag, const void *bytes, size_t length);
void put_integer(struct writer *w, uint8_t tag, int64_t value);

#endif
