#include "usm.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "mib.h"
#include "pdu.h"

#define ENGINE_LENGTH 9
#define BOOTS 1
#define TIME_WINDOW 150 /* seconds, RFC 3414 section 2.2.3 */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { V3 = 3, USM = 3, AUTH = 1, AUTH_PRIV = 3 };

/* The keys are master keys, made from the passwords at start: 1 MB of hashing is for once only. */
static struct user {
    const char *name, *hash, *auth_password, *priv_password;
    size_t mac_length;
    const EVP_MD *md;
    uint8_t auth[EVP_MAX_MD_SIZE], priv[EVP_MAX_MD_SIZE];
} users[] = {
    {"poller", "SHA1", "authpass12345", "privpass12345", 12, NULL, {0}, {0}},
    {"poller256", "SHA256", "authpass12345", "privpass12345", 24, NULL, {0}, {0}},
};

enum usm_report { UNSUPPORTED_LEVEL = 1, NOT_IN_TIME_WINDOW, UNKNOWN_USER, UNKNOWN_ENGINE, WRONG_DIGEST, DECRYPTION };

/* The security header of a request. `user` is NULL until found; `engine` is our own. */
struct security {
    int64_t id, boots, time;
    uint8_t flags, engine[ENGINE_LENGTH];
    struct reader engine_asked, name, mac, salt;
    const struct user *user;
    uint8_t auth[EVP_MAX_MD_SIZE], priv[EVP_MAX_MD_SIZE];
};

static void master_key(const struct user *user, const char *password, uint8_t *key)
{
    static uint8_t text[1 << 20];
    size_t length = strlen(password);
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)password[i % length];
    EVP_Digest(text, sizeof text, key, NULL, user->md, NULL);
}

static void local_key(const struct security *s, const uint8_t *master, uint8_t *key)
{
    uint8_t text[2 * EVP_MAX_MD_SIZE + ENGINE_LENGTH];
    size_t size = (size_t)EVP_MD_get_size(s->user->md);
    memcpy(text, master, size);
    memcpy(text + size, s->engine, ENGINE_LENGTH);
    memcpy(text + size + ENGINE_LENGTH, master, size);
    EVP_Digest(text, 2 * size + ENGINE_LENGTH, key, NULL, s->user->md, NULL);
}

void fill_users(void)
{
    for (struct user *user = users; user < users + COUNT(users); user++) {
        user->md = EVP_MD_fetch(NULL, user->hash, NULL);
        master_key(user, user->auth_password, user->auth);
        master_key(user, user->priv_password, user->priv);
    }
}

static const struct user *find_user(const struct reader *name)
{
    for (size_t i = 0; i < COUNT(users); i++)
        if (left(name) == strlen(users[i].name) && memcmp(name->at, users[i].name, left(name)) == 0)
            return &users[i];
    return NULL;
}

/* Encrypt or decrypt in place with AES-128-CFB; the sender's clock is half of the IV. */
static void crypt_aes(const struct security *s, int64_t boots, int64_t time, const uint8_t *salt,
                      uint8_t *bytes, size_t length, bool encrypt)
{
    static EVP_CIPHER_CTX *context;
    uint8_t iv[16] = {(uint8_t)(boots >> 24), (uint8_t)(boots >> 16), (uint8_t)(boots >> 8), (uint8_t)boots,
                      (uint8_t)(time >> 24), (uint8_t)(time >> 16), (uint8_t)(time >> 8), (uint8_t)time};
    int done;
    if (!context) {
        context = EVP_CIPHER_CTX_new();
        EVP_CipherInit_ex(context, EVP_CIPHER_fetch(NULL, "AES-128-CFB", NULL), NULL, NULL, NULL, encrypt);
    }
    memcpy(iv + 8, salt, 8);
    EVP_CipherInit_ex(context, NULL, NULL, s->priv, iv, encrypt);
    EVP_CipherUpdate(context, bytes, &done, bytes, (int)length);
}

/* Write all that stands around the scoped PDU already in `w`, at the level of `flags`. */
static void put_security(struct writer *w, const struct security *s, uint8_t flags)
{
    static uint64_t salt;
    static const uint8_t zeros[EVP_MAX_MD_SIZE];
    int64_t time = (int64_t)(uptime());
    size_t mac_length = flags & AUTH ? s->user->mac_length : 0;
    salt++;
    if (flags == AUTH_PRIV) {
        crypt_aes(s, BOOTS, time, (uint8_t *)&salt, w->at, written(w), true);
        wrap(w, OCTETS, w->end);
    }
    const uint8_t *end = w->at;
    put_string(w, OCTETS, &salt, flags == AUTH_PRIV ? sizeof salt : 0);
    put_string(w, OCTETS, zeros, mac_length);
    uint8_t *mac = w->at + 2;
    put_string(w, OCTETS, s->name.at, left(&s->name));
    put_integer(w, INTEGER, time);
    put_integer(w, INTEGER, BOOTS);
    put_string(w, OCTETS, s->engine, ENGINE_LENGTH);
    wrap(w, SEQUENCE, end);
    wrap(w, OCTETS, end);
    end = w->at;
    put_integer(w, INTEGER, USM);
    put_string(w, OCTETS, &flags, 1);
    put_integer(w, INTEGER, REPLY_LIMIT);
    put_integer(w, INTEGER, s->id);
    wrap(w, SEQUENCE, end);
    put_integer(w, INTEGER, V3);
    wrap(w, SEQUENCE, w->end);
    if (flags & AUTH) { /* over the whole message, with zeros where the digest will stand */
        uint8_t digest[EVP_MAX_MD_SIZE];
        HMAC(s->user->md, s->auth, EVP_MD_get_size(s->user->md), w->at, written(w), digest, NULL);
        memcpy(mac, digest, mac_length);
    }
}

static void put_scope(struct writer *w, const struct security *s)
{
    put_string(w, OCTETS, "", 0); /* the default context */
    put_string(w, OCTETS, s->engine, ENGINE_LENGTH);
    wrap(w, SEQUENCE, w->end);
}

/* Tell the client what was wrong; this is also how it learns our engine ID and clock. */
static bool report(struct writer *w, const struct security *s, enum usm_report reason)
{
    uint8_t scratch[64];
    struct writer varbind = write_before(scratch + sizeof scratch);
    put_integer(&varbind, COUNTER32, 1);
    put_string(&varbind, OID, (uint8_t[]){0x2b, 6, 1, 6, 3, 15, 1, 1, (uint8_t)reason, 0}, 10); /* usmStats */
    wrap(&varbind, SEQUENCE, varbind.end);
    put_pdu(w, REPORT, 0, 0, varbind.at, written(&varbind));
    put_scope(w, s);
    put_security(w, s, reason == NOT_IN_TIME_WINDOW ? AUTH : 0);
    return true;
}

static bool take_security(struct reader *message, struct security *s)
{
    struct reader global = take(message, SEQUENCE);
    s->id = take_integer(&global);
    take_integer(&global); /* the client's msgMaxSize: never below our REPLY_LIMIT in practice */
    struct reader flags = take(&global, OCTETS);
    struct reader octets = take(message, OCTETS);
    struct reader usm = take(&octets, SEQUENCE);
    s->engine_asked = take(&usm, OCTETS);
    s->boots = take_integer(&usm);
    s->time = take_integer(&usm);
    s->name = take(&usm, OCTETS);
    s->mac = take(&usm, OCTETS);
    s->salt = take(&usm, OCTETS);
    s->flags = left(&flags) == 1 ? flags.at[0] & AUTH_PRIV : 0;
    return !global.bad && !usm.bad && left(&s->name) <= 32;
}

static bool digest_is_right(const struct security *s, uint8_t *datagram, size_t length)
{
    uint8_t sent[EVP_MAX_MD_SIZE], digest[EVP_MAX_MD_SIZE];
    size_t mac_length = s->user->mac_length;
    if (left(&s->mac) != mac_length)
        return false;
    memcpy(sent, s->mac.at, mac_length);
    memset(s->mac.at, 0, mac_length);
    HMAC(s->user->md, s->auth, EVP_MD_get_size(s->user->md), datagram, length, digest, NULL);
    return memcmp(sent, digest, mac_length) == 0;
}

bool answer_v3(struct reader *message, uint8_t *datagram, struct writer *w, uint32_t address)
{
    /* RFC 3411 SnmpEngineID: enterprise 2011, format 1 (the IPv4 address follows) */
    struct security s = {.engine = {0x80, 0, 0x07, 0xDB, 1}};
    memcpy(s.engine + 5, &address, 4);
    if (!take_security(message, &s))
        return false;
    if (left(&s.engine_asked) != ENGINE_LENGTH || memcmp(s.engine_asked.at, s.engine, ENGINE_LENGTH) != 0)
        return report(w, &s, UNKNOWN_ENGINE);
    s.user = find_user(&s.name);
    if (!s.user)
        return report(w, &s, UNKNOWN_USER);
    if (s.flags != AUTH_PRIV)
        return report(w, &s, UNSUPPORTED_LEVEL);
    local_key(&s, s.user->auth, s.auth);
    local_key(&s, s.user->priv, s.priv);
    if (!digest_is_right(&s, datagram, (size_t)(message->end - datagram)))
        return report(w, &s, WRONG_DIGEST);
    if (s.boots != BOOTS || llabs(s.time - (int64_t)(uptime())) > TIME_WINDOW)
        return report(w, &s, NOT_IN_TIME_WINDOW);
    struct reader secret = take(message, OCTETS);
    if (secret.bad || left(&s.salt) != 8)
        return report(w, &s, DECRYPTION);
    crypt_aes(&s, s.boots, s.time, s.salt.at, secret.at, left(&secret), false);
    struct reader scoped = take(&secret, SEQUENCE);
    take(&scoped, OCTETS);
    take(&scoped, OCTETS);
    if (scoped.bad)
        return report(w, &s, DECRYPTION);
    if (!answer_pdu(&scoped, w, address))
        return false;
    put_scope(w, &s);
    put_security(w, &s, AUTH_PRIV);
    return true;
}
