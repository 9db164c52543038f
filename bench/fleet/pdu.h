/* Requests and responses of RFC 3416: GET, GETNEXT and GETBULK over the table of mib.h. */
#ifndef PDU_H
#define PDU_H

#include "ber.h"

#define REPLY_LIMIT 1400 /* what real switches send: one Ethernet frame, never fragments */

enum { RESPONSE = 0xA2, REPORT = 0xA8 };

void put_pdu(struct writer *w, uint8_t type, int64_t id, int error, const void *varbinds, size_t length);

/* Write the response to the PDU in `r`; false when it is nothing we understand. */
bool answer_pdu(struct reader *r, struct writer *w, uint32_t address);

#endif
