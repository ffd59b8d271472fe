#!/usr/bin/env python3
"""Test vectors for sealed-pack.md, made from the page alone. Deterministic: every 'random' value is SHA-256 of a label."""
import hashlib, hmac, json, os, struct
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# Readings of the page that a switch can turn (see the report).
GRANTS_WITH_LENGTHS = False    # grants: SHA-256 over the entries one behind the other, without the lengths in the list
TAGS_WITH_LENGTHS = True       # digest of open/admit: over the bytes of the list, with the lengths in it

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "out")
sha256 = lambda b: hashlib.sha256(b).digest()
sha512 = lambda b: hashlib.sha512(b).digest()
rnd = lambda label: sha256(label.encode())
rnd_n = lambda label, n: b"".join(rnd(f"{label} {i}") for i in range(-(-n // 32)))[:n]
u32 = lambda n: struct.pack(">I", n)
lp = lambda b: u32(len(b)) + b
le = lambda n, k=32: n.to_bytes(k, "little")
flip = lambda b, i, bit=1: b[:i % len(b)] + bytes([b[i % len(b)] ^ bit]) + b[i % len(b) + 1:]
ZERO32 = bytes(32)

class Refused(Exception):
    pass

def need(ok, name):
    if not ok:
        raise Refused(name)

def must_refuse(name, fn, *args):
    """The vector is only written when our own reader refuses it, with this name."""
    try:
        fn(*args)
    except Refused as e:
        assert name in (None, str(e)), (name, str(e))
        return
    raise AssertionError(f"not refused: {name}")

# ---- 1. Frames. A form is written as in frames.json; bytes are bytes here and hex there.
def enc(form, v):
    if isinstance(form, str):
        return v.encode() if form.startswith("text") else struct.pack(">Q", v) if form == "number" else v
    if "word" in form: return v.encode()
    if "list" in form: return b"".join(lp(enc(form["list"], x)) for x in v)
    if "optional" in form: return b"" if v is None else lp(enc(form["optional"], v))
    return b"".join(lp(enc(f, v[k])) for k, f in form["frame"].items())

def pieces(b):
    out = []
    while b:
        need(len(b) >= 4 and 4 + int.from_bytes(b[:4], "big") <= len(b), "frame: a length that doesn't fit")
        n = int.from_bytes(b[:4], "big")
        out.append(b[4:4 + n]); b = b[4 + n:]
    return out

def dec(form, b):
    if isinstance(form, str):
        if form == "number":
            need(len(b) == 8 and int.from_bytes(b, "big") < 2 ** 53, "frame: number")
            return int.from_bytes(b, "big")
        n = int(form.split()[-1])
        need(len(b) <= n and ("up to" in form or len(b) == n), "frame: length")
        if form.startswith("text"):
            try: return b.decode("utf-8")
            except UnicodeDecodeError: raise Refused("frame: UTF-8")
        return b
    if "word" in form:
        need(b in [w.encode() for w in form["word"]], "frame: word")
        return b.decode()
    p = pieces(b)
    if "list" in form:
        need(len(p) <= form["upTo"], "frame: too many")
        need(not form.get("sorted") or all(x < y for x, y in zip(p, p[1:])), "frame: order")
        return [dec(form["list"], x) for x in p]
    if "optional" in form:
        need(len(p) <= 1, "frame: optional")
        return dec(form["optional"], p[0]) if p else None
    need(len(p) == len(form["frame"]), "frame: number of fields")
    return {k: dec(f, x) for (k, f), x in zip(form["frame"].items(), p)}

def js(v):
    if isinstance(v, (bytes, bytearray)): return bytes(v).hex()
    if isinstance(v, dict): return {k: js(x) for k, x in v.items()}
    return [js(x) for x in v] if isinstance(v, (list, tuple)) else v

def frame(form, v):
    b = enc(form, v)
    assert enc(form, dec(form, b)) == b
    return b

L = lambda x, n, s=False: {"list": x, "upTo": n, "sorted": s}
F = lambda **k: {"frame": k}
B8, B16, B20, B32, B64, NUM = "bytes 8", "bytes 16", "bytes 20", "bytes 32", "bytes 64", "number"
RANGE = F(**{"from": NUM, "to": NUM})
STATEMENT = F(conversation=B20, epoch=B32, ordinal=NUM, previous=L(B32, 64, True), grantees=L(F(device=B32, account=B20), 4096, True),
              mirrors=L(F(key=B32, url="text up to 256"), 4), heads=L(B20, 64, True), grants=B32, device=B32)
SIGNED_EPOCH = F(statement="bytes up to 524288", signature=B64)
HANDOVER = F(epoch=B32, entries=L("bytes 88", 4096), note="bytes up to 1048576")
SIGNED_MIRROR = F(statement="bytes up to 512", signature=B64)
SIGNED_HEADER = F(header="bytes up to 16384", signature=B64)
HEADER = F(version=NUM, device=B32, epoch=B32, slot=B32, buildsOn={"optional": SIGNED_MIRROR}, previous={"optional": NUM}, heads=L(B20, 64),
           covers={"optional": RANGE}, body={"word": ["pack", "keyring", "grant", "card", "handover"]}, length=NUM, sha256=B32)
KIND, TAGS = {"word": ["open", "append", "stratum", "handover", "admit", "object"]}, L(B16, 4096, True)
BEGIN = F(mirror=B32, slot=B32, kind=KIND, digest=B32, size=NUM, covers={"optional": RANGE}, tags=TAGS)
ENTRY = F(position=NUM, kind=KIND, digest=B32, size=NUM, total=NUM, writer=B32, signature=B64, covers={"optional": RANGE}, tags=TAGS, time=NUM)
RECEIPT = F(slot=B32, incarnation=B8, position=NUM, chain=B32, time=NUM)
HEAD = F(**RECEIPT["frame"], asked=NUM, chainThere=B32, nonce=B16)
METHODS = ["open", "admit", "begin", "list", "read", "watch", "renew", "object", "drop"]
BY_READ, BY_W = ["open", "list", "read", "watch", "renew", "drop"], ["open", "admit", "begin", "object"]
REQUEST = F(mirror=B32, method={"word": METHODS}, slot=B32, readKey=B32, writer={"optional": B32}, body=B32, time=NUM)
SIGNED_REQUEST = F(request="bytes up to 512", byReadKey="bytes up to 64", byWriter="bytes up to 64")
BEACON = F(device=B32, time=NUM, heads=L(B20, 3), allHeads=B32, receipts=L("bytes 121", 2))
SIGNED_BEACON = F(beacon="bytes up to 420", signature=B64)

# ---- 2. Keys and signatures
def extract(salt, ikm): return hmac.new(salt or ZERO32, ikm, "sha256").digest()
def expand(prk, info, n):
    out = t = b""
    for i in range(1, -(-n // 32) + 1):
        t = hmac.new(prk, t + info + bytes([i]), "sha256").digest(); out += t
    return out[:n]
def hkdf(ikm, salt, info, n): return expand(extract(salt, ikm), info, n)
def K(secret, conv, label, context=b"", n=32): return hkdf(secret, conv, b"covey/1 " + label.encode() + b"\0" + context, n)

public = lambda seed: Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
device_id = lambda seed: sha256(bytes.fromhex("302a300506032b6570032100") + public(seed))
to_sign = lambda label, frm: b"covey/1 " + label.encode() + b"\0" + frm
sign = lambda seed, label, frm: Ed25519PrivateKey.from_private_bytes(seed).sign(to_sign(label, frm))

def verifies(key, sig, msg):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(sig, msg)
        return True
    except (InvalidSignature, ValueError):
        return False

# ---- 3. Seals
def seal_plain(k, salt, plain): return salt + AESGCM(hkdf(k, salt, b"covey/1 small", 32)).encrypt(bytes(12), plain, salt)
def seal(k, salt, frm, size):
    room = size - 32 - 16
    assert 4 + len(frm) <= room
    return seal_plain(k, salt, (lp(frm)).ljust(room, b"\0"))

def unseal(k, sealed, size):
    need(len(sealed) == size and size >= 52, "size")
    try: p = AESGCM(hkdf(k, sealed[:32], b"covey/1 small", 32)).decrypt(bytes(12), sealed[32:], sealed[:32])
    except InvalidTag: raise Refused("tag")
    n = int.from_bytes(p[:4], "big")
    need(4 + n <= len(p) and not any(p[4 + n:]), "padding")
    return p[4:4 + n]

P = 2 ** 255 - 19
def ed_to_x(A):
    y = int.from_bytes(A, "little") % 2 ** 255
    return le((1 + y) * pow(1 - y, P - 2, P) % P)

KEM_ID, AEAD_ID = b"KEM\0\x20", 2
def hpke_keys(dh, enc_, pkr, info, aead_id=AEAD_ID, nk=32):
    ex = lambda sid, salt, label, ikm: extract(salt, b"HPKE-v1" + sid + label + ikm)
    xp = lambda sid, prk, label, inf, n: expand(prk, struct.pack(">H", n) + b"HPKE-v1" + sid + label + inf, n)
    shared = xp(KEM_ID, ex(KEM_ID, b"", b"eae_prk", dh), b"shared_secret", enc_ + pkr, 32)
    sid = b"HPKE" + struct.pack(">HHH", 0x20, 1, aead_id)
    ctx = b"\0" + ex(sid, b"", b"psk_id_hash", b"") + ex(sid, b"", b"info_hash", info)
    sec = ex(sid, shared, b"secret", b"")
    return xp(sid, sec, b"key", ctx, nk), xp(sid, sec, b"base_nonce", ctx, 12)

def x_agree(sk, pk):
    try: return X25519PrivateKey.from_private_bytes(sk).exchange(X25519PublicKey.from_public_bytes(pk))
    except ValueError: raise Refused("CERTIFICATE_KEY_WEAK")

def hpke_seal(A, eph, info, aad, plain):
    pkr = ed_to_x(A)
    enc_ = X25519PrivateKey.from_private_bytes(eph).public_key().public_bytes_raw()
    key, nonce = hpke_keys(x_agree(eph, pkr), enc_, pkr, info)
    return enc_ + AESGCM(key).encrypt(nonce, plain, aad)

def hpke_open(seed, info, aad, sealed):
    need(len(sealed) >= 48, "short")
    enc_, pkr = sealed[:32], ed_to_x(public(seed))
    key, nonce = hpke_keys(x_agree(sha512(seed)[:32], enc_), enc_, pkr, info)
    try: return AESGCM(key).decrypt(nonce, sealed[32:], aad)
    except InvalidTag: raise Refused("tag")

# ---- 4. Ed25519 arithmetic (extended coordinates), blinded keys
ELL = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)

def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def mul(n, p):
    q = IDENTITY
    for bit in bin(n)[2:]:
        q = add(q, q)
        if bit == "1": q = add(q, p)
    return q

def point_bytes(p):
    z = pow(p[2], P - 2, P)
    x, y = p[0] * z % P, p[1] * z % P
    return le(y | (x & 1) << 255)

def point(b):
    need(len(b) == 32, "wrong length")
    n = int.from_bytes(b, "little"); y, s = n % 2 ** 255, n >> 255
    need(y < P, "y is not below p")
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P: x = x * SQRT_M1 % P
    need((x * x - x2) % P == 0, "not on the curve")
    need(x or not s, "minus zero")
    if x & 1 != s: x = P - x
    return x, y, 1, x * y % P

BASE = point(le(4 * pow(5, P - 2, P) % P))
def prime_point(A):
    p = point(A)
    need(point_bytes(mul(ELL, p)) == le(1) and A != le(1), "not in the group of prime order")
    return p

def factor(derived):
    h = int.from_bytes(derived, "little") % ELL
    need(len(derived) == 64 and h, "factor is zero")
    return h

def secret_scalar(seed):
    d = sha512(seed); a = int.from_bytes(d[:32], "little")
    return a & ~7 & (2 ** 254 - 1) | 2 ** 254, d[32:]

blind = lambda A, h: point_bytes(mul(h, prime_point(A)))
tag = lambda W: sha256(b"covey/1 tag" + W)[:16]

def blind_sign(seed, h, msg):
    a, prefix = secret_scalar(seed)
    W = blind(public(seed), h)
    r = int.from_bytes(sha512(sha512(b"covey/1 blind-nonce" + prefix + le(h))[:32] + msg), "little") % ELL
    R = point_bytes(mul(r, BASE))
    sig = R + le((r + int.from_bytes(sha512(R + W + msg), "little") * h * a) % ELL)
    assert verifies(W, sig, msg)
    return sig

# ---- 5. Epochs
def sign_statement(s, seed, label="epoch"):
    b = frame(STATEMENT, s)
    return frame(SIGNED_EPOCH, {"statement": b, "signature": sign(seed, label, b)})

def follow(signed, conv, secret, key_of, followed):
    sg = dec(SIGNED_EPOCH, signed); s = dec(STATEMENT, sg["statement"])
    need(s["conversation"] == conv and s["epoch"] == K(secret, conv, "id") and s["mirrors"] and s["device"] in key_of
         and verifies(key_of[s["device"]], sg["signature"], to_sign("epoch", sg["statement"])), "EPOCH_GRANT_FALSE")
    need(all(p in followed for p in s["previous"]), "EPOCH_ORDINAL_FALSE")
    need(s["ordinal"] == max([followed[p] + 1 for p in s["previous"]], default=0), "EPOCH_ORDINAL_FALSE")

def power(n):
    return max(8, 1 << (n - 1).bit_length())

def padded(n):
    if n <= 4096: return 4096
    e = n.bit_length() - 1
    s = e.bit_length()                    # floor(log2 e) + 1
    return (n + (1 << (e - s)) - 1) >> (e - s) << (e - s)

grants_hash = lambda es: sha256(b"".join(map(lp, es)) if GRANTS_WITH_LENGTHS else b"".join(es))

def find_grant(hand, old, conv, seed):
    """What a device finds in a handover: the secret of the new epoch, or None."""
    h, dev = dec(HANDOVER, hand), device_id(seed)
    for e in h["entries"]:
        if e[:8] == K(old, conv, "tag", h["epoch"] + dev, 8):
            try: s = hpke_open(seed, b"covey/1 grant", h["epoch"] + dev, e[8:])
            except Refused: continue
            if len(s) == 32 and K(s, conv, "id") == h["epoch"]: return s

# ---- 6. Slots
def slot_of(secret, conv, M):
    seed = K(secret, conv, "read", M)
    return seed, public(seed), sha256(b"covey/1 slot" + M + public(seed))
def writer(secret, conv, M, seed):
    h = factor(K(secret, conv, "blind", M + device_id(seed), 64))
    return h, blind(public(seed), h)
def roster(secret, conv, M, seeds):
    decoys = [K(secret, conv, "decoy", M + u32(i), 16) for i in range(power(len(seeds)) - len(seeds))]
    return sorted([tag(writer(secret, conv, M, s)[1]) for s in seeds] + decoys), decoys

# ---- 7. Segments
def inside_of(header, seed, body, fill=0, label="segment", size=None):
    hb = frame(HEADER, header)
    sh = frame(SIGNED_HEADER, {"header": hb, "signature": sign(seed, label, hb)})
    b = lp(sh) + body
    n = size or padded(len(b))
    return (b.ljust(n, b"\0") if not fill else b.ljust(n - 1, b"\0") + b"\1"), sh

def seal_segment(slot_key, salt, inside, first=0, last=1):
    kc = hkdf(slot_key, salt, b"covey/1 segment", 48)
    lead, cs = b"\1" + salt + kc[32:], [inside[i:i + 65536] for i in range(0, len(inside), 65536)] or [b""]
    return lead + b"".join(AESGCM(kc[:32]).encrypt(bytes(7) + u32(i + first) + bytes([last if i == len(cs) - 1 else 0]), c, lead)
                           for i, c in enumerate(cs))

def open_segment(slot_key, sealed, size, key, dev, epoch, slot):
    need(len(sealed) >= 49, "SEGMENT_TRUNCATED")
    lead, rest = sealed[:49], sealed[49:]
    kc = hkdf(slot_key, lead[1:33], b"covey/1 segment", 48)
    need(lead[0] == 1 and lead[33:] == kc[32:], "SEGMENT_WRONG_KEY")
    need(len(sealed) >= size and rest, "SEGMENT_TRUNCATED")
    cs, inside = [rest[i:i + 65552] for i in range(0, len(rest), 65552)], b""
    def one(i, flag):
        try: return AESGCM(kc[:32]).decrypt(bytes(7) + u32(i) + bytes([flag]), cs[i], lead)
        except InvalidTag: return None
    for i in range(len(cs)):
        c = one(i, int(i == len(cs) - 1))
        need(c is not None, "SEGMENT_TRUNCATED" if i == len(cs) - 1 and one(i, 0) is not None else "SEGMENT_CORRUPT")
        inside += c
    try:
        n = int.from_bytes(inside[:4], "big")
        need(4 + n <= len(inside), "length")
        sh = dec(SIGNED_HEADER, inside[4:4 + n]); h = dec(HEADER, sh["header"])
        body, zeros = inside[4 + n:4 + n + h["length"]], inside[4 + n + h["length"]:]
        need(len(body) == h["length"] and not any(zeros) and len(inside) == padded(4 + n + len(body)), "padding")
        need(sha256(body) == h["sha256"] and (h["version"], h["device"], h["epoch"], h["slot"]) == (1, dev, epoch, slot), "header")
        need(verifies(key, sh["signature"], to_sign("segment", sh["header"])), "signature")
    except Refused as e:
        raise Refused("SEGMENT_CORRUPT") from e
    return h, body

# ---- 8. Logs
def begin_of(M, slot, e): return frame(BEGIN, {"mirror": M, "slot": slot, **{k: e[k] for k in ("kind", "digest", "size", "covers", "tags")}})
tags_hash = lambda tags: sha256(enc(TAGS, tags) if TAGS_WITH_LENGTHS else b"".join(tags))
def chain_next(chain, slot, entry): return sha256(b"covey/1 chain" + (slot if chain is None else chain) + entry)

def check_entry(M, slot, before, entry):
    """before: the entries (bytes) that stand already. What is signed or named wrongly is forged, what the mirror adds wrongly breaks the chain."""
    FORGED, BROKEN = "MIRROR_ENTRY_FORGED", "MIRROR_CHAIN_BROKEN"
    try: e = dec(ENTRY, entry)
    except Refused: raise Refused(FORGED)
    past = [dec(ENTRY, b) for b in before]; n = len(past)
    need(e["position"] == n, BROKEN)
    need((e["kind"] == "open") == (n == 0), BROKEN)
    named = {t for p in past for t in p["tags"]} | set(e["tags"] if n == 0 else [])
    need(tag(e["writer"]) in named and verifies(e["writer"], e["signature"], to_sign("begin", begin_of(M, slot, e))), FORGED)
    if e["kind"] in ("open", "admit"): need(e["size"] == 0 and e["digest"] == tags_hash(e["tags"]), FORGED)
    else: need(not e["tags"], FORGED)
    c = e["covers"]
    need(c is not None and c["from"] <= c["to"] < n if e["kind"] == "stratum" else c is None, FORGED)
    need(e["digest"] not in [p["digest"] for p in past], FORGED)
    need(e["total"] == sum(p["size"] for p in past) + e["size"], BROKEN)

# ---- 9. What a mirror signs
def mirror_sign(seed, form, v, label=None):
    b = frame(form, v)
    return frame(SIGNED_MIRROR, {"statement": b, "signature": sign(seed, label or ("head" if form is HEAD else "receipt"), b)})

def proves(key, a, b):
    def read(x):
        s = dec(SIGNED_MIRROR, x)
        for form, label in ((RECEIPT, "receipt"), (HEAD, "head")):
            try: v = dec(form, s["statement"])
            except Refused: continue
            return v if verifies(key, s["signature"], to_sign(label, s["statement"])) else None
    a, b = read(a), read(b)
    if not a or not b or (a["slot"], a["incarnation"]) != (b["slot"], b["incarnation"]): return None
    at = lambda v: [(v["position"], v["chain"])] + ([(v["asked"], v["chainThere"])] if v.get("asked", 2 ** 53) <= v["position"] else [])
    if any(p == q and c != d for p, c in at(a) for q, d in at(b)): return "MIRROR_FORKED"
    if any(x.get("asked", -1) > x["position"] and x["asked"] in dict(at(y)) for x, y in ((a, b), (b, a))): return "MIRROR_ROLLED_BACK"

# ---- 10. Requests
def check_request(M, now, signed):
    try: s = dec(SIGNED_REQUEST, signed); q = dec(REQUEST, s["request"])
    except Refused: raise Refused("REQUEST_FORGED")
    try: q["method"] in BY_W and prime_point(q["writer"] or ZERO32)
    except Refused: raise Refused("REQUEST_FORGED")
    ok = q["mirror"] == M and q["slot"] == sha256(b"covey/1 slot" + M + q["readKey"])
    for field, key, methods in (("byReadKey", q["readKey"], BY_READ), ("byWriter", q["writer"], BY_W)):
        ok = ok and (key is not None and verifies(key, s[field], to_sign("request", s["request"])) if q["method"] in methods else s[field] == b"")
    need(ok and (q["method"] in BY_W or q["writer"] is None), "REQUEST_FORGED")
    need(abs(now - q["time"]) <= 600, "CLOCK_SKEW")

# ---- 11. Beacons
def pack_receipt(place, v, sig): return bytes([place]) + v["incarnation"] + struct.pack(">Q", v["position"]) + v["chain"] + struct.pack(">Q", v["time"]) + sig
def check_beacon(key_of, mirrors, slots, signed):
    s = dec(SIGNED_BEACON, signed); b = dec(BEACON, s["beacon"])
    need(b["device"] in key_of and verifies(key_of[b["device"]], s["signature"], to_sign("beacon", EPOCH + s["beacon"])), "signature")
    held = []
    for r in b["receipts"]:
        if not (r[0] < len(mirrors) and max(r[9:11], r[49:51]) < b"\0\x20"): continue
        v = {"slot": slots[r[0]], "incarnation": r[1:9], "position": int.from_bytes(r[9:17], "big"), "chain": r[17:49], "time": int.from_bytes(r[49:57], "big")}
        if verifies(mirrors[r[0]], r[57:], to_sign("receipt", frame(RECEIPT, v))): held.append(r)
    return held

def write(file, about, vectors):
    assert all("name" in v for v in vectors)
    text = json.dumps(js({"about": about, "vectors": vectors}), indent=1, ensure_ascii=True) + "\n"
    assert len(text) < 300_000, (file, len(text))
    with open(os.path.join(OUT, file), "w") as f: f.write(text)
    print(f"{file}: {len(vectors)} vectors, {len(text)} bytes")

READING = ' A vector with "reading" rests on a reading of the page that isn\'t certain.'

# ================= the vectors =================
CONV, M1, M2 = rnd_n("conversation", 20), rnd("mirror 1"), rnd("mirror 2")        # M1, M2: seeds of the mirrors' keys
SECRETS = [rnd(f"epoch secret {i}") for i in range(4)]
DEV = [rnd(f"device {i}") for i in range(12)]                                      # seeds of the devices' keys
PUB, IDS = [public(d) for d in DEV], [device_id(d) for d in DEV]
KEY_OF = dict(zip(IDS, PUB))
MK1, MK2 = public(M1), public(M2)
NOW = 1_790_000_000
cid = lambda i: rnd_n(f"commit {i}", 20)
person = lambda i: {"seed": DEV[i], "key": PUB[i], "device": IDS[i]}

def frames():
    vs = []
    def v(name, form, good, bad):
        form = {"frame": form} if isinstance(form, dict) and not set(form) & {"frame", "list", "word", "optional"} else form
        acc = []
        for x in good:
            b = frame(form, x); acc.append({"value": x, "hex": b})
        for h, _ in bad: must_refuse(None, dec, form, bytes.fromhex(h))
        vs.append({"name": name, "form": form["frame"], "accepted": acc, "refused": [{"hex": h, "why": w} for h, w in bad]})
    f = lambda *fields: b"".join(map(lp, fields)).hex()
    q = lambda n: struct.pack(">Q", n)
    v("bytes of an exact length", {"id": "bytes 4"}, [{"id": b"\0\0\0\0"}, {"id": b"\xff\xfe\xfd\xfc"}, {"id": b"abcd"}],
      [(f(b"abc"), "too short"), (f(b"abcde"), "too long"), (f(b""), "empty"), ("", "no field"), (f(b"abcd", b""), "a field more"), (f(b"abcd") + "00", "a byte behind"),
       ("00000004616263", "cut"), ("ffffffff61626364", "a length far beyond the end"), ("0400000061626364", "a little-endian length")])
    v("bytes up to a length", {"data": "bytes up to 5"}, [{"data": b""}, {"data": b"\0"}, {"data": b"12345"}],
      [(f(b"123456"), "too long"), ("", "no field"), ("00000001", "cut"), ("000000", "a cut length"), (f(b"12") + "00000000", "a field more"), ("0000000231", "cut by a byte")])
    v("text up to a length counts bytes, and keeps what is well-formed as it is", {"name": "text up to 8"},
      [{"name": ""}, {"name": "z\u00fcrich"}, {"name": "\U0001f600\U0001f600"}, {"name": "\ufeffab"}, {"name": "u\u0308"}, {"name": "a\0b"}, {"name": "\uffff"}],
      [(f("\U0001f600\U0001f600a".encode()), "nine bytes"), (f(b"\xc0\x80"), "an overlong NUL"), (f(b"\xed\xa0\x80"), "a surrogate"), (f(b"\xed\xa0\xbd\xed\xb8\x80"), "a pair of surrogates"),
       (f(b"\xf4\x90\x80\x80"), "beyond U+10FFFF"), (f(b"ab\xc3"), "cut within a character"), (f(b"\x80"), "a continuation alone"), (f(b"\xe0\x80\xaf"), "overlong in three bytes"), (f(b"\xff"), "no such byte")])
    v("a word of a set", {"kind": {"word": ["open", "append", "drop"]}}, [{"kind": "open"}, {"kind": "append"}, {"kind": "drop"}],
      [(f(b"Open"), "a capital"), (f(b"close"), "not named"), (f(b""), "empty"), (f(b"open\0"), "an end behind"), (f(b"ope"), "a part of one"), (f(b" open"), "a space")])
    v("numbers", {"count": "number"}, [{"count": 0}, {"count": 1}, {"count": 2 ** 32}, {"count": 2 ** 53 - 1}],
      [(f(q(2 ** 53)), "2^53"), (f(q(2 ** 64 - 1)), "2^64 - 1"), (f(bytes(7)), "seven bytes"), (f(bytes(9)), "nine bytes"), (f(b""), "empty"), (f(u32(1)), "four bytes"), (f(le(1, 8)), "little-endian (2^56)")])
    v("a list that isn't sorted", {"items": L("bytes up to 3", 3)}, [{"items": []}, {"items": [b"b", b"a", b"a"]}, {"items": [b"", b"", b""]}, {"items": [b"abc"]}],
      [(f(lp(b"a") * 4), "four items"), (f(lp(b"abcd")), "an item too long"), (f(lp(b"a") + b"\0"), "a byte behind the items"), (f(b"\0\0\0\2a"), "an item cut"), (f(u32(1) + lp(b"a")), "a count before the items"),
       (lp(b"a").hex(), "an item that isn't in a list")])
    v("a sorted list compares bytes, not lengths", {"items": L("bytes up to 3", 4, True)},
      [{"items": []}, {"items": [b"", b"\0", b"\0\1", b"\1"]}, {"items": [b"aaa", b"b"]}, {"items": [b"\x7f", b"\x80", b"\xff"]}],
      [(f(lp(b"b") + lp(b"aaa")), "sorted by length"), (f(lp(b"a") + lp(b"a")), "one twice"), (f(lp(b"") * 2), "the empty one twice"), (f(lp(b"ab") + lp(b"a")), "the longer of two with one start before"),
       (f(lp(b"\x80") + lp(b"\x7f")), "sorted as signed bytes"), (f(b"".join(lp(bytes([i])) for i in range(5))), "five items")])
    v("an optional number", {"last": {"optional": NUM}}, [{"last": None}, {"last": 0}, {"last": 77}],
      [(f(q(7)), "without the length of the item"), (f(lp(q(1)) + lp(q(2))), "two"), (f(lp(b"")), "an empty number"), (f(lp(q(2 ** 53))), "2^53 in it"), (f(lp(q(7)) + b"\0"), "a byte behind"), ("", "no field")])
    v("a frame in a frame", {"range": RANGE, "note": "bytes up to 2"}, [{"range": {"from": 1, "to": 2}, "note": b""}, {"range": {"from": 0, "to": 0}, "note": b"ab"}, {"range": {"from": 9, "to": 3}, "note": b"\0"}],
      [(f(lp(q(1)) + lp(q(2))), "a field less"), (f(b"", lp(q(1)) + lp(q(2))), "fields in another order"), (f(lp(q(1)), b""), "a field less inside"), (f(lp(q(1)) * 3, b""), "a field more inside"),
       (f(q(1) + q(2), b""), "inside without lengths"), (f(lp(q(1)) + lp(q(2)) + b"\0", b""), "a byte behind inside"), (f(lp(lp(q(1)) + lp(q(2))), b""), "wrapped once more")])
    v("a sorted list of frames, and an optional frame", {"who": L(F(device="bytes 2", account="bytes 1"), 2, True), "covers": {"optional": RANGE}},
      [{"who": [], "covers": None}, {"who": [{"device": b"aa", "account": b"z"}, {"device": b"ab", "account": b"a"}], "covers": {"from": 1, "to": 5}},
       {"who": [{"device": b"aa", "account": b"a"}, {"device": b"aa", "account": b"b"}], "covers": None}],
      [(f(lp(lp(b"ab") + lp(b"a")) + lp(lp(b"aa") + lp(b"z")), b""), "not sorted"), (f(lp(lp(b"aa") + lp(b"a")) * 2, b""), "one twice"), (f(lp(lp(b"aaa") + lp(b"a")), b""), "a field too long inside"),
       (f(b"", lp(b"")), "an empty frame where it has two fields"), (f(b"", lp(q(1)) + lp(q(2))), "the frame without its own length in the list"), (f(lp(b"aaz"), b""), "an item without lengths")])
    write("frames.json", 'Section 1. "form" is a frame: its fields in order, name to form. A form is "bytes N", "bytes up to N", "text up to N" (N counts bytes), "number", '
          '{"word": [...]}, {"list": FORM, "upTo": N, "sorted": bool}, {"optional": FORM} or {"frame": {name: FORM, ...}}. In values bytes are hex, numbers are JSON numbers, '
          'an optional is null or the value. "accepted": reading hex gives value and writing value gives hex; "refused": hex is no such frame.', vs)

def epoch_keys():
    vs = []
    for label, contexts, lengths in (("id", [b""], [32]), ("tag", [rnd("epoch x") + IDS[0], rnd("epoch x") + IDS[1]], [8]), ("note", [b""], [32]), ("read", [MK1, MK2], [32]),
                                     ("blind", [MK1 + IDS[0], MK2 + IDS[0], MK1 + IDS[1]], [64]), ("decoy", [MK1 + u32(0), MK1 + u32(1), MK2 + u32(256)], [16]),
                                     ("segment", [rnd("slot x"), rnd("slot y")], [32]), ("test", [b"", b"\0", bytes(100)], [1, 31, 33, 255])):
        for i, c in enumerate(contexts):
            for sec in SECRETS[:2]:
                for n in lengths:
                    vs.append({"name": f"K of '{label}', context {i}, secret {SECRETS.index(sec)}, {n} bytes", "secret": sec, "conversation": CONV, "label": label, "context": c, "length": n,
                               "info": b"covey/1 " + label.encode() + b"\0" + c, "key": K(sec, CONV, label, c, n)})
    vs.append({"name": "Another conversation gives another epoch's name", "secret": SECRETS[0], "conversation": rnd_n("conversation b", 20), "label": "id", "context": b"", "length": 32,
               "info": b"covey/1 id\0", "key": K(SECRETS[0], rnd_n("conversation b", 20), "id")})
    write("epoch-keys.json", "Section 2. key = K(label, context, length). The label 'test' isn't one of the page: it only tests HKDF with other contexts and lengths.", vs)

def small_seals():
    vs, k, salt = [], rnd("small key"), rnd("small salt")
    for name, frm, size in (("A short frame", b"\0\0\0\1a", 128), ("An empty frame", b"", 64), ("A frame that fills the room", rnd_n("fill", 492), 544), ("The smallest seal there is", b"", 52),
                            ("A frame that ends with zeros", b"abc\0\0", 100), ("A large one", rnd_n("large", 3000), 4096)):
        s = seal(k, salt, frm, size); assert unseal(k, s, size) == frm
        vs.append({"name": name, "key": k, "salt": salt, "frame": frm, "size": size, "opens": True, "sealed": s})
    good = seal(k, salt, b"hello", 128)
    odd = lambda p: seal_plain(k, salt, p.ljust(80, b"\0"))
    for name, key, s in (("A bit of the salt changed", k, flip(good, 0)), ("A bit of the ciphertext changed", k, flip(good, 33)), ("A bit of the tag changed", k, flip(good, -1, 128)),
                         ("Another key", rnd("small key 2"), good), ("Cut by a byte", k, good[:-1]), ("A byte behind", k, good + b"\0"), ("Only a salt", k, good[:32]), ("Nothing", k, b""),
                         ("The last byte of the padding isn't zero, well sealed", k, odd(lp(b"hello").ljust(79, b"\0") + b"\1")), ("The first byte of the padding isn't zero, well sealed", k, odd(lp(b"hello") + b"\x80")),
                         ("A length one beyond the room, well sealed", k, odd(u32(77))), ("A length of 2^32 - 1, well sealed", k, odd(b"\xff" * 4)), ("A length of 2^31, well sealed", k, odd(b"\x80\0\0\0")),
                         ("Well sealed without further data", k, salt + AESGCM(hkdf(k, salt, b"covey/1 small", 32)).encrypt(bytes(12), lp(b"hello").ljust(80, b"\0"), b"")),
                         ("Too small for a length: well sealed, three bytes inside", k, seal_plain(k, salt, bytes(3)))):
        must_refuse(None, unseal, key, s, 51 if len(s) == 51 else 128)
        vs.append({"name": name, "key": key, "size": 51 if len(s) == 51 else 128, "opens": False, "sealed": s})
    write("small-seal.json", 'Section 3, Small. "size" is the length of the whole sealed value (salt, ciphertext and tag), so the frame has room for size - 52 bytes. opens false: must not open.', vs)

def hpke():
    vs = []
    for i, (info, aad, plain) in enumerate(((b"covey/1 grant", rnd("epoch x") + IDS[0], rnd("plain")), (b"", b"", b""), (b"covey/1 grant", b"", rnd_n("long", 300)), (b"x" * 100, rnd("aad"), b"hello"))):
        eph = rnd(f"hpke ephemeral {i}"); s = hpke_seal(PUB[i], eph, info, aad, plain)
        assert hpke_open(DEV[i], info, aad, s) == plain
        vs.append({"name": f"Seal {i} opens", "seed": DEV[i], "ed25519": PUB[i], "x25519": ed_to_x(PUB[i]), "ephemeral": eph, "info": info, "aad": aad, "plain": plain, "opens": True, "sealed": s})
    g = dict(vs[0]); s = g["sealed"]
    weak_enc = [bytes(32), le(1), le(P - 1), le(P)]
    for name, ch in [("A bit of enc changed", {"sealed": flip(s, 3)}), ("A bit of the ciphertext changed", {"sealed": flip(s, 40)}), ("A bit of the tag changed", {"sealed": flip(s, -1)}), ("Cut by a byte", {"sealed": s[:-1]}),
                     ("Shorter than enc and a tag", {"sealed": s[:47]}), ("Another info", {"info": b"covey/1 note"}), ("Other further data", {"aad": rnd("epoch x") + IDS[1]}), ("Another recipient", {"seed": DEV[1], "ed25519": PUB[1], "x25519": ed_to_x(PUB[1])})] + \
                    [(f"enc that agrees on zero, {i}", {"sealed": w + AESGCM(k).encrypt(n, g["plain"], g["aad"])}) for i, w in enumerate(weak_enc) for k, n in [hpke_keys(bytes(32), w, g["x25519"], g["info"])]]:
        x = {k: v for k, v in {**g, **ch, "name": name, "opens": False}.items() if k not in ("ephemeral", "plain")}
        must_refuse(None, hpke_open, x["seed"], x["info"], x["aad"], x["sealed"]); vs.append(x)
    for name, A in weak_keys():
        must_refuse("CERTIFICATE_KEY_WEAK", x_agree, rnd("any"), ed_to_x(A))
        vs.append({"name": "Recipient's key that agrees on zero: " + name, "ed25519": A, "x25519": ed_to_x(A), "error": "CERTIFICATE_KEY_WEAK"})
    write("hpke.json", "Section 3, To a device. ephemeral is the X25519 secret key as it is (not from DeriveKeyPair). x25519 is u = (1 + y)/(1 - y), with 1/0 = 0. The enc that agree on zero are sealed under the shared secret that "
          "an agreement on 32 zeros would give, so only the check for zero refuses them. Vectors with an error are certificates' keys to which nothing may be sealed.", vs)

def torsion():
    i = 2
    while True:                                                   # a point of order 8: l times some point
        try: t = mul(ELL, point(le(i)))
        except Refused: i += 1; continue
        if point_bytes(mul(4, t)) != le(1): return [mul(k, t) for k in range(8)]
        i += 1

def weak_keys():
    T = torsion()
    order = ["1", "8", "4", "8", "2", "8", "4", "8"]
    return [(f"{k} times a point of order 8 (order {order[k]})", point_bytes(T[k])) for k in range(8)] + \
           [("y = p, order 4 in another spelling", le(P)), ("y = p + 1, the neutral one in another spelling", le(P + 1)), ("the neutral one with a sign", le(1 | 1 << 255)), ("y = -1 with a sign, order 2 in another spelling", le(P - 1 | 1 << 255))]

def blinded():
    vs = []
    messages = [b"", b"a", to_sign("begin", b"\0\0\0\1a"), rnd_n("message", 300)]
    cases = [(f"Factor of device {i} at a mirror", i, K(SECRETS[0], CONV, "blind", (MK1, MK2)[i % 2] + IDS[i], 64)) for i in range(5)]
    cases += [("Factor one: W is A", 5, le(1, 64)), ("Factor l - 1: W is -A", 5, le(ELL - 1, 64)), ("Factor from 64 bytes of ff", 6, b"\xff" * 64), ("Factor l + 2 in 64 bytes", 6, le(ELL + 2, 64)), ("A factor in the last byte only", 7, bytes(63) + b"\x10")]
    for name, i, d in cases:
        h = factor(d); W = blind(PUB[i], h)
        vs.append({"name": name, "seed": DEV[i], "key": PUB[i], "derived": d, "h": le(h), "w": W, "tag": tag(W), "signatures": [{"message": m, "signature": blind_sign(DEV[i], h, m)} for m in messages],
                   **({"context": {"secret": SECRETS[0], "conversation": CONV, "mirrorKey": (MK1, MK2)[i % 2], "device": IDS[i]}} if i < 5 else {})})
    d = cases[0][2]
    for name, x in (("64 zeros", bytes(64)), ("l", le(ELL, 64)), ("a multiple of l", le(ELL * 2 ** 255, 64))):
        must_refuse(None, factor, x); vs.append({"name": "Factor that is zero: " + name, "seed": DEV[0], "key": PUB[0], "derived": x, "refused": "h is zero"})
    T, bad = torsion(), [("small order: " + n, A) for n, A in weak_keys()]
    bad += [(f"mixed order: a key of prime order plus {k} times a point of order 8", point_bytes(add(point(PUB[0]), T[k]))) for k in (4, 2, 1, 7)]
    spell = []
    for y in range(2, 40):
        try: point(le(y))
        except Refused: spell.append(y)
    bad += [(f"not on the curve: y = {y}{s}", le(y | b << 255)) for y in spell[:2] for s, b in (("", 0), (" with a sign", 1))]
    bad += [("y isn't below p: " + f"y = {y} + p", le(y + P)) for y in range(2, 19) if y not in spell][:2] + [("31 bytes", PUB[0][:31]), ("33 bytes", PUB[0] + b"\0"), ("nothing", b"")]
    for name, A in bad:
        must_refuse(None, blind, A, factor(d)); vs.append({"name": "Key refused: " + name, "key": A, "derived": d, "refused": name.split(":")[0]})
    write("blinded-keys.json", 'Section 4. derived is the 64 bytes of K("blind") (with context, those of that K), h the factor as 32 bytes little-endian, w = h*A. Messages are signed as they stand here (M of the page). '
          'With "refused" there is no W.', vs)

def statement(**ch):
    return {"conversation": CONV, "epoch": K(SECRETS[0], CONV, "id"), "ordinal": 0, "previous": [], "grantees": granted([0]), "mirrors": [{"key": MK1, "url": "https://one.example/"}], "heads": [cid(1)],
            "grants": rnd("grants"), "device": IDS[0], **ch}
granted = lambda who: sorted(({"device": IDS[i], "account": rnd_n(f"account {i // 2}", 20)} for i in who), key=lambda x: enc(F(device=B32, account=B20), x))

def epochs():
    vs, E = [], [K(s, CONV, "id") for s in SECRETS]
    known = {E[0]: 0, E[1]: 1, E[2]: 1}
    two = [{"key": MK1, "url": "https://one.example/"}, {"key": MK2, "url": "https://zw\u00f6lf.example:8443/x"}]
    def st(name, s, i, who, error=None, label="epoch", followed=known, reading=None, conv=CONV):
        signed = sign_statement(s, DEV[who], label)
        if error: must_refuse(error, follow, signed, CONV, SECRETS[i], KEY_OF, followed)
        else: follow(signed, CONV, SECRETS[i], KEY_OF, followed)
        vs.append({"name": name, "kind": "statement", "secret": SECRETS[i], "conversation": CONV, "followed": [{"epoch": k, "ordinal": n} for k, n in followed.items()], "statement": s, "device": IDS[0], "key": PUB[0],
                   "signerSeed": DEV[who], "statementHex": frame(STATEMENT, s), "signed": signed, "error": error, **({"reading": reading} if reading else {})})
    st("The first epoch is followed", statement(), 0, 0, followed={})
    st("An epoch behind one is followed", statement(epoch=E[1], ordinal=1, previous=[E[0]], grantees=granted([0, 1, 2]), mirrors=two, heads=sorted([cid(1), cid(2)])), 1, 0, followed={E[0]: 0})
    st("An epoch behind two of one ordinal is followed", statement(epoch=E[3], ordinal=2, previous=sorted([E[1], E[2]]), grantees=granted(range(9)), heads=[]), 3, 0)
    st("An epoch behind two of different ordinals is one above the highest", statement(epoch=E[3], ordinal=2, previous=sorted([E[0], E[1]])), 3, 0)
    G, O = "EPOCH_GRANT_FALSE", "EPOCH_ORDINAL_FALSE"
    st("Another conversation", statement(conversation=rnd_n("conversation b", 20)), 0, 0, G)
    st("An epoch that isn't that of the secret", statement(epoch=E[1]), 0, 0, G)
    st("No mirror", statement(mirrors=[]), 0, 0, G)
    st("Signed by another device", statement(), 0, 1, G)
    st("Signed with another label", statement(), 0, 0, G, label="segment")
    st("Another conversation and a wrong ordinal: the first check names it", statement(conversation=rnd_n("conversation b", 20), ordinal=5), 0, 0, G)
    st("A previous epoch that wasn't followed", statement(epoch=E[3], ordinal=1, previous=[rnd("never seen")]), 3, 0, O)
    st("One previous epoch followed and one not", statement(epoch=E[3], ordinal=2, previous=sorted([E[1], rnd("never seen")])), 3, 0, O)
    st("An ordinal too high", statement(epoch=E[3], ordinal=3, previous=[E[1]]), 3, 0, O)
    st("An ordinal of the lower of two", statement(epoch=E[3], ordinal=1, previous=sorted([E[0], E[1]])), 3, 0, O)
    st("Ordinal 1 without any previous", statement(ordinal=1), 0, 0, O)
    st("Ordinal 0 behind one", statement(epoch=E[1], ordinal=0, previous=[E[0]]), 1, 0, O)
    def handover(name, old, new, ordinal, who, out_of):
        n = power(len(who)); ep = E[new]
        ephs = [rnd(f"grant {name} {i}") for i in who]; fill = [rnd_n(f"filler {name} {i}", 88) for i in range(n - len(who))]
        fill[:1] = [K(SECRETS[old], CONV, "tag", ep + IDS[out_of], 8) + f[8:] for f in fill[:1]]       # a filler with the tag of who isn't granted
        es = [K(SECRETS[old], CONV, "tag", ep + IDS[i], 8) + hpke_seal(PUB[i], e, b"covey/1 grant", ep + IDS[i], SECRETS[new]) for i, e in zip(who, ephs)] + fill
        order = sorted(range(n), key=lambda i: rnd(f"order {name} {i}")); lie = [es[i] for i in order]
        s = statement(epoch=ep, ordinal=ordinal, previous=[E[old]], grantees=granted(who), mirrors=two, grants=grants_hash(lie))
        signed = sign_statement(s, DEV[0]); follow(signed, CONV, SECRETS[new], KEY_OF, known)
        salt = rnd("note salt " + name); size = padded(len(signed) + 52)
        note = seal(K(SECRETS[new], CONV, "note"), salt, signed, size)
        hand = frame(HANDOVER, {"epoch": ep, "entries": lie, "note": note})
        finds = [{**person(i), "secret": find_grant(hand, SECRETS[old], CONV, DEV[i])} for i in list(who) + [out_of]]
        assert all(f["secret"] == SECRETS[new] for f in finds[:-1]) and finds[-1]["secret"] is None
        assert unseal(K(SECRETS[new], CONV, "note"), note, len(note)) == signed
        vs.append({"name": name, "kind": "handover", "conversation": CONV, "oldSecret": SECRETS[old], "newSecret": SECRETS[new], "granted": [{**person(i), "ephemeral": e} for i, e in zip(who, ephs)], "fillers": fill, "order": order,
                   "statement": s, "signerSeed": DEV[0], "signedStatement": signed, "noteSalt": salt, "noteSize": size, "grants": grants_hash(lie), "finds": finds, "handover": hand, "reading": "grants is over the entries without their lengths"})
    handover("A handover to three devices has eight entries", 0, 1, 1, (0, 1, 2), 9)
    handover("A handover to nine devices has sixteen entries", 1, 3, 2, tuple(range(9)), 9)
    handover("A handover to eight devices has no fillers", 0, 2, 1, tuple(range(8)), 9)
    write("epochs.json", "Section 5. kind statement: signed is followed (error null) or refused with the name, by who has the secret, the conversation and the epochs in followed; device and key are those of the statement's device (a device is SHA-256 of the "
          "DER SubjectPublicKeyInfo of its Ed25519 key). kind handover: order[i] is the index, in granted followed by fillers, of the entry that lies at place i; finds: the secret that each device finds, with the old secret and its seed; "
          "null for one that isn't granted (a filler may carry its tag)." + READING, vs)

def slots():
    vs = []
    for n, m, sec in ((1, MK1, 0), (8, MK1, 0), (9, MK2, 1), (7, MK2, 0)):
        seed, rk, slot = slot_of(SECRETS[sec], CONV, m); r, decoys = roster(SECRETS[sec], CONV, m, DEV[:n])
        assert len(set(r)) == power(n)
        ws = [{**person(i), "h": le(h), "w": W, "tag": tag(W)} for i in range(n) for h, W in [writer(SECRETS[sec], CONV, m, DEV[i])]]
        vs.append({"name": f"A slot with {n} grantee(s) has {len(r)} tags", "secret": SECRETS[sec], "conversation": CONV, "mirrorKey": m, "readSeed": seed, "readKey": rk, "slot": slot, "segmentKey": K(SECRETS[sec], CONV, "segment", slot),
                   "grantees": ws, "decoys": decoys, "roster": r, "rosterDigest": tags_hash(r)})
    write("slots.json", 'Section 6 (and K("segment", slot) of section 2). roster is sorted; rosterDigest is SHA-256 over the bytes of the list of tags (section 8; each tag behind its length).', vs)

def segments():
    vs = []
    ns = [0, 1, 4095, 4096, 4097, 4351, 4352, 4353, 8191, 8192, 8193, 8704, 8705, 10000, 16384, 16385, 32767, 65535, 65536, 65537, 66000, 67584, 67585, 131072, 131073, 200001, 262145, 1048576, 1048577, 16777217, 2 ** 31 + 1, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40 + 1, 2 ** 53 - 1]
    vs.append({"name": "padded(n)", "kind": "padded", "values": [[n, padded(n)] for n in ns]})
    _, _, slot = slot_of(SECRETS[0], CONV, MK1); sk, ep = K(SECRETS[0], CONV, "segment", slot), K(SECRETS[0], CONV, "id")
    rec = {"slot": slot, "incarnation": rnd_n("incarnation", 8), "position": 7, "chain": rnd("chain"), "time": NOW}
    rule = lambda n, a=7, m=251: bytes(a * i % m for i in range(n))
    def header(data, **ch):
        return {"version": 1, "device": IDS[0], "epoch": ep, "slot": slot, "buildsOn": None, "previous": None, "heads": [], "covers": None, "body": "pack", "length": len(data), "sha256": sha256(data), **ch}
    signed = lambda form, v: dec(SIGNED_MIRROR, mirror_sign(M1, form, v))
    reader = {"slotKey": sk, "device": IDS[0], "key": PUB[0], "epoch": ep, "slot": slot}
    def check(sealed, size, key=sk): return open_segment(key, sealed, size, PUB[0], IDS[0], ep, slot)
    goods = [("An empty body", 0, {"body": "card"}), ("A body of 500 bytes", 500, {"buildsOn": signed(RECEIPT, rec), "previous": 3, "heads": [cid(2), cid(1)]}),
             ("A body of 65536 bytes, in two chunks", 65536, {"covers": {"from": 1, "to": 6}, "previous": 0, "buildsOn": signed(HEAD, {**rec, "asked": 3, "chainThere": rnd("chain 3"), "nonce": rnd_n("nonce", 16)})}),
             ("A body of 200001 bytes, in four chunks", 200001, {"body": "handover", "heads": [cid(i) for i in range(64)]}), ("A body whose inside is one whole chunk", 65000, {"body": "keyring"}),
             ("A body whose inside is two whole chunks", 130000, {"body": "grant"})]
    made = {}
    for name, n, ch in goods:
        body = rule(n); h = header(body, **ch); salt = rnd("segment salt " + name); ins, sh = inside_of(h, DEV[0], body); s = seal_segment(sk, salt, ins); made[n] = (s, ins, salt)
        assert check(s, len(s)) == (h, body)
        kc = hkdf(sk, salt, b"covey/1 segment", 48)
        vs.append({"name": name, "kind": "good", **reader, "signerSeed": DEV[0], "salt": salt, "header": h, "bodyLength": n, "bodyRule": "byte i is (7*i) mod 251", "signedHeader": sh, "chunkKey": kc[:32], "commitment": kc[32:],
                   "insideLength": len(ins), "insideSha256": sha256(ins), "sealedLength": len(s), "sealedSha256": sha256(s), **({"sealed": s} if n <= 500 else {})})
    s, ins, salt = made[500]; body = rule(500); h = header(body, **goods[1][2]); W, C, T = "SEGMENT_WRONG_KEY", "SEGMENT_CORRUPT", "SEGMENT_TRUNCATED"
    re = lambda head=h, b=body, by=DEV[0], **k: seal_segment(sk, salt, inside_of(head, by, b, **k)[0])
    kc = hkdf(sk, salt, b"covey/1 segment", 48)
    bad = [("Version 2 outside", flip(s, 0, 3), None, W), ("A bit of the salt changed", flip(s, 5), None, W), ("A bit of the commitment changed", flip(s, 48), None, W), ("Read with the key of another slot", s, None, W),
           ("A wrong commitment over a ciphertext that is also changed: the commitment is looked at first", flip(flip(s, 40), 100), None, W),
           ("A bit of the ciphertext changed", flip(s, 100), None, C), ("A bit of the tag changed", flip(s, -1), None, C), ("Cut by 100 bytes, and the entry says so too", s[:-100], len(s) - 100, C),
           ("A byte behind, and the entry says so too", s + b"\0", len(s) + 1, C), ("Sealed with the counter from 1", seal_segment(sk, salt, ins, first=1), None, C), ("Padding that isn't zero, well sealed", re(fill=1), None, C),
           ("A body with another digest than the header's", re(b=flip(body, 9)), None, C), ("A body shorter than the header's length: what follows isn't zero", re(head={**h, "length": 400, "sha256": sha256(body[:400])}), None, C),
           ("A length of the signed header beyond the end, well sealed", seal_segment(sk, salt, u32(5000) + ins[4:]), None, C), ("A signed header that isn't a frame, well sealed", seal_segment(sk, salt, flip(ins, 4)), None, C),
           ("Cut by 100 bytes", s[:-100], len(s), T), ("Cut behind the commitment", s[:49], len(s), T), ("The last chunk isn't sealed as the last", seal_segment(sk, salt, ins, last=0), None, T)]
    guess = [("The header is signed by another device", re(by=DEV[1]), C), ("The header is signed with another label", re(label="epoch"), C), ("Version 2 inside", re(head={**h, "version": 2}), C),
             ("The header names another slot", re(head={**h, "slot": rnd("slot x")}), C), ("The header names another epoch", re(head={**h, "epoch": rnd("epoch x")}), C), ("Padded to 8192 bytes where 4096 would do", re(size=8192), C)]
    guess = [(n, b, None, e) for n, b, e in guess] + [("Cut within the salt, so that no commitment can be looked at", s[:20], len(s), T)]
    for name, b, size, err in bad + guess:
        key = rnd("another slot key") if "another slot" in name and "names" not in name else sk
        must_refuse(err, check, b, size or len(b), key)
        vs.append({"name": name, "kind": "refused", **reader, "slotKey": key, "entrySize": size or len(b), "sealed": b, "error": err,
                   **({"reading": "that this is looked at here, or under which name, isn't said"} if (name, b, size, err) in guess else {})})
    s = made[65536][0]; c1, c2 = s[49:49 + 65552], s[49 + 65552:]
    for name, b, size, err, how in (("Only the first of two chunks, and the entry says so too", s[:49] + c1, 65601, T, "the first 65601 bytes of the good one of 65536"), ("Only the first of two chunks", s[:49] + c1, len(s), T, "the first 65601 bytes of the good one of 65536"),
                                    ("The second chunk cut by a byte, and the entry says so too", s[:-1], len(s) - 1, C, "the good one of 65536 without its last byte"), ("The first chunk twice", s[:49] + c1 + c1, len(s[:49] + c1 + c1), C, "the first 65601 bytes of the good one of 65536, then bytes 49 to 65600 again"),
                                    ("Without the first chunk", s[:49] + c2, len(s[:49] + c2), C, "the first 49 bytes of the good one of 65536, then what follows byte 65600")):
        must_refuse(err, check, b, size); vs.append({"name": name, "kind": "refusedLarge", **reader, "entrySize": size, "how": how, "sealedLength": len(b), "sealedSha256": sha256(b), "error": err})
    write("segments.json", "Section 7. kind padded: [n, padded(n)]. kind good: everything that goes in, and what comes out (sealed whole where small, else by SHA-256 and length). kind refused: sealed is read by who has slotKey and expects the slot, epoch, device and key "
          "given, and an entry of the log that says entrySize bytes. kind refusedLarge: made from the good segment with a body of 65536 bytes, as how says." + READING, vs)

def log():
    vs, M, sec = [], MK1, SECRETS[0]
    rseed, rk, slot = slot_of(sec, CONV, M)
    ws = [writer(sec, CONV, M, DEV[i]) for i in range(3)]
    ros, _ = roster(sec, CONV, M, DEV[:1]); more = sorted([tag(ws[1][1]), rnd_n("more tags", 16)])
    def make(pos, kind, who, digest=None, size=0, total=0, covers=None, tags=(), time=NOW, label="begin", **ch):
        e = {"position": pos, "kind": kind, "digest": digest or tags_hash(tags), "size": size, "total": total, "writer": ws[who][1], "signature": b"", "covers": covers, "tags": list(tags), "time": time + pos * 60}
        e["signature"] = blind_sign(DEV[who], ws[who][0], to_sign(label, begin_of(ch.pop("mirror", M), ch.pop("slot", slot), e)))
        return {**e, **ch}
    dg = lambda i: rnd(f"segment digest {i}")
    es = [make(0, "open", 0, tags=ros), make(1, "append", 0, dg(1), 4161, 4161), make(2, "admit", 0, total=4161, tags=more), make(3, "object", 1, dg(3), 1000000, 1004161),
          make(4, "stratum", 1, dg(4), 8769, 1012930, {"from": 1, "to": 3}), make(5, "handover", 0, dg(5), 70000, 1082930)]
    raw, chain, rows = [], None, []
    for e in es:
        b = frame(ENTRY, e); check_entry(M, slot, raw, b); raw.append(b); chain = chain_next(chain, slot, b)
        rows.append({"entry": e, "begin": begin_of(M, slot, e), "entryHex": b, "chain": chain})
    vs.append({"name": "A log of six entries by two writers", "kind": "log", "secret": sec, "conversation": CONV, "mirrorKey": M, "readKey": rk, "slot": slot,
               "writers": [{**person(i), "derived": K(sec, CONV, "blind", M + IDS[i], 64), "h": le(ws[i][0]), "w": ws[i][1], "tag": tag(ws[i][1])} for i in range(3)], "entries": rows})
    FG, BR = "MIRROR_ENTRY_FORGED", "MIRROR_CHAIN_BROKEN"
    good2, no_digest = make(1, "append", 0, dg(1), 4161, 4161), rnd("not the digest of the tags")
    s1 = make(1, "append", 0, dg(9), 10, 10); tot = 1082930
    cases = [(0, "No log begins with an append", make(0, "append", 0, dg(1), 10, 10), BR, 1), (0, "Opened by one who isn't in the roster", make(0, "open", 2, tags=ros), FG, 0), (0, "Opened with another digest than that of the tags", make(0, "open", 0, no_digest, tags=ros), FG, 0),
             (0, "Opened with a size", make(0, "open", 0, size=5, total=5, tags=ros), FG, 0), (1, "A bit of the signature changed", {**s1, "signature": flip(s1["signature"], 40)}, FG, 0), (1, "S of the signature plus l", {**s1, "signature": s1["signature"][:32] + le(int.from_bytes(s1["signature"][32:], "little") + ELL)}, FG, 0), (1, "The mirror changed the digest", {**s1, "digest": dg(10)}, FG, 0),
             (1, "The mirror changed the size, and the total with it", {**s1, "size": 11, "total": 11}, FG, 0), (1, "The mirror changed the kind", {**s1, "kind": "object"}, FG, 0), (1, "The mirror named another writer", {**s1, "writer": ws[1][1]}, FG, 0),
             (1, "Signed for another slot", make(1, "append", 0, dg(9), 10, 10, slot=rnd("slot x")), FG, 0), (1, "Signed for another mirror", make(1, "append", 0, dg(9), 10, 10, mirror=MK2), FG, 0), (1, "Signed with another label", make(1, "append", 0, dg(9), 10, 10, label="request"), FG, 0),
             (1, "A writer before it is admitted", make(1, "append", 1, dg(9), 10, 10), FG, 0), (6, "A writer whom nobody admitted", make(6, "append", 2, dg(9), 10, tot + 10), FG, 0), (6, "Opened twice", make(6, "open", 0, total=tot, tags=sorted(ros[1:])), BR, 0),
             (6, "A digest for the second time", make(6, "append", 0, dg(1), 4161, tot + 4161), FG, 1), (6, "An append that names tags", make(6, "append", 0, dg(9), 10, tot + 10, tags=[rnd_n("t", 16)]), FG, 0), (6, "Admitted with a size", make(6, "admit", 0, size=1, total=tot + 1, tags=[rnd_n("t", 16)]), FG, 0),
             (6, "Admitted with another digest than that of the tags", make(6, "admit", 0, no_digest, total=tot, tags=[rnd_n("t", 16)]), FG, 0), (6, "The mirror added a tag to what a writer admits", {**make(6, "admit", 0, total=tot, tags=[rnd_n("t", 16)]), "tags": sorted([rnd_n("t", 16), rnd_n("u", 16)])}, FG, 0),
             (6, "A stratum that covers its own position", make(6, "stratum", 1, dg(9), 10, tot + 10, {"from": 4, "to": 6}), FG, 0), (6, "A stratum that covers what comes later", make(6, "stratum", 1, dg(9), 10, tot + 10, {"from": 7, "to": 9}), FG, 0),
             (6, "A stratum that covers backwards", make(6, "stratum", 1, dg(9), 10, tot + 10, {"from": 3, "to": 1}), FG, 1), (6, "A stratum that covers nothing", make(6, "stratum", 1, dg(9), 10, tot + 10), FG, 1), (6, "An append that covers", make(6, "append", 1, dg(9), 10, tot + 10, {"from": 1, "to": 1}), FG, 1),
             (6, "A position left out", make(7, "append", 0, dg(9), 10, tot + 10), BR, 0), (6, "A position for the second time", make(5, "append", 0, dg(9), 10, tot + 10), BR, 0), (6, "A total without its own size", make(6, "append", 0, dg(9), 10, tot), BR, 1), (6, "A total too high by one", make(6, "append", 0, dg(9), 10, tot + 11), BR, 1)]
    for after, name, e, err, guess in cases:
        b = frame(ENTRY, e); must_refuse(err, check_entry, M, slot, raw[:after], b)
        vs.append({"name": name, "kind": "refused", "after": after, "entry": b, "error": err, **({"reading": "the page doesn't say this, or not under which name"} if guess else {})})
    ok = frame(ENTRY, make(6, "append", 1, dg(9), 10, tot + 10)); check_entry(M, slot, raw, ok)
    vs.append({"name": "An entry that can follow", "kind": "accepted", "after": 6, "entry": ok, "chain": chain_next(chain, slot, ok)})
    for name, c in (("The mirror's chain is that of the entry before", chain), ("The mirror's chain leaves out the entry before", chain_next(rows[4]["chain"], slot, ok)), ("The mirror's chain begins anew", chain_next(None, slot, ok)), ("The mirror's chain differs in a bit", flip(chain_next(chain, slot, ok), 31))):
        assert c != chain_next(chain, slot, ok); vs.append({"name": name, "kind": "refused", "after": 6, "entry": ok, "claimedChain": c, "error": BR})
    write("log.json", "Section 8. kind log: the entries in order. kind refused: entry can't follow the first 'after' entries of that log; with claimedChain the entry is good and the mirror's chain behind it isn't. The page doesn't define the two names: here MIRROR_ENTRY_FORGED is "
          "whatever is wrong in what a writer signs (or in who signs), MIRROR_CHAIN_BROKEN whatever the mirror alone adds (position, total, chain)." + READING, vs)

def statements():
    vs, pairs = [], []
    base = {"slot": rnd("slot x"), "incarnation": rnd_n("incarnation", 8), "position": 5, "chain": rnd("chain 5"), "time": NOW}
    ch = lambda i: rnd(f"chain {i}")
    made = {}
    def mk(name, seed=M1, label=None, **c):
        form = HEAD if "asked" in c else RECEIPT
        v = {**base, **c}
        if form is HEAD: v = {"chainThere": ch(v["asked"]), "nonce": rnd_n("nonce " + name, 16), **v}
        made[name] = mirror_sign(seed, form, v, label)
        vs.append({"name": name, "kind": "head" if form is HEAD else "receipt", "seed": seed, "key": public(seed), "value": {k: v[k] for k in form["frame"]}, "statement": frame(form, v), "signed": made[name], **({"wrongLabel": label} if label else {})})
    mk("r5"); mk("r5 later", time=NOW + 9); mk("r5 other chain", chain=ch("5'")); mk("r7", position=7, chain=ch(7)); mk("r7 other chain", position=7, chain=ch("7'")); mk("r9", position=9, chain=ch(9))
    mk("r5 other chain, other slot", slot=rnd("slot y"), chain=ch("5'")); mk("r5 other chain, other incarnation", incarnation=rnd_n("incarnation 2", 8), chain=ch("5'")); mk("r5 other chain, another mirror's", seed=M2, chain=ch("5'")); mk("r5 other chain, signed as a head", label="head", chain=ch("5'"))
    mk("h5 asked 3", asked=3); mk("h5 asked 3, other there", asked=3, chainThere=ch("3'")); mk("h5 asked 5", asked=5); mk("h9 asked 5", position=9, chain=ch(9), asked=5); mk("h9 asked 5, other there", position=9, chain=ch(9), asked=5, chainThere=ch("5'"))
    mk("h5 asked 7", asked=7, chainThere=ZERO32); mk("h5 asked 7 again", asked=7, chainThere=ch(1)); mk("h7 asked 3", position=7, chain=ch(7), asked=3); mk("h9 asked 7", position=9, chain=ch(9), asked=7); mk("h6 asked 9", position=6, chain=ch(6), asked=9, chainThere=ZERO32)
    mk("h7 asked 9", position=7, chain=ch(7), asked=9, chainThere=ZERO32); mk("h7 asked 5, other there", position=7, chain=ch(7), asked=5, chainThere=ch("5'")); mk("r0", position=0, chain=ch(0)); mk("h5 asked 0, other there", asked=0, chainThere=ch("0'"))
    mk("h5 asked 7, other incarnation", incarnation=rnd_n("incarnation 2", 8), asked=7, chainThere=ZERO32)
    FK, RB = "MIRROR_FORKED", "MIRROR_ROLLED_BACK"
    for a, b, p, *reading in (("r5", "r5", None), ("r5", "r5 later", None), ("r5", "r7", None), ("r5", "r5 other chain, other slot", None), ("r5", "r5 other chain, other incarnation", None), ("r5", "r5 other chain, another mirror's", None), ("r5", "r5 other chain, signed as a head", None),
                    ("r5", "h5 asked 3", None), ("r5", "h9 asked 5", None), ("h5 asked 5", "h9 asked 5", None), ("h5 asked 7", "h5 asked 7 again", None), ("r5", "h5 asked 7", None), ("r7", "h5 asked 7, other incarnation", None), ("h5 asked 3", "r9", None),
                    ("r5", "r5 other chain", FK), ("r7", "r7 other chain", FK), ("r5", "h9 asked 5, other there", FK), ("r5 other chain", "h5 asked 3", FK), ("r5 other chain", "h9 asked 5", FK), ("h5 asked 3", "h5 asked 3, other there", FK), ("h9 asked 5", "h9 asked 5, other there", FK),
                    ("r5 other chain", "h5 asked 7", FK), ("r0", "h5 asked 0, other there", FK), ("r7 other chain", "h9 asked 7", FK), ("r7", "h5 asked 7", RB), ("h7 asked 3", "h5 asked 7", RB), ("h9 asked 7", "h5 asked 7", RB), ("r7 other chain", "h5 asked 7", RB), ("r9", "h6 asked 9", RB),
                    ("r9", "h5 asked 7", None, "a later position than the asked one isn't 'that position', though it shows as well that the log was longer"), ("h7 asked 9", "h5 asked 7", RB), ("h9 asked 5", "h7 asked 9", RB), ("h7 asked 5, other there", "h5 asked 7", FK, "these prove both; the one that the page names first is taken"),
                    ("h7 asked 5, other there", "h9 asked 5", FK), ("r7", "h7 asked 9", None), ("h6 asked 9", "h5 asked 7", None)):
        for x, y in ((a, b), (b, a)):
            assert proves(MK1, made[x], made[y]) == p, (x, y, p, proves(MK1, made[x], made[y]))
        pairs.append({"name": f"{a} and {b} prove {p or 'nothing'}", "kind": "pair", "key": MK1, "first": made[a], "second": made[b], "proves": p, **({"reading": reading[0]} if reading else {})})
    write("statements.json", "Section 9. kind receipt and head: values and signed statements. kind pair: what two signed statements under key prove (null: nothing), in either order." + READING, vs + pairs)

def requests():
    vs = []
    rseed, rk, slot = slot_of(SECRETS[0], CONV, MK1); h, W = writer(SECRETS[0], CONV, MK1, DEV[0])
    _, rk2, slot2 = slot_of(SECRETS[1], CONV, MK1); _, _, slot_m2 = slot_of(SECRETS[0], CONV, MK2)
    def make(method, read=None, write_=None, label="request", **ch):
        """read, write_: signed or not (by default as the method wants it)"""
        q = {"mirror": MK1, "method": method, "slot": slot, "readKey": rk, "writer": W if method in BY_W else None, "body": sha256(b"body of " + method.encode()), "time": NOW, **ch}
        b = frame({**REQUEST, "frame": {**REQUEST["frame"], "method": {"word": METHODS + ["close"]}}}, q)
        by_r, by_w = method in BY_READ if read is None else read, method in BY_W if write_ is None else write_
        return q, b, {"request": b, "byReadKey": sign(rseed, label, b) if by_r else b"", "byWriter": blind_sign(DEV[0], h, to_sign(label, b)) if by_w else b""}
    inputs = {"secret": SECRETS[0], "conversation": CONV, "mirrorKey": MK1, "readSeed": rseed, "deviceSeed": DEV[0], "device": IDS[0], "h": le(h), "w": W}
    for m, now, ch in [(m, NOW + i, {}) for i, m in enumerate(METHODS)] + [("list", NOW + 600, {"body": sha256(b"")}), ("begin", NOW - 600, {})]:
        q, b, s = make(m, **ch); signed = frame(SIGNED_REQUEST, s); check_request(MK1, now, signed)
        vs.append({"name": f"A good '{m}', the mirror's time is {now - NOW:+d} s", **inputs, "now": now, "request": q, "requestHex": b, "signed": signed, "error": None, **({"reading": "ten minutes to the second are within"} if abs(now - NOW) == 600 else {})})
    RF, CS = "REQUEST_FORGED", "CLOCK_SKEW"
    ch = lambda m, **c: (lambda t: {**t[2], **{k: f(t[2][k]) for k, f in c.items()}})(make(m))
    bad = [("To another mirror", make("list", mirror=MK2, slot=slot_m2)[2], 0, RF, 0), ("A slot that isn't that of the read key", make("list", slot=slot2)[2], 0, RF, 0), ("A slot of another mirror", make("begin", slot=slot_m2)[2], 0, RF, 0), ("A read key that isn't that of the slot", make("begin", readKey=rk2)[2], 0, RF, 0),
           ("A bit of the read key's signature changed", ch("read", byReadKey=lambda x: flip(x, 7)), 0, RF, 0), ("A bit of the writer's signature changed", ch("begin", byWriter=lambda x: flip(x, 7)), 0, RF, 0), ("An 'open' without the read key's signature", make("open", read=False)[2], 0, RF, 0),
           ("An 'open' without the writer's signature", make("open", write_=False)[2], 0, RF, 0), ("A 'drop' without a signature", make("drop", read=False)[2], 0, RF, 0), ("A 'begin' signed by the read key instead of the writer", make("begin", read=True, write_=False)[2], 0, RF, 0),
           ("Signed with another label", make("watch", label="begin")[2], 0, RF, 0), ("Another method than what was signed", {**make("drop")[2], "byReadKey": make("read")[2]["byReadKey"]}, 0, RF, 0), ("A signature of 63 bytes", ch("list", byReadKey=lambda x: x[:63]), 0, RF, 0),
           ("A writer named that didn't sign", make("object", writer=writer(SECRETS[0], CONV, MK1, DEV[1])[1])[2], 0, RF, 0), ("An 'admit' by 32 zeros", make("admit", writer=ZERO32)[2], 0, RF, 0), ("Too late and forged: forged is said", ch("list", byReadKey=lambda x: flip(x, 7)), 5000, RF, 0),
           ("601 seconds late", make("list")[2], 601, CS, 0), ("601 seconds early", make("begin")[2], -601, CS, 0), ("A day late", make("open")[2], 86400, CS, 0), ("Time zero", make("renew", time=0)[2], 0, CS, 0),
           ("A 'begin' with the read key's signature too", make("begin", read=True)[2], 0, RF, 1), ("A 'list' with a writer's signature too", make("list", write_=True, writer=W)[2], 0, RF, 1), ("A 'list' that names a writer", make("list", writer=W)[2], 0, RF, 1), ("A method that isn't one", make("close", read=True)[2], 0, RF, 1)]
    # 32 zeros are a point of order 4: signatures that many verifiers take can be made for it without any secret
    b, i = make("admit", writer=ZERO32)[1], 0
    while True:
        r = int.from_bytes(rnd(f"small order {i}"), "little") % ELL; R = point_bytes(mul(r, BASE)); i += 1
        if int.from_bytes(sha512(R + ZERO32 + to_sign("request", b)), "little") % ELL % 4 == 0: break
    bad.append(("An 'admit' by 32 zeros, a point of order 4, with R = S*B, which verifies without a check of the order", {"request": b, "byReadKey": b"", "byWriter": R + le(r)}, 0, RF, 1))
    for name, s, dt, err, guess in bad:
        signed = frame(SIGNED_REQUEST, s); must_refuse(err, check_request, MK1, NOW + dt, signed)
        vs.append({"name": name, "mirrorKey": MK1, "now": NOW + dt, "signed": signed, "error": err, **({"reading": "that this is refused, or under this name, isn't said"} if guess else {})})
    signed = frame(SIGNED_REQUEST, make("list")[2]) + b"\0"; must_refuse(RF, check_request, MK1, NOW, signed)
    vs.append({"name": "A byte behind the signed request", "mirrorKey": MK1, "now": NOW, "signed": signed, "error": RF, "reading": "that a frame that isn't one has this name isn't said"})
    write("requests.json", "Section 10. now is the mirror's time in seconds. error null: the request passes these checks (what the mirror then looks up isn't part of it). readKey and slot are those of section 6; body is SHA-256 of some text." + READING, vs)

def beacons():
    global EPOCH
    EPOCH = K(SECRETS[0], CONV, "id")
    vs, key = [], rnd("beacon key")
    slots_ = [slot_of(SECRETS[0], CONV, m)[2] for m in (MK1, MK2)]; mirrors = [MK1, MK2]
    def rc(place, seed=None, slot=None, label="receipt", pos=5, **c):
        v = {"slot": slot or slots_[place % 2], "incarnation": rnd_n(f"incarnation {place}", 8), "position": pos, "chain": rnd(f"chain {place} {pos}"), "time": NOW - 100}
        return v, pack_receipt(place, v, sign(seed or (M1, M2)[place % 2], label, frame(RECEIPT, v)))
    def make(heads, rs, by=0, label="beacon", dev=0, form=BEACON):
        hs = sorted(heads)
        b = {"device": IDS[dev], "time": NOW, "heads": hs[:4 if form is not BEACON else 3], "allHeads": sha256(b"".join(hs)), "receipts": [r for _, r in rs]}
        bb = enc(form, b)
        return b, bb, lp(bb) + lp(sign(DEV[by], label, EPOCH + bb))
    common = {"device": IDS[0], "key": PUB[0], "secret": SECRETS[0], "conversation": CONV, "mirrors": mirrors, "slots": slots_}
    sets = {0: [], 1: [cid(1)], 3: [cid(i) for i in range(3)], 5: [cid(i) for i in range(5)]}
    for name, n, rs in (("A beacon without receipts", 1, []), ("A beacon with one receipt, of the second mirror", 3, [rc(1)]), ("A beacon with two receipts and more heads than it names", 5, [rc(0), rc(1)]), ("A beacon without heads", 0, [])):
        b, bb, sg = make(sets[n], rs); check_beacon(KEY_OF, mirrors, slots_, sg); salt = rnd("beacon salt " + name); sealed = seal(key, salt, sg, 544)
        assert unseal(key, sealed, 544) == sg
        vs.append({"name": name, "kind": "good", **common, "signerSeed": DEV[0], "allOfTheHeads": sorted(sets[n]), "receipts": [{"place": r[0], **v, "frame": frame(RECEIPT, v), "mirrorSeed": (M1, M2)[r[0]], "packed": r} for v, r in rs], "beacon": b, "beaconHex": bb, "signed": sg,
                   "sealKey": key, "sealSalt": salt, "sealed": sealed, **({"reading": "which of more heads are named isn't said: the first three here"} if n > 3 else {})})
    loose = F(**{**BEACON["frame"], "heads": L(B20, 4), "receipts": L("bytes 121", 3)})
    good = vs[2]["sealed"]; sg = vs[2]["signed"]; salt = rnd("beacon salt bad"); sl = lambda x, size=544: seal(key, salt, x, size)
    bad = [("A bit of the sealed beacon changed", flip(good, 50), 0), ("Sealed under another key", seal(rnd("another beacon key"), salt, sg, 544), 0), ("Sealed into 545 bytes", sl(sg, 545), 0), ("Sealed into 1024 bytes", sl(sg, 1024), 0), ("Padding that isn't zero", seal_plain(key, salt, lp(sg).ljust(495, b"\0") + b"\1"), 0),
           ("Signed by another device", sl(make(sets[1], [], by=1)[2]), 0), ("Signed with another label", sl(make(sets[1], [], label="receipt")[2]), 0), ("A bit of what is signed changed", sl(flip(make(sets[1], [])[2], 45)), 0), ("Four heads", sl(make(sets[5][:4], [], form=loose)[2]), 0), ("A byte behind the signed beacon", sl(make(sets[1], [])[2] + b"\0"), 0),
           ("A receipt with a false signature of the mirror", sl(make(sets[1], [rc(0, seed=rnd("no mirror"))])[2]), 1), ("A receipt with the place of the other mirror", sl(make(sets[1], [(0, b"\1" + rc(0)[1][1:])])[2]), 1), ("A receipt with a place where the statement has no mirror", sl(make(sets[1], [rc(2)])[2]), 1),
           ("A receipt of another slot", sl(make(sets[1], [rc(0, slot=rnd("slot x"))])[2]), 1)]
    for name, b, receipt in bad:
        if receipt: assert check_beacon({IDS[0]: PUB[0]}, mirrors, slots_, unseal(key, b, 544)) == []
        else: must_refuse(None, lambda: check_beacon({IDS[0]: PUB[0]}, mirrors, slots_, unseal(key, b, 544)))
        vs.append({"name": name, "kind": "withoutReceipt" if receipt else "dropped", **common, "sealKey": key, "sealed": b})
    b, bb, sg = make([], [rc(0), rc(1), rc(0, pos=6)], form=loose)
    must_refuse(None, check_beacon, KEY_OF, mirrors, slots_, sg)
    vs.append({"name": "Three receipts (it doesn't fit into 544 bytes, so it stands here unsealed)", "kind": "dropped", **common, "signed": sg})
    write("beacons.json", "Section 11. mirrors are the keys in the order of the epoch's statement, slots those at these mirrors; place counts from 0. The page doesn't say which key seals a beacon: sealKey is given. kind dropped: the reader, who knows the device's key, must not "
          "take anything from it. kind withoutReceipt: it is read, without its receipt." + READING, vs)

if __name__ == "__main__":
    os.makedirs(OUT, exist_ok=True)
    for f in (frames, epoch_keys, small_seals, hpke, blinded, epochs, slots, segments, log, statements, requests, beacons): f()
