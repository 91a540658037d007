"""What squid asks about NTLM logins: `ntlm_helper.py USER NT_HASH` knows one user.

It speaks squid's protocol for helpers of NTLM on its standard streams, and checks NTLMv2
([MS-NLMP] 3.3.2). NT_HASH is MD4 of the password in UTF-16LE, which Python no longer computes.
squid runs it as a user of its own: it imports nothing of this tree.
"""

import base64
import hashlib
import hmac
import os
import struct
import sys

_SIGNATURE = b"NTLMSSP\0"
_UNICODE, _REQUEST_TARGET, _NTLM = 1, 4, 0x200
_DOMAIN, _SECOND_VERSION, _TARGET_INFO = 0x10000, 0x80000, 0x800000
_FLAGS = _UNICODE | _REQUEST_TARGET | _NTLM | _DOMAIN | _SECOND_VERSION | _TARGET_INFO
_NAME = "XGET".encode("utf-16-le")
_INFO = struct.pack("<HH", 2, len(_NAME)) + _NAME + struct.pack("<HH", 0, 0)


def challenge_message(challenge: bytes) -> bytes:
    name_at = 48
    return (_SIGNATURE + struct.pack("<I", 2) + struct.pack("<HHI", len(_NAME), len(_NAME), name_at)
            + struct.pack("<I", _FLAGS) + challenge + bytes(8)
            + struct.pack("<HHI", len(_INFO), len(_INFO), name_at + len(_NAME)) + _NAME + _INFO)


def field(message: bytes, at: int) -> bytes:
    length, _, begin = struct.unpack_from("<HHI", message, at)
    return message[begin:begin + length]


def hmac_md5(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.md5).digest()


def is_right(answer: bytes, challenge: bytes, nt_hash: bytes) -> bool:
    response, domain, user = (field(answer, at) for at in (20, 28, 36))
    identity = user.decode("utf-16-le").upper().encode("utf-16-le") + domain
    proof = hmac_md5(hmac_md5(nt_hash, identity), challenge + response[16:])
    return hmac.compare_digest(proof, response[:16])


def main(known_user: str, nt_hash: bytes):
    challenge = b""
    for line in sys.stdin:
        kind, _, text = line.strip().partition(" ")
        if kind == "YR":
            challenge = os.urandom(8)
            print("TT", base64.b64encode(challenge_message(challenge)).decode(), flush=True)
            continue
        answer = base64.b64decode(text)
        user = field(answer, 36).decode("utf-16-le")
        known = user == known_user and is_right(answer, challenge, nt_hash)
        print(f"AF {user}" if known else "NA wrong login", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], bytes.fromhex(sys.argv[2]))
