"""The lines of the short table: rows in words, alike ones together.

The rows of one line should agree for every tool; where they do not, the cell lists all that was
seen, and the line asks to be divided.
"""

import typing


class Line(typing.NamedTuple):
    words: str                  # goes on after "The server…"
    rows: tuple[str, ...]


LINES = [
    Line("behaves, with a strong validator, a weak one or none, or behind a redirect",
         ("weak-etag", "weak-etag-alone", "no-validator", "redirect-301", "redirect-302",
          "redirect-303", "redirect-307", "redirect-308", "redirect-to-another-origin")),
    Line("has another version by now than the part that is held",
         ("changed-and-ignores-if-range", "changed-with-a-weak-etag",
          "changed-without-a-validator")),
    Line("gets another version in the middle, and cuts responses",
         ("changes-at-third-request", "changes-and-ignores-if-range", "changes-with-weak-etags")),
    Line("is two machines with different versions",
         ("nodes-differ", "nodes-differ-and-ignore-if-range")),
    Line("makes up a new ETag for each request", ("etag-of-every-request",
                                                  "etag-of-every-request-and-no-date")),
    Line("sends the whole file for every range", ("200-to-every-range",)),
    Line("sends the whole file for a range in the middle", ("200-to-a-middle-range",)),
    Line("sends a range that begins too early", ("early-start",)),
    Line("leaves out Content-Range", ("no-content-range", "no-content-range-in-the-middle")),
    Line("sends a Content-Range that makes no sense",
         ("total-of-dots", "total-of-letters", "content-range-star-only",
          "content-range-negative")),
    Line("gives at most 100 kB of a range", ("caps-ranges-at-100-kb",)),
    Line("compresses a range in the middle", ("gzip-on-a-range",)),
    Line("compresses everything, unasked", ("gzip-on-everything",)),
    Line("answers 416 to any range", ("416-to-any-range",)),
    Line("answers 400 or 501 to any range", ("400-to-any-range", "501-to-any-range")),
    Line("sends a 1xx response first", ("100-first",)),
    Line("contradicts its own Content-Length", ("content-length-contradicts-itself",)),
    Line("sends ranges in chunks", ("chunked-ranges", "transfer-encoding-with-content-length")),
    Line("names no length", ("no-length", "tls-no-length")),
    Line("names no length and drops the TLS connection in the middle",
         ("tls-no-length-without-close-notify",)),
    Line("breaks off every response after 700 kB", ("fewer-and-fin", "fewer-and-reset")),
    Line("knows no ranges and always breaks off", ("whole-cut-short",)),
    Line("sends a login page instead of the middle",
         ("login-page-in-the-middle", "login-page-by-redirect")),
    Line("stalls at first", ("stalls-at-first",)),
    Line("stalls always", ("stalls-always",)),
    Line("sends one byte a second at first", ("drips-at-first",)),
    Line("is busy at first (502, 503, 504)",
         ("502-at-first", "503-at-first", "503-with-retry-after", "504-at-first")),
    Line("lets a signed URL expire in the middle",
         ("signed-url-expires-with-401", "signed-url-expires-with-403",
          "signed-url-expires-with-410")),
    Line("redirects to a `file:` URL", ("redirect-to-file",)),
    Line("has no such file (404)", ("404",)),
]
