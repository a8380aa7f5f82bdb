"""A mail server for tests, on a free port of this machine: aiosmtpd, with faults on demand.

It prints a line of JSON for whatever happens: {"port": …} at the start, {"connections": …} when one is opened,
{"mail": {…}} for each letter that it has taken, {"fault": …} when it was told to misbehave. It is told so by lines on its
standard input: the name of a fault, or an empty line for none. It ends with its input.
"""

import argparse
import asyncio
import base64
import json
import logging
import os
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

#: What is answered in place of the usual, by fault: to which command, and how. Some servers repeat all that they hear.
REPLIES = {
    "greet_421": ("GREETING", "421 4.3.2 mail.test closes for maintenance"),
    "greet_554": ("GREETING", "554 5.3.2 mail.test serves nobody"),
    "refuse_login": ("AUTH", "535 5.7.8 wrong password {password} for {user}"),
    "defer_login": ("AUTH", "454 4.7.0 try again"),
    "refuse_sender": ("MAIL", "550 5.7.1 {address} may not send here"),
    "refuse_recipient": ("RCPT", "550 5.1.1 <{address}>: no mailbox of {local}"),
    "defer_recipient": ("RCPT", "450 4.2.1 <{address}> is greylisted"),
    "deny_relay": ("RCPT", "554 5.7.1 <{address}>: relay access denied"),
    "demand_login": ("RCPT", "530 5.7.0 authentication required"),
    "refuse_content": ("DATA", "554 5.6.0 not taken, {address}"),
    "defer_content": ("DATA", "451 4.3.0 no space left"),
}


def tell(**what):
    print(json.dumps(what), flush=True)


class State:
    """What the whole server knows."""

    def __init__(self, options):
        self.options, self.fault, self.connections = options, "", 0
        self.open = set()

    def reply(self, command, address=""):
        told, text = REPLIES.get(self.fault, ("", ""))
        if told != command:
            return None
        local = address.split("@")[0]
        return text.format(address=address, local=local, user=self.options.user, password=self.options.password)


class Handler:
    def __init__(self, state):
        self.state = state

    async def handle_MAIL(self, server, session, envelope, address, options):
        reply = self.state.reply("MAIL", address)
        if reply is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.state.reply("RCPT", address)
        if address == self.state.options.refuse:
            reply = f"550 5.1.1 <{address}>: no such mailbox"
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.state.fault == "hang_in_data":
            await asyncio.Event().wait()
        reply = self.state.reply("DATA", envelope.rcpt_tos[0])
        if reply is None:
            mail = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "login": bool(session.authenticated)}
            mail["data"] = base64.b64encode(envelope.original_content).decode()
            mail["tls"] = server.transport.get_extra_info("sslcontext") is not None
            tell(mail=mail)
        if self.state.fault == "die_after_data":
            os._exit(1)
        return reply or "250 OK"


class Server(SMTP):
    def __init__(self, state, *arguments, **options):
        self.state = state
        super().__init__(*arguments, **options)

    def connection_made(self, transport):
        if self._original_transport is None:
            self.state.connections += 1
            self.state.open.add(transport)
            tell(connections=self.state.connections)
        super().connection_made(transport)

    def connection_lost(self, error):
        self.state.open.discard(self.transport)
        super().connection_lost(error)

    async def _handle_client(self):
        greeting = self.state.reply("GREETING")
        if greeting is not None:
            await self.push(greeting)
            self.transport.close()
        elif self.state.fault == "hang_on_connect":
            await asyncio.Event().wait()
        elif self.state.fault == "drip":
            while True:
                self.transport.write(b"2")
                await asyncio.sleep(0.02)
        else:
            await super()._handle_client()

    async def smtp_DATA(self, argument):
        if self.state.fault == "die_in_data":
            await self.push("354 go on")
            await self._reader.readuntil(b"\r\n")
            os._exit(1)
        await super().smtp_DATA(argument)

    async def smtp_STARTTLS(self, argument):
        if self.state.fault == "inject_into_starttls":
            # As somebody in the middle would: answers of his own, sent in the open behind the right one.
            forged = [b"220 go on\r\n", b"250-mail.test\r\n", b"250 AUTH PLAIN\r\n", b"235 welcome\r\n"]
            forged += [b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n", b"250 taken\r\n"]
            push, self.push = self.push, lambda _: self._writer.drain()
            self.transport.write(b"".join(forged))
            await super().smtp_STARTTLS(argument)
            self.push = push
            return
        await super().smtp_STARTTLS(argument)


def authenticator(state):
    def check(server, session, envelope, mechanism, login):
        options, reply = state.options, state.reply("AUTH")
        if reply is not None:
            return AuthResult(success=False, handled=False, message=reply)
        right = (login.login, login.password) == (options.user.encode(), options.password.encode())
        return AuthResult(success=right, handled=False, auth_data=login if right else None)

    return check


async def serve(options):
    loop, state = asyncio.get_running_loop(), State(options)
    context = None
    if options.security != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate, options.key)
    settings = {"hostname": "mail.test", "enable_SMTPUTF8": options.smtputf8, "loop": loop}
    if options.security == "starttls":
        settings.update(tls_context=context, require_starttls=True)
    if options.user:
        settings.update(authenticator=authenticator(state), auth_required=True)
        settings.update(auth_require_tls=options.security == "starttls")
    factory = lambda: Server(state, Handler(state), **settings)  # noqa: E731
    from_the_start = context if options.security == "tls" else None
    server = await loop.create_server(factory, "127.0.0.1", options.port, ssl=from_the_start)
    tell(port=server.sockets[0].getsockname()[1])
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        state.fault = line.decode().strip()
        if state.fault == "close_idle":
            for transport in list(state.open):
                transport.abort()
        tell(fault=state.fault)


# It is told to do what it warns of.
logging.disable()
warnings.simplefilter("ignore")
parser = argparse.ArgumentParser()
parser.add_argument("--security", choices=["none", "starttls", "tls"], required=True)
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--refuse", help="whose letters are not taken, whatever the fault")
parser.add_argument("--certificate")
parser.add_argument("--key")
parser.add_argument("--user", default="")
parser.add_argument("--password", default="")
parser.add_argument("--smtputf8", action="store_true")
# Nothing is cleaned up: whoever still talks to it sees it vanish.
try:
    asyncio.run(serve(parser.parse_args()))
finally:
    os._exit(0)
