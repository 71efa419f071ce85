"""`resegment alerts`: what is wrong, who is told of it, and how to keep it quiet."""

import argparse
import getpass
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cli.alert_display import print_alert, print_alerts, print_results
from cli.connection import kafka_servers, open_database
from cli.failures import FAILED, TERMINATED
from cli.options import Verbs, add_json_flag, add_verb, start
from cli.output import answer, moment, printable
from shared.errors import InvalidConfig, ServiceUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.settings import Settings
    from shared.settings.parts import Channel

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    parser = subparsers.add_parser("alerts", help="show alerts, keep them quiet, and deliver them")
    verbs = parser.add_subparsers(dest="alerts_verb", metavar="VERB", required=True)
    _register_reading(verbs)
    _register_quieting(verbs)
    test = add_verb(verbs, "test", _test, "send a made-up alert to one channel, or to all")
    test.add_argument("channel", nargs="?", help="name of the channel (default: all)")
    deliver = add_verb(verbs, "deliver", _deliver, "tell every channel what it has not been told")
    mode = deliver.add_mutually_exclusive_group(required=True)
    mode.add_argument("--once", action="store_true", help="once, whatever a channel answered before")
    mode.add_argument("--watch", action="store_true", help="until SIGTERM")
    add_json_flag(deliver)


def _register_reading(verbs: Verbs) -> None:
    ls = add_verb(verbs, "ls", _ls, "what fires; with --all also what is over")
    ls.add_argument("--all", action="store_true", help="also alerts that are resolved")
    ls.add_argument("--fail-on-firing", action="store_true", help="exit 5 if anything fires")
    add_json_flag(ls)
    show = add_verb(verbs, "show", _show, "one alert with its history and its evidence")
    show.add_argument("key")
    add_json_flag(show)


def _register_quieting(verbs: Verbs) -> None:
    ack = add_verb(verbs, "ack", _ack, "say that you look after it: told again only if more severe, or over")
    ack.add_argument("key")
    ack.add_argument("--by", default=None, help="who (default: your user name)")
    ack.add_argument("--note", default="", help="kept with it")
    mute = add_verb(verbs, "mute", _mute, "tell nobody for a while")
    mute.add_argument("key")
    mute.add_argument("--for", dest="span", default="24h", metavar="SPAN", help="30m, 4h, 7d (default: 24h)")
    unmute = add_verb(verbs, "unmute", _unmute, "end a mute")
    unmute.add_argument("key")


def _ls(args: argparse.Namespace) -> int:
    settings = start(args)
    from shared.adapters.mongo import alert_store, deliveries

    with open_database(settings) as database:
        rows = alert_store.list_alerts(database, only_firing=not args.all)
        refused, troubled = deliveries.given_up(database), deliveries.troubled(database)
    document = {"alerts": rows, "refused": refused, "channels_in_trouble": troubled}
    answer(args, document, lambda: print_alerts(rows, refused, troubled))
    is_firing = any(row["status"] == "firing" for row in rows)
    return 5 if args.fail_on_firing and is_firing else 0


def _show(args: argparse.Namespace) -> int:
    settings = start(args)
    from shared.adapters.mongo import alert_store

    with open_database(settings) as database:
        alert = alert_store.find(database, args.key)
    if alert is None:
        return _no_such(args.key)
    answer(args, alert, lambda: print_alert(alert, settings.alerts.runbook))
    return 0


def _ack(args: argparse.Namespace) -> int:
    settings = start(args)
    from shared.adapters.mongo import alert_store

    with open_database(settings) as database:
        is_done = alert_store.ack(database, args.key, by=args.by or getpass.getuser(), note=args.note)
    return _done(args.key, "acknowledged", is_done=is_done)


def _mute(args: argparse.Namespace) -> int:
    until = datetime.now(UTC) + span(args.span)
    return _set_mute(args, until, f"muted until {moment(until)}")


def _unmute(args: argparse.Namespace) -> int:
    return _set_mute(args, None, "no longer muted")


def _set_mute(args: argparse.Namespace, until: datetime | None, what: str) -> int:
    settings = start(args)
    from shared.adapters.mongo import alert_store

    with open_database(settings) as database:
        is_done = alert_store.mute(database, args.key, until)
    return _done(args.key, what, is_done=is_done)


def _test(args: argparse.Namespace) -> int:
    settings = start(args)
    from shared.adapters.notify import sender_of
    from shared.adapters.notify.message import example

    for channel in _channels(settings, args.channel):
        sender_of(channel).send([example(datetime.now(UTC), settings.alerts.runbook)])
        print(f"{channel.name}: taken")
    return 0


def _deliver(args: argparse.Namespace) -> int:
    settings = start(args)
    kafka = _kafka(settings)
    with open_database(settings) as database:
        from batch.alerting import deliver

        if args.watch:
            deliver.watch(database, settings, kafka, stop=_stop_on_sigterm())
            return TERMINATED
        results = deliver.deliver_once(database, settings, kafka)
    answer(args, results, lambda: print_results(results))
    return FAILED if any(one.error or one.refused for one in results) else 0


def span(text: str) -> timedelta:
    """Read a span such as 30m, 4h or 7d.

    Raises
    ------
    InvalidConfig : it is written otherwise.
    """
    count, unit = text[:-1], text[-1:]
    if unit not in UNITS or not count.isdecimal() or not 0 < int(count) <= 10_000:
        msg = f"--for should be a number of minutes, hours or days such as 30m, 4h or 7d; got {text!r}"
        raise InvalidConfig(msg)
    return timedelta(**{UNITS[unit]: int(count)})


def _channels(settings: "Settings", name: str | None) -> "Sequence[Channel]":
    chosen = [channel for channel in settings.alerts.channels if name in (None, channel.name)]
    if not chosen:
        known = ", ".join(channel.name for channel in settings.alerts.channels) or "none"
        msg = f"there is no channel {name or ''}; alerts.channels has {known}"
        raise InvalidConfig(" ".join(msg.split()))
    return chosen


def _kafka(settings: "Settings") -> str | None:
    try:
        return kafka_servers(settings)
    except ServiceUnavailable:
        return None


def _stop_on_sigterm() -> threading.Event:
    stop = threading.Event()
    for number_ in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number_, lambda _signum, _frame: stop.set())
    return stop


def _no_such(key: str) -> int:
    print(
        f"resegment alerts: no alert {printable(key)!r}; `resegment alerts ls --all` lists them",
        file=sys.stderr,
    )
    return FAILED


def _done(key: str, what: str, *, is_done: bool) -> int:
    if not is_done:
        return _no_such(key)
    print(f"{printable(key)}: {what}")
    return 0
