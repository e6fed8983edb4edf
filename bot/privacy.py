"""What is taken out of a question before it is kept: whatever may tell who asked or lead to somebody."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable

LINK, MAIL, NAME, PHONE = "[link]", "[e-mail]", "[name]", "[phone]"
FEWEST, CERTAIN = 7, 5
"""Digits of a phone number, without and with a plus sign before it."""
_AT, _DOT = r"(?:at|ат|собака)", r"(?:dot|точка)"
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SPELT_MAIL = re.compile(
    rf"""(?<![\w.+-])[\w.+-]+(?:
      \s?[\[({{<]\s?(?:{_AT}|@)\s?[\])}}>]\s?[\w-]+(?:(?:\.|\s?[\[({{<]\s?{_DOT}\s?[\])}}>]\s?|\s{_DOT}\s)[\w-]+)+
    | \s{_AT}\s[\w-]+(?:\s{_DOT}\s[\w-]+)+
    )""",
    re.VERBOSE | re.IGNORECASE,
)
"""An e-mail address as people write it for people only: "anna (at) mail.am", "anna at mail dot am"."""
_LINK = re.compile(r"(?:https?://|www\.|\bt\.me/|\bmatrix\.to/)\S*[^\s.,;:!?)\]»”]", re.IGNORECASE)
_BARE_LINK = re.compile(
    r"""(?<![\w@.:/-])(?:[\w-]+\.)+(?:
      [a-zа-я]{2,24}(?::\d+)?/(?:\S*[^\s.,;:!?)\]»”])?
    | (?:com|org|net|info|biz|edu|gov|int|eu|io|am|az|ge|ru|рф|su|tr|ua|uk|de|fr|app|dev|xyz|online|site)(?![\w-]|\.\w)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
"""An address without "https://": with a path, or in a domain that people write of."""
_NAME = re.compile(r"(?<![\w@])@[\w.=/-]{3,}(?::[\w.-]+)?")
"""A user of Telegram or Matrix."""
_DIGITS = re.compile(r"(?<!\w)(?<!\d[.,])(\(?\+?\(?\d(?:[\d \t()./_*|~·•‐‒–—−-]*\d)?)(?!\w)")
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_NO_PHONE = re.compile(
    rf"""(?<!\d)(?:
      {_DAY}[./-]{_MONTH}[./-](?:\d{{4}}|\d{{2}})  # 27.06.2022
    | \d{{4}}[./-]{_MONTH}[./-]{_DAY}              # 2022-06-27
    | (?:19|20)\d\d                                # a year
    | \d{{1,3}}(?:[ .]000)+                  # 1 000 000
    )(?!\d)""",
    re.VERBOSE,
)


def redacted(text: str) -> str:
    """Return a text without e-mail addresses, links, user names and phone numbers; days and years stay.

    Other forms of a character, and those that cannot be seen, hide nothing; a text with nothing to hide stays as it is.
    """
    seen = unicodedata.normalize("NFKC", text)
    if not seen.isprintable():
        seen = "".join(character for character in seen if unicodedata.category(character) != "Cf")
    kept = seen
    for pattern, by in ((_LINK, LINK), (_MAIL, MAIL), (_SPELT_MAIL, MAIL), (_NAME, NAME), (_BARE_LINK, LINK)):
        kept = pattern.sub(by, kept)
    kept = _DIGITS.sub(lambda found: PHONE if _is_phone(found[1]) else found[0], kept)
    return text if kept == seen else kept


def _is_phone(number: str) -> bool:
    rest = _NO_PHONE.sub(" ", number)
    digits = sum(character.isdigit() for character in rest)
    return digits >= (CERTAIN if number.startswith(("+", "(+")) else FEWEST)


def pseudonyms(key: bytes) -> Callable[[str, str], str]:
    """Return what makes, of a channel and the id of a conversation, a name that only the key leads back from."""
    keyed = hmac.new(key, digestmod=hashlib.sha256)

    def pseudonym(channel: str, conversation: str) -> str:
        digest = keyed.copy()  # the key is taken in once, not for each name
        digest.update(f"{channel}\0{conversation}".encode(errors="surrogatepass"))
        return digest.hexdigest()[:32]

    return pseudonym
