/* SNMPv3 with the User-based Security Model: RFC 3414, RFC 7860 (SHA-2), RFC 3826 (AES). */
#ifndef USM_H
#define USM_H

#include "ber.h"

void fill_users(void);

/* `message` stands behind the version; `datagram` is where the whole began, and is changed. */
bool answer_v3(struct reader *message, uint8_t *datagram, struct writer *w, uint32_t address);

#endif
