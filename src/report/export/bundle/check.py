#!/usr/bin/env python3
"""Checks this evidence bundle. Needs Python 3 and nothing else; run it in the unpacked directory.

It works out anew what the files say of themselves: every decision in decisions.csv is a record of the
ledger, every record is in its group, every group in the chain of its day, and every regime is the text
the decision was made by. It ends with the chain's last value of each day: compare it with one that was
kept elsewhere or signed.
"""
import csv
import datetime
import hashlib
import json
import os
import sys

os.chdir(os.path.dirname(os.path.abspath(__file__)))
problems = []


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def u64(n):
    return n.to_bytes(8, "big")


def node(hashes):
    """The Merkle tree hash of RFC 9162, section 2.1.1."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha(b"\x01", node(hashes[:k]), node(hashes[k:]))


def lines(name):
    with open(name, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
        shift += 7


def problem(text):
    problems.append(text)


# Groups and chains.
leaves, last, values = {}, {}, {}
for chain in lines("chains.jsonl"):
    day, value = chain["day"], bytes.fromhex(chain["previous"])
    for group in chain["groups"]:
        first, count, root = group["first"], group["count"], bytes.fromhex(group["root"])
        hashes = [bytes.fromhex(leaf) for leaf in group.get("leaves", [])]
        if hashes and (len(hashes) != count or node(hashes) != root):
            problem(f"{day}: the records of the group from {first} do not give its root")
        for seq, leaf in enumerate(hashes, first):
            leaves[day, seq] = leaf
        value = sha(b"\x02", value, root, u64(first), u64(count))
        values.setdefault(day, []).append(value)
    last[day] = value.hex()

# Words: campaigns, sellers, regimes.
words, packs = {}, set()
for word in lines("words.jsonl"):
    day, seq, public = word["day"], word["seq"], bytes.fromhex(word["public"])
    if leaves.get((day, seq)) != sha(b"\x00", u64(seq), public):
        problem(f"word {seq} of {day} is not in the chain")
    kind = public[9]
    number, at = varint(public, 10)
    words[day, kind, number] = public[at:]
    if kind == 4:
        _, at = varint(public, at)
        packs.add((public[at + 32 :].decode(), public[at : at + 32].hex()))

VERDICTS = {1: "ALLOW", 2: "BLOCK", 3: "DEFER"}
REASONS = dict(
    enumerate(
        "INVALID_NUMBER UNKNOWN_CAMPAIGN CAMPAIGN_NOT_RUNNING NO_REGIME LINE_TYPE_NOT_CALLABLE "
        "PURPOSE_NOT_COVERED SOURCE_NOT_LAWFUL OBJECTED CONSENT OTHER_COMPANY_OFFER CUSTOMER_SIMILAR "
        "PRODUCT_NOT_SIMILAR NOT_A_CUSTOMER REGISTER_STALE REGISTERED NOT_REGISTERED COMPATIBLE_PURPOSE "
        "PURPOSE_NOT_COMPATIBLE FACTS_BEHIND NO_CONSENT".split(),
        1,
    )
)


def decode(day, public):
    """What a record says: time, verdict, reason, campaign (docs/ledger.md of verzet)."""
    micros = int.from_bytes(public[2:9], "big")
    word, at = varint(public, 13 + 1)
    if word == 0:
        campaign = b""
    elif word == 1:
        length, at = varint(public, at)
        campaign = public[at : at + length]
    else:
        campaign = words[day, 1, word - 2]
    return micros, VERDICTS[public[9] & 3], REASONS.get(public[10], "?"), campaign.decode()


# Records.
records = {}
for record in lines("records.jsonl"):
    name, day, seq = record["decision_id"], record["day"], record["seq"]
    public = bytes.fromhex(record["public"])
    if leaves.get((day, seq)) != sha(b"\x00", u64(seq), public):
        problem(f"{name}: its record is not in the chain")
    number = None
    if "personal" in record:
        personal = bytes.fromhex(record["personal"])
        if sha(b"\x04", personal) != public[-32:]:
            problem(f"{name}: number, call and agent are not those that were recorded")
        number = ""
        if personal[16] & 1:
            digits, _ = varint(personal, 17)
            number = f"+{digits}"
    records[name] = (*decode(day, public), number)

# The table people read.
with open("decisions.csv", encoding="utf-8-sig", newline="") as file:
    head = file.readline()
    file.seek(0)
    rows = list(csv.reader(file, delimiter=";" if ";" in head else ","))[1:]
for row in rows:
    name = row[2]
    if name not in records:
        problem(f"{name} is in decisions.csv and not among the records")
        continue
    micros, verdict, reason, campaign, number = records.pop(name)
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=micros)
    if not row[1].startswith(moment.strftime("%Y-%m-%dT%H:%M:%S")):
        problem(f"{name}: decisions.csv has another time than the record")
    if (row[3], row[4]) != (verdict, reason):
        problem(f"{name}: decisions.csv has another verdict or reason than the record")
    if row[7].lstrip("'") != campaign.lstrip("'"):
        problem(f"{name}: decisions.csv has another campaign than the record")
    if number is not None and row[5].lstrip("'") != number:
        problem(f"{name}: decisions.csv has another number than the record")
for name in records:
    problem(f"{name} is among the records and not in decisions.csv")

# Regimes: the text of each is what its hash says, and decisions name it by that hash.
for name in os.listdir("regimes") if os.path.isdir("regimes") else []:
    with open(os.path.join("regimes", name), "rb") as file:
        found = hashlib.sha256(file.read()).hexdigest()
    regime, stated = name.removesuffix(".toml").rsplit("-", 1)
    if found != stated:
        problem(f"regimes/{name} is not the text its name states")
    if (regime, stated) not in packs:
        problem(f"regimes/{name} is a regime no decision names")

# Heads: each states what the chain was behind so many groups. Their signatures are checked with openssl.
heads = {}
for day in last:
    name = f"heads/{day}.message"
    if not os.path.exists(name):
        continue
    with open(name, "rb") as file:
        head = file.read()[19:]
    groups, stated, key = int.from_bytes(head[62:70], "big"), head[70:102], head[182:214].hex()
    if len(values[day]) < groups or values[day][groups - 1] != stated:
        problem(f"{name} states another chain than the records give")
    heads[day] = (groups, len(values[day]), key)

# Files.
with open("SHA256SUMS", encoding="utf-8") as file:
    for line in file:
        stated, name = line.rstrip("\n").split("  ", 1)
        with open(name, "rb") as content:
            if hashlib.sha256(content.read()).hexdigest() != stated:
                problem(f"{name} is not the file that was delivered")

for text in problems[:50]:
    print(text)
if problems:
    print(f"NOT AS RECORDED: {len(problems)} problems")
    sys.exit(1)
print(f"as recorded: {len(rows)} decisions")
for day, value in sorted(last.items()):
    print(f"last value of the chain of {day}: {value}")
    if day in heads:
        groups, of, key = heads[day]
        print(f"  its head states {groups} of {of} groups. Whether it is signed:")
        print(
            f"  openssl pkeyutl -verify -pubin -inkey heads/{key}.pem -rawin"
            f" -in heads/{day}.message -sigfile heads/{day}.signature"
        )
