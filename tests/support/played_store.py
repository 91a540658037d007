"""An object store that does what is wished of it: the misbehaving server, with uploads.

    with PlayedStore() as store:
        store.play("part 2", refused(503, "SlowDown"), times=2)
        store.play("complete", cut(0, "rst"), done=True)   # it is done, and nobody hears of it
        ...                                                # xget cp file s3://bucket/key
        store.objects["key"].data, store.made["key"], store.uploads, store.asked

What is asked has a short name: put, begin, part N, list, complete, abort, uploads (their listing),
look (HEAD), get, copy and copy part N. It encrypts nothing, but is as strict about keys of SSE-C as
if it did. Of several plays of one name the first that has times left goes.
"""

import base64
import collections
import dataclasses
import hashlib
import re
import socket
import threading
import urllib.parse
from collections.abc import Callable
from xml.sax.saxutils import escape

import pytest

from support.answers import Answer, Request, Resource, honest_answer, plain_answer
from support.hostile_server import Connection, HostileServer

BUCKET = "bucket"
SINCE = "2100-01-01T00:00:00.000Z"


@dataclasses.dataclass
class Object:
    data: bytes
    etag: str
    headers: list[tuple[str, str]]
    customer_key: str | None = None    # in base64


@dataclasses.dataclass
class Upload:
    key: str
    headers: list[tuple[str, str]]
    customer_key: str | None = None
    parts: dict[int, bytes] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class _Play:
    what: str
    change: Callable[[Answer, Request], Answer]
    times: int
    done: bool     # the store does first what it is asked


# ---- what is played: each makes an answer of the honest one --------------------------------------

def refused(status: int, code: str, more: str = "", **fields: str):
    document = f"<Error><Code>{code}</Code><Message>played</Message>{more}</Error>"
    named = [(name.replace("_", "-"), value) for name, value in fields.items()]

    def change(_answer, request):
        answer = plain_answer(status, document, named, "application/xml")
        if request.method == "HEAD":
            answer.body = b""
        return answer
    return change


def cut(after: int, how: str):
    """Ends so after that many bytes of the body: fin, rst or stall; before the head with -1."""
    def change(answer, _request):
        if after < 0:
            return Answer(raw_head=b"", stop_after=0, ending=how)
        answer.stop_after, answer.ending = after, how
        return answer
    return change


def cut_document(after: int):
    """A document that is no longer than it says, but no whole one."""
    def change(answer, _request):
        answer.body = answer.body[:after]
        answer.set("Content-Length", str(len(answer.body)))
        return answer
    return change


def with_fields(**fields: str):
    def change(answer, _request):
        for name, value in fields.items():
            answer.set(name.replace("_", "-"), value)
        return answer
    return change


def with_body(find: str, put: str):
    def change(answer, _request):
        answer.body = re.sub(find.encode(), put.encode(), bytes(answer.body))
        answer.set("Content-Length", str(len(answer.body)))
        return answer
    return change


# ---- the store ----------------------------------------------------------------------------------

class PlayedStore(HostileServer):
    def __init__(self, **more):
        super().__init__(**more)
        self.objects: dict[str, Object] = {}
        self.uploads: dict[str, Upload] = {}
        self.made: collections.Counter = collections.Counter()   # how often a key got an object
        self.begun = 0
        self.asked: list[str] = []
        self.requests: list[Request] = []
        self._plays: list[_Play] = []
        # Changes a part's bytes on their way to the disk.
        self.stores: Callable[[str, bytes], bytes] = lambda what, data: data
        self._guard = threading.Lock()

    def play(self, what: str, change, times: int = 1, done: bool = False):
        self._plays.append(_Play(what, change, times, done))

    def behave(self):
        """What was to be played, and what was asked so far."""
        self._plays, self.asked, self.requests = [], [], []

    def environment(self) -> dict:
        return {"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "SK",
                "AWS_ENDPOINT_URL": self.url}

    def put(self, key: str, data: bytes, *headers: tuple[str, str]):
        self.objects[key] = Object(data, _md5_etag(data), list(headers))

    def _serve(self, connection: socket.socket, number: int, verdict: str | None):
        _StoreConnection(self, connection, number, verdict).run()

    def answer(self, request: Request, body: bytes) -> Answer:
        what = _name_of(request)
        with self._guard:
            self.asked.append(what)
            self.requests.append(request)
            play = next((one for one in self._plays if one.what == what and one.times > 0), None)
            if play is None:
                return self._honest(what, request, body)
            play.times -= 1
            honest = self._honest(what, request, body) if play.done else plain_answer(200)
            return play.change(honest, request)

    # ---- what it does, under the guard ----

    def _honest(self, what: str, request: Request, body: bytes) -> Answer:
        key = request.path.removeprefix(f"/{BUCKET}/")
        if what in ("get", "look"):
            return self._get(key, request)
        if what in ("put", "copy"):
            return self._put(what, key, request, body)
        if what == "begin":
            return self._begin(key, request)
        if what == "uploads":
            return self._list_uploads()
        upload = self.uploads.get(request.query["uploadId"])
        if upload is None:
            return refused(404, "NoSuchUpload")(None, request)
        if what == "list":
            return self._list(upload)
        if what == "complete":
            return self._complete(request, upload, body)
        if what == "abort":
            del self.uploads[request.query["uploadId"]]
            return plain_answer(204)
        if what.startswith("copy"):
            return self._copy_part(upload, request)
        return self._take_part(what, upload, request, body)

    def _get(self, key, request):
        found = self.objects.get(key)
        if found is None:
            return refused(404, "NoSuchKey")(None, request)
        wrong = _wrong_key(request, found.customer_key)
        if wrong:
            return wrong
        if request.header("If-Match") not in (None, found.etag):
            return refused(412, "PreconditionFailed")(None, request)
        resource = _Stored(found)
        answer = honest_answer(request, resource)
        answer.headers += found.headers
        if request.method == "HEAD":
            answer.body = b""
        return answer

    def _put(self, what, key, request, body):
        customer_key, wrong = _key_in(request)
        if what == "copy" and not wrong:
            body, wrong = self._copied(request)
        if wrong or _is_digested_otherwise(request, body):
            return wrong or refused(400, "BadDigest")(None, request)
        data = self.stores(what, body)
        headers = _metadata(request) + _encryption(request)
        self.objects[key] = Object(data, _etag(data, headers), headers, customer_key)
        self.made[key] += 1
        if what == "copy":
            return _document("CopyObjectResult", f"<ETag>{escape(_etag(data, headers))}</ETag>",
                             _encryption(request))
        return plain_answer(200, "", [("ETag", _etag(data, headers)), *_encryption(request)])

    def _copied(self, request):
        """The bytes that are meant, or why there are none."""
        bucket_and_key = urllib.parse.unquote(request.header("x-amz-copy-source"))
        found = self.objects.get(bucket_and_key.removeprefix(f"/{BUCKET}/"))
        if found is None:
            return b"", refused(404, "NoSuchKey")(None, request)
        wrong = _wrong_key(request, found.customer_key, "x-amz-copy-source-")
        wished = request.header("x-amz-copy-source-if-match")
        if not wrong and wished not in (None, found.etag):
            wrong = refused(412, "PreconditionFailed")(None, request)
        first, last = (request.header("x-amz-copy-source-range") or "bytes=0-").removeprefix(
            "bytes=").split("-")
        return found.data[int(first):int(last or len(found.data)) + 1], wrong

    def _begin(self, key, request):
        self.begun += 1
        customer_key, wrong = _key_in(request)
        if wrong:
            return wrong
        upload_id = f"upload-{self.begun}"
        self.uploads[upload_id] = Upload(key, _metadata(request) + _encryption(request),
                                         customer_key)
        return _document("InitiateMultipartUploadResult", f"<UploadId>{upload_id}</UploadId>")

    def _copy_part(self, upload, request):
        wrong = _wrong_key(request, upload.customer_key)
        data, not_copied = (b"", None) if wrong else self._copied(request)
        if wrong or not_copied:
            return wrong or not_copied
        upload.parts[int(request.query["partNumber"])] = data
        return _document("CopyPartResult", f"<ETag>{escape(_etag(data, upload.headers))}</ETag>",
                         _encryption(request))

    def _take_part(self, what, upload, request, body):
        wrong = _wrong_key(request, upload.customer_key)
        if wrong:
            return wrong
        if _is_digested_otherwise(request, body):
            return refused(400, "BadDigest")(None, request)
        data = self.stores(what, body)
        upload.parts[int(request.query["partNumber"])] = data
        return plain_answer(200, "", [("ETag", _etag(data, upload.headers)),
                                      *_encryption(request)])

    def _list(self, upload):
        return _document("ListPartsResult", "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(_etag(data, upload.headers))}</ETag>"
            f"<Size>{len(data)}</Size></Part>" for number, data in sorted(upload.parts.items())))

    def _list_uploads(self):
        return _document("ListMultipartUploadsResult", "".join(
            f"<Upload><Key>{escape(upload.key)}</Key><UploadId>{name}</UploadId>"
            f"<Initiated>{SINCE}</Initiated></Upload>" for name, upload in self.uploads.items()))

    def _complete(self, request, upload, body):
        wanted = [int(number) for number in re.findall(rb"<PartNumber>(\d+)<", body)]
        etags = re.findall(rb"<ETag>(.*?)</ETag>", body)
        for number, etag in zip(wanted, etags):
            if number not in upload.parts or _etag(upload.parts[number],
                                                       upload.headers)[1:-1] not in str(etag):
                return refused(400, "InvalidPart")(None, request)
        data = b"".join(upload.parts[number] for number in wanted)
        md5s = b"".join(bytes.fromhex(_etag(upload.parts[number], upload.headers)[1:-1])
                        for number in wanted)
        etag = f'"{hashlib.md5(md5s).hexdigest()}-{len(wanted)}"'
        self.objects[upload.key] = Object(data, etag, upload.headers, upload.customer_key)
        self.made[upload.key] += 1
        del self.uploads[request.query["uploadId"]]
        return _document("CompleteMultipartUploadResult", f"<ETag>{escape(etag)}</ETag>")


@pytest.fixture
def store():
    with PlayedStore() as running:
        yield running


@pytest.fixture
def env(store, folder):
    """What makes xget use it, and keep its state in the test's own folder."""
    return store.environment() | {"XDG_STATE_HOME": str(folder / "state"),
                                  "AWS_EC2_METADATA_DISABLED": "true"}


class _Stored(Resource):
    """An object as what the misbehaving server serves."""

    def __init__(self, stored: Object):
        super().__init__(size=len(stored.data), etag=stored.etag)
        object.__setattr__(self, "_bytes", stored.data)

    @property
    def data(self) -> bytes:
        return self._bytes

    def etag_field(self) -> str:
        return self.etag


class _StoreConnection(Connection):
    def _answer_one(self) -> bool:
        head = self._read_head()
        if head is None:
            return False
        request = Request(head)
        if (request.header("Expect") or "").lower() == "100-continue":
            self._socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._read_body(int(request.header("Content-Length") or 0))
        self._send_answer(self._server.answer(request, body))
        return True

    def _read_body(self, length: int) -> bytes:
        pieces, have = [self._received[:length]], min(length, len(self._received))
        self._received = self._received[length:]
        while have < length:
            piece = self._socket.recv(min(1 << 20, length - have))
            if not piece:
                raise ConnectionError("the client left")
            pieces.append(piece)
            have += len(piece)
        return b"".join(pieces)


def _name_of(request: Request) -> str:
    part = request.query.get("partNumber")
    if request.method == "GET" and "uploads" in request.query:
        return "uploads"
    one = "uploadId" in request.query
    if request.header("x-amz-copy-source"):
        return f"copy part {part}" if part else "copy"
    return {"HEAD": "look", "GET": "list" if one else "get", "DELETE": "abort",
            "PUT": f"part {part}" if part else "put",
            "POST": "complete" if one else "begin"}[request.method]


def _document(root: str, inside: str, more=()) -> Answer:
    return plain_answer(200, f"<{root}>{inside}</{root}>", list(more),
                        content_type="application/xml")


def _md5_etag(data: bytes) -> str:
    return f'"{hashlib.md5(data).hexdigest()}"'


def _etag(data: bytes, headers: list[tuple[str, str]]) -> str:
    """No MD5 of what is encrypted with another key than the store's own, as the guide has it."""
    with_other_key = any(name.lower() == f"{SSE}-customer-algorithm" or
                         (name.lower() == SSE and value != "AES256") for name, value in headers)
    return _md5_etag(b"encrypted" + data) if with_other_key else _md5_etag(data)


# ---- encryption ---------------------------------------------------------------------------------

SSE = "x-amz-server-side-encryption"


def _encryption(request: Request) -> list[tuple[str, str]]:
    """What an answer says of it: everything but the key."""
    names = ("", "-aws-kms-key-id", "-customer-algorithm", "-customer-key-md5")
    said = [(SSE + name, request.header(SSE + name)) for name in names]
    return [(name, value) for name, value in said if value is not None]


def _key_in(request: Request, before: str = "x-amz-"):
    """The key that a request brings, in base64, and how one is refused that is none."""
    prefix = f"{before}server-side-encryption-customer-"
    algorithm, key, md5 = (request.header(prefix + name)
                           for name in ("algorithm", "key", "key-MD5"))
    if (algorithm, key, md5) == (None, None, None):
        return None, None
    sound = (algorithm == "AES256" and key is not None and len(base64.b64decode(key)) == 32 and
             md5 == base64.b64encode(hashlib.md5(base64.b64decode(key)).digest()).decode())
    return key, None if sound else refused(400, "InvalidArgument")(None, request)


def _wrong_key(request: Request, wanted: str | None, before: str = "x-amz-"):
    key, refusal = _key_in(request, before)
    if refusal or key == wanted:
        return refusal
    if key is None or wanted is None:
        return refused(400, "InvalidRequest")(None, request)
    return refused(403, "AccessDenied")(None, request)


def _metadata(request: Request) -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.headers
            if name.lower().startswith("x-amz-meta-")]


def _is_digested_otherwise(request: Request, body: bytes) -> bool:
    said = request.header("Content-MD5")
    return said is not None and base64.b64decode(said) != hashlib.md5(body).digest()
