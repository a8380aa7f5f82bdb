"""Holds money at billing-server before a call, and captures or voids it afterwards.

>>> client = BillingClient("https://billing.example.com", "bk_…")
>>> with client.call("user-1", "search_cases") as call:                  # doctest: +SKIP
...     answer = search()
...     call.meter.add("0.01")  # what it really costs; else the estimate is charged

Amounts are `Decimal`; they never become floats. Needs the standard library alone.
"""

from __future__ import annotations

import decimal
import functools
import http.client
import inspect
import json
import logging
import queue
import random
import re
import secrets
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, Callable, Optional, Union
from urllib.parse import urlsplit

__all__ = ["Authorization", "BillingClient", "Call", "Captured", "Meter", "Refused", "Settlement", "Unavailable",
           "new_hold_id", "usd"]

Amount = Union[Decimal, str, int]
log = logging.getLogger(__name__)


# Errors

class Refused(Exception):
    """Billing has said no, and asking again won't help. It is passed on to the caller as it is."""

    def __init__(self, status: int, body: bytes, retry_after: Optional[str]) -> None:
        self.status, self.body, self.retry_after = status, body, retry_after
        try:
            #: The machine-readable reason, such as `INSUFFICIENT_BALANCE`.
            self.code = str(json.loads(body)["code"])
        except (ValueError, LookupError, TypeError):
            self.code = ""
        super().__init__(f"billing refuses with {status} {self.code}")

    @property
    def about_our_key(self) -> bool:
        """Our own service key is unknown, revoked or lacks its scope; who calls can do nothing about it."""
        return self.status == 401 or self.status == 403 and self.code == "MISSING_SCOPE"


class Unavailable(Exception):
    """Nobody knows whether it was done: no answer, none that can be read, or a fault of billing's."""

    def __init__(self, message: str, retry_after: Optional[str] = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


# Money

_MICRO = Decimal("0.000001")
# Nothing is rounded, whatever the program's own context says.
_EXACT = decimal.Context(prec=40, traps=[decimal.Inexact, decimal.InvalidOperation, decimal.Overflow])
_AMOUNT = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,6})?")


def usd(amount: Amount) -> Decimal:
    """An exact amount of US dollars: up to 6 decimals, and no float."""
    if isinstance(amount, bool) or not isinstance(amount, (Decimal, int, str)):
        raise TypeError(f"an amount is a Decimal or text, not {type(amount).__name__}: it has to be exact")
    if isinstance(amount, str) and not _AMOUNT.fullmatch(amount):
        raise ValueError(f"an amount is a plain decimal with up to 6 decimals, not {amount}")
    value = Decimal(amount)
    if not value.is_finite() or abs(value) >= 10**13:
        raise ValueError(f"this is no amount: {amount}")
    try:
        _EXACT.quantize(value, _MICRO)
    except decimal.Inexact:
        raise ValueError(f"an amount has up to 6 decimals, not {amount}") from None
    return value


def _plain(amount: Decimal) -> str:
    """As the API writes amounts: two decimals, more where they count."""
    whole, decimals = format(_EXACT.quantize(amount, _MICRO), "f").split(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


class Meter:
    """Where a tool writes what its call really costs; without a word on it, the estimate is charged."""

    def __init__(self, held: Optional[Amount] = None) -> None:
        self._held = None if held is None else usd(held)
        self._reading: Optional[Decimal] = None
        self._lock = threading.Lock()

    def add(self, cost: Amount) -> None:
        """Adds to the cost. Raises where it is no exact amount, or below zero."""
        more = _chargeable(cost)
        with self._lock:
            self._reading = _EXACT.add(self._reading or Decimal(0), more)

    def record(self, cost: Amount) -> None:
        """Sets the cost; the last word counts."""
        with self._lock:
            self._reading = _chargeable(cost)

    def reading(self) -> Optional[Decimal]:
        """The cost so far; None while nobody has written any."""
        reading = self._reading
        return None if reading is None else Decimal(_plain(reading))

    def remaining(self) -> Optional[Decimal]:
        """What the hold still covers, never below zero; None for a call without a hold."""
        if self._held is None:
            return None
        rest = _EXACT.subtract(self._held, self._reading or Decimal(0))
        return Decimal(_plain(max(rest, Decimal(0))))


def _chargeable(cost: Amount) -> Decimal:
    value = usd(cost)
    if value < 0:
        raise ValueError(f"a cost can't be below zero: {cost}")
    return value


# JSON and ids

def _loads(text: bytes) -> dict[str, Any]:
    """An object, its numbers exact."""

    def no_number(word: str) -> None:
        raise ValueError(f"{word} is no JSON")

    value = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=no_number)
    if not isinstance(value, dict):
        raise ValueError("this is no JSON object")
    return value


def _dumps(value: Any) -> str:
    """JSON in which a `Decimal` is the number that it is, to the last digit."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is no JSON")
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_dumps(str(key))}:{_dumps(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_dumps, value)) + "]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _body(value: Any) -> bytes:
    """Text as it is, since prices may depend on its length; only half a surrogate pair, no UTF-8, is escaped."""
    return _dumps(value).encode("utf-8", "backslashreplace")


def new_hold_id(now_ms: Optional[int] = None) -> str:
    """A new hold id, a UUID of version 7: 48 bits of time, then chance. It is made before the call it names."""
    bits = (time.time_ns() // 1_000_000 if now_ms is None else now_ms) << 80 | secrets.randbits(80)
    bits = bits & ~(0xF << 76) | 0x7 << 76
    return str(uuid.UUID(int=bits & ~(0x3 << 62) | 0x2 << 62))


# What is asked and answered

@dataclass(frozen=True)
class Authorization:
    """What became of an authorize."""

    hold_id: str
    account: str
    #: Nothing is held, and nothing is to be settled.
    free: bool
    #: The estimate.
    amount_usd: Decimal
    #: Billing only observes: the call runs, though it would be refused, and its capture takes nothing.
    would_refuse: bool
    #: How long the hold lasts from now on, in seconds.
    life: float
    #: How the estimate came about.
    breakdown: Any


@dataclass(frozen=True)
class Captured:
    """What became of a capture."""

    charged_usd: Decimal
    #: What the account could not pay.
    uncollected_usd: Decimal
    balance_usd: Decimal
    #: The hold had expired.
    late: bool


@dataclass(frozen=True)
class Settlement:
    """How a hold is to end: by a capture where there is an amount, else by a void."""

    hold_id: str
    account: str
    amount_usd: Optional[Decimal] = None
    breakdown: Any = None

    @property
    def verb(self) -> str:
        return "void" if self.amount_usd is None else "capture"

    def body(self) -> dict[str, Any]:
        return _without_none(
            hold_id=self.hold_id,
            account=self.account,
            amount_usd=None if self.amount_usd is None else _plain(usd(self.amount_usd)),
            breakdown=self.breakdown,
        )


def _without_none(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


# The client

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 5.0


class BillingClient:
    """Holds money at billing-server before a call, and takes or frees it afterwards. Threads may share it.

    Every method raises `Refused` when billing says no, and `Unavailable` when its outcome is still unknown after a few
    attempts. Repeats have the same hold id, which makes them harmless.
    """

    def __init__(self, url: str, key: str, *, timeout: float = 5.0, attempts: int = 4, patience: float = 5.0,
                 places: int = 10_000) -> None:
        """`url` is where billing-server is, `key` a service key with the scope `preflight`; `timeout` is the longest
        that a step of one request waits. While somebody waits, a call is asked about up to `attempts` times within
        `patience` seconds. So many calls as there are `places` may be on their way or not settled yet."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url} is no address of billing-server")
        self._connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._netloc, self._path = parts.netloc, parts.path.rstrip("/") + "/api/billing/preflight/"
        self._key, self._timeout = key, timeout
        self._attempts, self._patience = attempts, patience
        self._key_is_refused = False
        self._settler = _Settler(self._settle, places)

    def call(self, account: str, operation: str, *, arguments: Any = None, amount_usd: Optional[Amount] = None,
             ttl_seconds: Optional[int] = None, exempt: bool = False) -> Call:
        """One paid call, as a context manager. `account` is the authenticated subject, never what a client may set;
        `arguments` is what the price may depend on, any JSON; `exempt` lets machine clients with a verified key run
        unbilled."""
        asked = dict(operation=operation, arguments=arguments, amount_usd=amount_usd, ttl_seconds=ttl_seconds)
        return Call(self, account, None if exempt else asked)

    def paid(self, operation: str, account: Callable[..., str], exempt: Callable[..., bool] = lambda *_, **__: False,
             *, arguments: Any = None, **asked: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Makes a function a paid call. `account`, `exempt` and `arguments`, unless that is a plain value, get what
        the function gets; it gets the `Call` as `call` besides."""

        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            if inspect.isgeneratorfunction(function) or inspect.iscoroutinefunction(function):
                raise TypeError("its call would end before its work begins: use `with client.call(…)` within")

            @functools.wraps(function)
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                who, free = account(*args, **kwargs), exempt(*args, **kwargs)
                given = arguments(*args, **kwargs) if callable(arguments) and not free else arguments
                with self.call(who, operation, arguments=given, exempt=free, **asked) as call:
                    return function(*args, call=call, **kwargs)

            return wrapper

        return decorate

    def authorize(self, hold_id: str, account: str, operation: str, *, arguments: Any = None,
                  amount_usd: Optional[Amount] = None, ttl_seconds: Optional[int] = None) -> Authorization:
        """Holds money. If the outcome stays unknown, the hold is voided in the background: the call must not run."""
        amount = None if amount_usd is None else _plain(usd(amount_usd))
        body = _body(_without_none(hold_id=hold_id, account=account, operation=operation, arguments=arguments,
                                   amount_usd=amount, ttl_seconds=ttl_seconds))
        self._settler.take(hold_id)
        tried = 0

        def attempt() -> Authorization:
            nonlocal tried
            tried += 1
            return self._post("authorize", body, functools.partial(_read_authorization, hold_id, account))

        try:
            authorization = self._repeat(attempt)
        except BaseException as error:
            # Only a refusal at the first attempt is sure to have left no hold behind.
            if isinstance(error, Refused) and tried == 1:
                self._settler.free(hold_id)
            else:
                self._settler.put(Settlement(hold_id, account))
            raise
        if authorization.free and tried == 1:
            self._settler.free(hold_id)
        elif authorization.free:
            # An earlier attempt may have held money all the same. The void of an unknown hold is harmless.
            self._settler.put(Settlement(hold_id, account))
        return authorization

    def capture(self, hold_id: str, account: str, amount_usd: Amount, breakdown: Any = None) -> Captured:
        """Takes the cost. If the outcome stays unknown, or our key is refused, it goes on in the background."""
        settlement = Settlement(hold_id, account, usd(amount_usd), breakdown)
        body = _body(settlement.body())
        return self._end(settlement, lambda: self._capture(settlement, body, _read_captured))

    def void(self, hold_id: str, account: str) -> None:
        """Frees the hold. If the outcome stays unknown, it goes on in the background."""
        settlement = Settlement(hold_id, account)
        self._end(settlement, lambda: self._settle(settlement))

    def extend(self, hold_id: str, account: str, ttl_seconds: Optional[int] = None) -> float:
        """Gives an open hold more time; answers how many seconds it lasts from now on."""
        body = _body(_without_none(hold_id=hold_id, account=account, ttl_seconds=ttl_seconds))
        return self._repeat(lambda: self._post("extend", body, _read_life))

    def settle_later(self, settlement: Settlement) -> None:
        """Captures or voids in the background, for those who can't wait."""
        self._settler.put(settlement)

    def drain(self, seconds: float) -> int:
        """For the shutdown: lets no new call in, and waits until all holds are settled. Answers how many were not
        when the time was up; these are in the log and expire."""
        return self._settler.drain(seconds)

    def _end(self, settlement: Settlement, attempt: Callable[[], Any]) -> Any:
        try:
            ended = self._repeat(attempt)
        except Refused:
            self._settler.free(settlement.hold_id)
            raise
        except BaseException:
            self._settler.put(settlement)
            raise
        self._settler.free(settlement.hold_id)
        return ended

    def _settle(self, settlement: Settlement) -> None:
        body = _body(settlement.body())
        if settlement.verb == "capture":
            self._capture(settlement, body, lambda answer, _: answer["hold_id"])
        else:
            self._post("void", body, lambda answer, _: answer["hold_id"])

    def _capture(self, settlement: Settlement, body: bytes, read: Callable[[dict[str, Any], float], Any]) -> Any:
        """Asks once. Where our key is refused, the cost is not forgone: it waits, as for a server that is away."""
        try:
            captured = self._post("capture", body, read)
        except Refused as refusal:
            if not refusal.about_our_key:
                raise
            if not self._key_is_refused:
                self._key_is_refused = True
                log.error("our key is refused, so captures wait, the first that of hold %s of account %s: %s",
                          settlement.hold_id, settlement.account, refusal)
            raise Unavailable(f"our key is refused: {refusal}", refusal.retry_after) from refusal
        self._key_is_refused = False
        return captured

    def _repeat(self, attempt: Callable[[], Any]) -> Any:
        return _repeat(attempt, self._attempts, self._patience, lambda pause, _: not time.sleep(pause))

    def _post(self, verb: str, body: bytes, read: Callable[[dict[str, Any], float], Any]) -> Any:
        """Asks once. An answer that `read` can't take apart may have been anything."""
        connection = self._connect(self._netloc, timeout=self._timeout)
        try:
            headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
            connection.request("POST", self._path + verb, body, headers)
            response = connection.getresponse()
            text, status = response.read(), response.status
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(f"{verb} got no answer: {error!r}") from error
        finally:
            connection.close()
        retry_after = response.getheader("Retry-After")
        # Limits concern authorize alone; to the others, 429 only says to slow down. Redirects are not followed.
        unsure = status >= 500 or status in (301, 302, 303, 307, 308, 408) or status == 429 and verb != "authorize"
        if unsure:
            raise Unavailable(f"{verb} was answered with {status}", retry_after)
        if status >= 400:
            raise Refused(status, text, retry_after)
        try:
            return read(_loads(text), _moment(response.getheader("Date")))
        except (ValueError, LookupError, TypeError) as error:
            raise Unavailable(f"the answer to {verb} can't be read: {error!r}") from error


def _repeat(attempt: Callable[[], Any], attempts: float, patience: float,
            wait: Callable[[float, Unavailable], bool]) -> Any:
    """Asks again, for as long as nobody knows the outcome and the patience lasts. The ids make repeats harmless."""
    until, pause, tried = time.monotonic() + patience, _FIRST_PAUSE, 0
    while True:
        try:
            return attempt()
        except Unavailable as error:
            tried += 1
            if tried >= attempts or time.monotonic() + pause >= until:
                raise
            if not wait(pause * random.uniform(1, 1.25), error):
                raise
        pause = min(pause * 2, _LONGEST_PAUSE)


def _read_authorization(hold_id: str, account: str, answer: dict[str, Any], answered_at: float) -> Authorization:
    free = answer["free"]
    if not isinstance(free, bool):
        raise ValueError("free is neither true nor false")
    amount = Decimal(0) if free else _amount(answer, "amount_usd")
    life = 0.0 if free else _read_life(answer, answered_at)
    would_refuse = answer.get("would_refuse") is not None
    return Authorization(hold_id, account, free, amount, would_refuse, life, answer.get("breakdown"))


def _read_captured(answer: dict[str, Any], _answered_at: float) -> Captured:
    figures = [_amount(answer, name) for name in ("charged_usd", "uncollected_usd", "balance_usd")]
    return Captured(*figures, late=answer["late"])


def _amount(answer: dict[str, Any], name: str) -> Decimal:
    value = answer[name]
    if not isinstance(value, Decimal):
        raise ValueError(f"{name} is no number")
    return usd(value)


def _read_life(answer: dict[str, Any], answered_at: float) -> float:
    """By the server's clock, whatever ours says; its header `Date` leaves out up to a second."""
    # Python 3.9 reads neither a Z nor fractions that are not 3 or 6 digits.
    whole, fraction = re.fullmatch(r"([^.Z+]+)(\.[0-9]+)?(?:Z|\+00:00)", answer["expires_at"]).groups()  # type: ignore
    expires_at = datetime.fromisoformat(whole + "+00:00").timestamp() + float(fraction or 0)
    return max(expires_at - answered_at - 1, 0.0)


def _moment(date: Optional[str]) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return time.time()


# One call

class Call:
    """One call that money is held for: settles its hold exactly once, by how its block ends.

    | The block | costs |
    |---|---|
    | ends | what the meter says, else the estimate |
    | raises | what the meter says, else nothing |
    | is left by its client after `deliver` | what the meter says, else the estimate |
    | ends after `fail` | what the meter says, else nothing |
    """

    #: Holds are not extended more often than this.
    _SHORTEST_HALF = 0.1
    #: How a client's leaving looks: a connection that breaks, or a generator that is closed.
    _LEFT = (ConnectionError, GeneratorExit)

    def __init__(self, client: BillingClient, account: str, asked: Optional[dict[str, Any]]) -> None:
        self._client, self._account, self._asked = client, account, asked
        self._authorization: Optional[Authorization] = None
        self._delivers: Optional[bool] = None
        self._ended = threading.Event()
        self._timer: Optional[threading.Timer] = None
        self.meter = Meter()

    def deliver(self) -> None:
        """The head of a 2xx answer is out: from now on, a client that leaves pays."""
        self._delivers = True

    def fail(self) -> None:
        """The call does not deliver what is paid for: it costs nothing unless metered."""
        self._delivers = False

    def __enter__(self) -> Call:
        if self._asked is None:
            return self
        authorization = self._client.authorize(new_hold_id(), self._account, **self._asked)
        if not authorization.free:
            self._authorization = authorization
            self.meter = Meter(None if authorization.would_refuse else authorization.amount_usd)
            try:
                self._extend_at_half(authorization.life)
            except BaseException:
                # No thread can be started: the block does not run, nor does its end.
                self._ended.set()
                self._void(authorization.hold_id)
                raise
        return self

    def _void(self, hold_id: str) -> None:
        try:
            self._client.void(hold_id, self._account)
        except (Refused, Unavailable) as error:
            log.warning("hold %s of account %s is not voided yet: %s", hold_id, self._account, error)

    def __exit__(self, kind: Optional[type], *_: object) -> None:
        self._ended.set()
        if self._timer is not None:
            self._timer.cancel()
        if self._authorization is None:
            return
        if kind is not None:
            left = self._delivers is True and issubclass(kind, self._LEFT)
            self._client.settle_later(self._settlement(left))
            return
        settlement = self._settlement(self._delivers is not False)
        if settlement.amount_usd is None:
            self._client.settle_later(settlement)
            return
        try:
            self._client.capture(settlement.hold_id, self._account, settlement.amount_usd, settlement.breakdown)
        except Unavailable as error:
            # It goes on in the background, while the money stays held.
            log.warning("the capture of hold %s is late: %s", settlement.hold_id, error)

    def _settlement(self, delivered: bool) -> Settlement:
        held, cost = self._authorization, self.meter.reading()
        assert held is not None
        if cost is not None and (delivered or cost > 0):
            return Settlement(held.hold_id, self._account, cost)
        if cost is None and delivered:
            return Settlement(held.hold_id, self._account, held.amount_usd, held.breakdown)
        return Settlement(held.hold_id, self._account)

    def _extend_at_half(self, life: float) -> None:
        """A call that runs longer than its hold's life is given more at half of it."""
        if not self._ended.is_set():
            self._timer = threading.Timer(max(life / 2, self._SHORTEST_HALF), self._extend, [life])
            self._timer.daemon = True
            self._timer.start()

    def _extend(self, life: float) -> None:
        assert self._authorization is not None and self._asked is not None
        if self._ended.is_set():
            return
        hold_id, started = self._authorization.hold_id, time.monotonic()
        try:
            life = self._client.extend(hold_id, self._account, self._asked["ttl_seconds"])
        except (Refused, Unavailable) as error:
            if self._ended.is_set():
                return
            log.error("hold %s of account %s could not be extended: %s", hold_id, self._account, error)
            if isinstance(error, Refused):
                return
            life = life / 2 - (time.monotonic() - started)
        self._extend_at_half(life)


# Settling in the background

class _Settler:
    """Ends holds in the background. Every hold has a place here from before its authorize until it is settled, so
    there is always room for its settlement: when all places are taken, no further call gets through."""

    #: How many settlements are under way at once.
    _PARALLEL = 4
    #: How long one is tried, in seconds: longer than servers are usually away.
    _PATIENCE = 3_600.0

    def __init__(self, settle: Callable[[Settlement], None], limit: int) -> None:
        self._settle, self._limit = settle, limit
        self._places: set[str] = set()
        self._changed = threading.Condition()
        self._queue: queue.Queue[Settlement] = queue.Queue()
        self._workers = 0
        self._draining, self._over = False, threading.Event()

    def take(self, hold_id: str) -> None:
        """Takes a place for a hold that is about to be asked for."""
        with self._changed:
            self._start_worker()
            if self._draining:
                raise Unavailable("the client is shutting down")
            if hold_id not in self._places and len(self._places) >= self._limit:
                raise Unavailable("too many calls are not settled yet")
            self._places.add(hold_id)

    def free(self, hold_id: str) -> None:
        """Gives the place of a hold back: it is settled, or was never placed."""
        with self._changed:
            self._places.discard(hold_id)
            self._changed.notify_all()

    def put(self, settlement: Settlement) -> None:
        """Sees to it that a hold ends so."""
        with self._changed:
            self._places.add(settlement.hold_id)
            if self._over.is_set():
                self._give_up(settlement, "the time to drain is over")
                return
            self._queue.put(settlement)
            self._start_worker()

    def _start_worker(self) -> None:
        """Starts one where it has something to do. Where it can't be started, what is queued waits for the next."""
        if self._queue.empty() or self._workers >= self._PARALLEL:
            return
        try:
            threading.Thread(target=self._work, name="billing-settler", daemon=True).start()
        except RuntimeError as error:
            log.error("holds wait to be settled in the background: %s", error)
        else:
            self._workers += 1

    def drain(self, seconds: float) -> int:
        with self._changed:
            self._draining = True
            self._start_worker()
            self._changed.wait_for(lambda: not self._places, seconds)
            self._over.set()
            while not self._queue.empty():
                self._give_up(self._queue.get_nowait(), "the time to drain is over")
            return len(self._places)

    def _work(self) -> None:
        while True:
            with self._changed:
                try:
                    settlement = self._queue.get_nowait()
                except queue.Empty:
                    self._workers -= 1
                    return
            try:
                _repeat(lambda: self._settle(settlement), float("inf"), self._PATIENCE, self._wait)
            except Exception as error:  # a thread that dies would leave the rest of the queue
                self._give_up(settlement, f"{error}")
                if self._over.is_set():
                    continue
            self.free(settlement.hold_id)

    def _wait(self, pause: float, error: Unavailable) -> bool:
        """Waits as long as `Retry-After` asks; answers whether to go on."""
        asked = float(error.retry_after) if (error.retry_after or "").isdecimal() else 0.0
        return not self._over.wait(max(pause, asked))

    @staticmethod
    def _give_up(settlement: Settlement, why: str) -> None:
        cost = "" if settlement.amount_usd is None else f", which costs {_plain(settlement.amount_usd)} USD"
        log.error("hold %s of account %s%s, was not settled: %s", settlement.hold_id, settlement.account, cost, why)
