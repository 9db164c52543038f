/* What every device of the fleet holds: a 24-port Huawei switch, sorted by OID. */
#ifndef MIB_H
#define MIB_H

#include "ber.h"

#define STARTED_BEFORE 100000 /* seconds the devices claim to have run before the fleet started */

struct column;

/* `name` is the OID's contents as in a datagram: every reply repeats it, so it is encoded once. */
struct row { uint8_t name[32]; size_t length; const struct column *column; unsigned port; };

/* Where an OID falls: `at` is the first row that does not come before it, or the end. */
struct place { size_t at; bool exact; };

void fill_mib(void);
double uptime(void); /* seconds, what sysUpTime and snmpEngineTime say */
struct place find(const struct reader *oid);
const struct row *row_at(size_t place); /* NULL at the end and beyond */
const struct row *last_row(void);

/* `address` is the device that was asked, in network byte order. */
void put_value(struct writer *w, const struct row *row, uint32_t address);

#endif
