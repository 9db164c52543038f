/* A fleet of simulated switches in one process, for measuring SNMP clients.
 *
 *   fleet PORT          (0: any free port; the first line printed is "port N")
 *
 * Every address 127.x.y.z is a device of its own: the answer comes from the address that was
 * asked, and that address is in sysName, the MAC addresses and the SNMPv3 engine ID. Nothing is
 * kept per device, so 12,000 of them cost as much memory as one.
 *
 * Speaks SNMPv2c (RFC 3416), community "public", and SNMPv3 (RFC 3414) at authPriv for the users
 * in `users` below. Holds the tables of a 24-port Huawei switch with advancing counters. Knows
 * GET, GETNEXT and GETBULK: a counterpart for load, not an agent.
 *
 * SIGUSR1 prints "pdus N seconds S per_s R"; so does the end (SIGTERM, or the parent's death).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fleet/mib.h"
#include "fleet/pdu.h"
#include "fleet/usm.h"

#define BATCH 64 /* datagrams for one system call */
#define DATAGRAM 2048

enum { V2C = 1, V3 = 3 };

static bool answer_v2c(struct reader *message, struct writer *w, uint32_t address)
{
    struct reader community = take(message, OCTETS);
    if (left(&community) != 6 || memcmp(community.at, "public", 6) != 0)
        return false; /* a wrong community gets silence, as from a real device */
    if (!answer_pdu(message, w, address))
        return false;
    put_string(w, OCTETS, "public", 6);
    put_integer(w, INTEGER, V2C);
    wrap(w, SEQUENCE, w->end);
    return true;
}

static bool answer(uint8_t *datagram, size_t length, struct writer *w, uint32_t address)
{
    struct reader whole = {datagram, datagram + length, false};
    struct reader message = take(&whole, SEQUENCE);
    int64_t version = take_integer(&message);
    if (message.bad || (version != V2C && version != V3))
        return false;
    return version == V2C ? answer_v2c(&message, w, address) : answer_v3(&message, datagram, w, address);
}

/* ---- The socket ----------------------------------------------------------------------------- */

/* One datagram with the client it came from and, as control data, the device it was sent to. */
struct envelope {
    uint8_t request[DATAGRAM], reply[DATAGRAM];
    struct sockaddr_in client;
    struct iovec part;
    union { struct cmsghdr header; uint8_t bytes[CMSG_SPACE(sizeof(struct in_pktinfo))]; } control;
};

static struct envelope envelopes[BATCH];
static struct mmsghdr requests[BATCH], replies[BATCH];
static unsigned long pdus;

static void open_envelope(struct envelope *e, struct mmsghdr *message)
{
    e->part = (struct iovec){e->request, sizeof e->request};
    message->msg_hdr = (struct msghdr){
        .msg_name = &e->client, .msg_namelen = sizeof e->client, .msg_iov = &e->part, .msg_iovlen = 1,
        .msg_control = &e->control, .msg_controllen = sizeof e->control};
}

/* The device that was asked, made the source of the reply: clients refuse any other. */
static uint32_t turn_around(struct envelope *e)
{
    struct in_pktinfo info;
    memcpy(&info, CMSG_DATA(&e->control.header), sizeof info);
    info.ipi_spec_dst = info.ipi_addr;
    info.ipi_ifindex = 0;
    memcpy(CMSG_DATA(&e->control.header), &info, sizeof info);
    return info.ipi_addr.s_addr;
}

static void serve(int fd)
{
    for (size_t i = 0; i < BATCH; i++)
        open_envelope(&envelopes[i], &requests[i]);
    int received = recvmmsg(fd, requests, BATCH, MSG_DONTWAIT, NULL);
    unsigned ready = 0;
    for (int i = 0; i < received; i++) {
        struct envelope *e = &envelopes[i];
        struct writer w = write_before(e->reply + sizeof e->reply);
        pdus++;
        if (!answer(e->request, requests[i].msg_len, &w, turn_around(e)))
            continue;
        e->part = (struct iovec){w.at, written(&w)};
        replies[ready++] = requests[i];
    }
    if (ready > 0)
        sendmmsg(fd, replies, ready, 0); /* what is lost here is lost like any datagram */
}

static int open_socket(const char *port)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0), yes = 1, buffer = 4 << 20;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    socklen_t length = sizeof address;
    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &yes, sizeof yes);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (bind(fd, (struct sockaddr *)&address, length) < 0) {
        perror("fleet: cannot bind the port");
        exit(1);
    }
    getsockname(fd, (struct sockaddr *)&address, &length);
    printf("port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

/* Signals are read like datagrams, so that none can fall between a check and a wait. */
static int open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* never outlive the benchmark that started us */
    return signalfd(-1, &set, 0);
}

/* Print the counters; false when it is time to go. */
static bool account(int fd)
{
    struct signalfd_siginfo signal;
    double seconds = uptime() - STARTED_BEFORE;
    if (read(fd, &signal, sizeof signal) != sizeof signal)
        return false;
    printf("pdus %lu seconds %.3f per_s %.0f\n", pdus, seconds, (double)pdus / seconds);
    fflush(stdout);
    return signal.ssi_signo == SIGUSR1;
}

int main(int count, char **arguments)
{
    fill_mib();
    fill_users();
    struct pollfd waits[] = {{.fd = open_signals(), .events = POLLIN}, {.events = POLLIN}};
    waits[1].fd = open_socket(count > 1 ? arguments[1] : "0");
    bool going = true;
    while (going) {
        poll(waits, 2, -1);
        if (waits[1].revents)
            serve(waits[1].fd);
        if (waits[0].revents)
            going = account(waits[0].fd);
    }
    return 0;
}
