#define _POSIX_C_SOURCE 199309L /* clock_gettime */
#include "mib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PORTS 24

/* RISING grows by `number` a second on port 1, twice that on port 2 and so on: no two alike.
 * UPTIME counts `number` units a second. */
enum meaning { NUMBER, TEXT, PORT, MAC, NAME, RISING, UPTIME };

struct column { const char *oid; uint8_t tag; enum meaning meaning; int64_t number; const char *text; };

#define SYSTEM "1.3.6.1.2.1.1."
#define ENTITY "1.3.6.1.2.1.47.1.1.1.1."
#define ENGINE "1.3.6.1.6.3.10.2.1."
#define HUAWEI "1.3.6.1.4.1.2011.5.25.31.1.1.1.1."
#define CHASSIS ".67108867" /* entPhysicalIndex of an S57xx's chassis, where its sensors are */

static const struct column scalars[] = {
    {SYSTEM "1.0", OCTETS, TEXT, 0,
     "S5735-L24T4X-A1\r\nHuawei Versatile Routing Platform Software\r\n"
     "VRP (R) software, Version 5.170 (S5735 V200R021C00SPC600)"},
    /* 1.3.6.1.4.1.2011.2.23.774 */
    {SYSTEM "2.0", OID, TEXT, 0, "\x2b\x06\x01\x04\x01\x8f\x5b\x02\x17\x86\x06"},
    {SYSTEM "3.0", TICKS, UPTIME, 100, NULL},
    {SYSTEM "4.0", OCTETS, TEXT, 0, "operations"},
    {SYSTEM "5.0", OCTETS, NAME, 0, NULL},
    {SYSTEM "6.0", OCTETS, TEXT, 0, "machine room"},
    {SYSTEM "7.0", INTEGER, NUMBER, 78, NULL},
    {"1.3.6.1.2.1.2.1.0", INTEGER, NUMBER, PORTS, NULL},
    {ENTITY "2" CHASSIS, OCTETS, TEXT, 0, "Assembling Components-S5735-L24T4X-A1"},
    {ENTITY "5" CHASSIS, INTEGER, NUMBER, 3, NULL},
    {ENTITY "7" CHASSIS, OCTETS, TEXT, 0, "S5735-L24T4X-A1 0"},
    {ENTITY "10" CHASSIS, OCTETS, TEXT, 0, "Version 5.170 V200R021C00SPC600"},
    {ENTITY "11" CHASSIS, OCTETS, NAME, 0, NULL},
    {ENTITY "13" CHASSIS, OCTETS, TEXT, 0, "S5735-L24T4X-A1"},
    {ENGINE "2.0", INTEGER, NUMBER, 1, NULL},
    {ENGINE "3.0", INTEGER, UPTIME, 1, NULL},
    {HUAWEI "5" CHASSIS, INTEGER, NUMBER, 17, NULL},  /* hwEntityCpuUsage, percent */
    {HUAWEI "7" CHASSIS, INTEGER, NUMBER, 41, NULL},  /* hwEntityMemUsage, percent */
    {HUAWEI "11" CHASSIS, INTEGER, NUMBER, 44, NULL}, /* hwEntityTemperature, degrees Celsius */
};

#define IF "1.3.6.1.2.1.2.2.1."
#define IFX "1.3.6.1.2.1.31.1.1.1."

static const struct column port_columns[] = {
    {IF "1", INTEGER, PORT, 0, NULL},            {IF "2", OCTETS, TEXT, 0, "GigabitEthernet0/0/%u"},
    {IF "3", INTEGER, NUMBER, 6, NULL},          {IF "4", INTEGER, NUMBER, 1500, NULL},
    {IF "5", GAUGE32, NUMBER, 1000000000, NULL}, {IF "6", OCTETS, MAC, 0, NULL},
    {IF "7", INTEGER, NUMBER, 1, NULL},          {IF "8", INTEGER, NUMBER, 1, NULL},
    {IF "9", TICKS, NUMBER, 4200, NULL},         {IF "10", COUNTER32, RISING, 125000, NULL},
    {IF "11", COUNTER32, RISING, 200, NULL},     {IF "13", COUNTER32, RISING, 1, NULL},
    {IF "14", COUNTER32, RISING, 0, NULL},       {IF "15", COUNTER32, RISING, 0, NULL},
    {IF "16", COUNTER32, RISING, 62500, NULL},   {IF "17", COUNTER32, RISING, 100, NULL},
    {IF "19", COUNTER32, RISING, 0, NULL},       {IF "20", COUNTER32, RISING, 0, NULL},
    {IFX "1", OCTETS, TEXT, 0, "GigabitEthernet0/0/%u"},
    {IFX "2", COUNTER32, RISING, 5, NULL},       {IFX "3", COUNTER32, RISING, 3, NULL},
    {IFX "4", COUNTER32, RISING, 5, NULL},       {IFX "5", COUNTER32, RISING, 3, NULL},
    {IFX "6", COUNTER64, RISING, 125000, NULL},  {IFX "7", COUNTER64, RISING, 200, NULL},
    {IFX "8", COUNTER64, RISING, 5, NULL},       {IFX "9", COUNTER64, RISING, 3, NULL},
    {IFX "10", COUNTER64, RISING, 62500, NULL},  {IFX "11", COUNTER64, RISING, 100, NULL},
    {IFX "12", COUNTER64, RISING, 5, NULL},      {IFX "13", COUNTER64, RISING, 3, NULL},
    {IFX "14", INTEGER, NUMBER, 1, NULL},        {IFX "15", GAUGE32, NUMBER, 1000, NULL},
    {IFX "16", INTEGER, NUMBER, 2, NULL},        {IFX "17", INTEGER, NUMBER, 1, NULL},
    {IFX "18", OCTETS, TEXT, 0, "to town %u"},   {IFX "19", TICKS, NUMBER, 0, NULL},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROWS (COUNT(scalars) + COUNT(port_columns) * PORTS)

static struct row table[ROWS];
static double started;

static double clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double uptime(void) { return STARTED_BEFORE + clock_now() - started; }

static void put_part(struct writer *w, uint32_t part)
{
    *--w->at = part & 0x7F;
    while (part >>= 7)
        *--w->at = 0x80 | (part & 0x7F);
}

static void fill_row(struct row *row, const struct column *column, unsigned port)
{
    uint32_t parts[32] = {0};
    size_t count = 0;
    const char *text = column->oid;
    while (*text) {
        char *rest;
        parts[count++] = (uint32_t)strtoul(text, &rest, 10);
        text = *rest ? rest + 1 : rest;
    }
    if (port)
        parts[count++] = port;
    struct writer w = write_before(row->name + sizeof row->name);
    while (count > 2)
        put_part(&w, parts[--count]);
    put_part(&w, parts[0] * 40 + parts[1]);
    row->length = written(&w);
    memmove(row->name, w.at, row->length);
    row->column = column;
    row->port = port;
}

/* Order of two encoded OIDs. A number that takes more bytes is greater, whatever the bytes are. */
static int compare(const struct row *row, const uint8_t *b, size_t b_length)
{
    const uint8_t *a = row->name, *a_end = a + row->length, *b_end = b + b_length;
    while (a < a_end && b < b_end && *a == *b)
        a++, b++;
    if (a == a_end || b == b_end)
        return (b == b_end) - (a == a_end);
    int by_byte = *a < *b ? -1 : 1;
    while (*a & *b & 0x80 && a + 1 < a_end && b + 1 < b_end)
        a++, b++;
    bool a_goes_on = *a & 0x80, b_goes_on = *b & 0x80;
    return a_goes_on == b_goes_on ? by_byte : a_goes_on ? 1 : -1;
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *other = b;
    return compare(a, other->name, other->length);
}

void fill_mib(void)
{
    started = clock_now();
    struct row *row = table;
    for (size_t i = 0; i < COUNT(scalars); i++)
        fill_row(row++, &scalars[i], 0);
    for (size_t i = 0; i < COUNT(port_columns); i++)
        for (unsigned port = 1; port <= PORTS; port++)
            fill_row(row++, &port_columns[i], port);
    qsort(table, ROWS, sizeof table[0], compare_rows);
}

struct place find(const struct reader *oid)
{
    size_t low = 0, high = ROWS;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare(&table[middle], oid->at, left(oid)) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return (struct place){low, low < ROWS && compare(&table[low], oid->at, left(oid)) == 0};
}

const struct row *row_at(size_t place) { return place < ROWS ? &table[place] : NULL; }

const struct row *last_row(void) { return &table[ROWS - 1]; }

static int64_t number_of(const struct row *row)
{
    const struct column *column = row->column;
    if (column->meaning == PORT)
        return row->port;
    if (column->meaning == UPTIME)
        return (int64_t)(uptime() * (double)column->number);
    if (column->meaning == RISING) {
        int64_t count = (int64_t)((double)(column->number * row->port) * uptime());
        return column->tag == COUNTER32 ? count & UINT32_MAX : count;
    }
    return column->number;
}

void put_value(struct writer *w, const struct row *row, uint32_t address)
{
    const struct column *column = row->column;
    const uint8_t *ip = (const uint8_t *)&address;
    const uint8_t mac[] = {2, ip[1], ip[2], ip[3], 0, (uint8_t)row->port}; /* 2: locally made */
    char text[256];
    int length;

    switch (column->meaning) {
    case TEXT:
        length = snprintf(text, sizeof text, column->text, row->port);
        put_string(w, column->tag, text, (size_t)length);
        break;
    case NAME:
        length = snprintf(text, sizeof text, "fleet-%u-%u-%u-%u", ip[0], ip[1], ip[2], ip[3]);
        put_string(w, column->tag, text, (size_t)length);
        break;
    case MAC:
        put_string(w, column->tag, mac, sizeof mac);
        break;
    default:
        put_integer(w, column->tag, number_of(row));
    }
}
