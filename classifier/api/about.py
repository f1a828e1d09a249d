"""What a program should know before its first call: the head of the API's description."""

from __future__ import annotations

ABOUT = """\
## First steps
`POST /api/v1/users/` makes an account, and `POST /api/v1/tokens/` with its name and password (HTTP Basic) a token for it, as \
does the page [Tokens](/accounts/tokens/). It may read, predict, review, train or administer, as its scopes say. The lines of \
code at every call read it from `DOODLE_TOKEN`. A call that makes something takes an `Idempotency-Key`: sent again with the \
same key, because its answer was lost, it takes effect once. A field that a call does not know is refused, and named.

## Limits
An account may send so many pictures a second, and keep so many; a token has a pace of its own below that. Every answer to a \
picture says both in `RateLimit-Policy` and what is left of them in `RateLimit`. Beyond them the answer is 429, with \
`Retry-After` where waiting helps. One picture has 10 MB and 40 megapixels at most, a batch 64 pictures, a bulk 10,000 in 64 \
MB.

## Versions
What stands under `/api/v1/` is kept: no call, field, parameter or code is taken away or comes to mean something else. New \
calls, new fields in answers, new optional fields and parameters, new codes and new kinds of events may come, so pass over \
what you do not know. What cannot be kept comes under `/api/v2/`, and `/api/v1/` is served beside it for a year at least; its \
answers then say so in the header fields `Deprecation` and `Sunset`. `/recognize` is older than all this, and stays as it is."""
