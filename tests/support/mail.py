"""A mail server of somebody else (aiosmtpd) that does what a test wants, and what it got."""
import asyncio
import email
import email.policy
import logging
import ssl
import subprocess
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # Handshakes that fail are what a test here wants.


class Letter:
    def __init__(self, envelope):
        self.envelope = envelope
        self.to = envelope.rcpt_tos
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.message = message
        self.id = message["Message-ID"]
        self.subject = str(message["Subject"])
        part = lambda kind: message.get_body((kind,))
        self.text = str(part("plain").get_content()).replace("\r\n", "\n") if part("plain") else ""
        self.raw = envelope.content
        self.html = str(part("html").get_content()) if part("html") else ""

    def link(self):
        return next(line for line in self.text.splitlines() if "/link/" in line)


class Desk:
    """Keeps what it takes; `rcpt` and `data` may answer something else than yes."""

    def __init__(self, rcpt=None, data=None):
        self.letters = []
        self.tried = []
        self.rcpt, self.data = rcpt, data
        self.changed = threading.Condition()

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.tried.append(address)
        refusal = self.rcpt(address) if self.rcpt else None
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = Letter(envelope)
        with self.changed:
            self.letters.append(letter)
            self.changed.notify_all()
        answer = self.data(letter) if self.data else None
        if asyncio.iscoroutine(answer):
            answer = await answer
        return answer or "250 kept"

    def wait(self, condition, seconds=60):
        """The letters, once the condition holds of them."""
        with self.changed:
            if not self.changed.wait_for(lambda: condition(self.letters), seconds):
                raise AssertionError("this mail never came; there are " + repr([(x.to, x.subject) for x in self.letters]))
            return list(self.letters)

    def one_to(self, address, subject):
        """The newest letter to the address whose subject has this in it."""
        fits = lambda each: each.to == [address] and subject in each.subject
        return [each for each in self.wait(lambda all: any(map(fits, all))) if fits(each)][-1]


class MailServer(Controller):
    """On any free port: the base class cannot tell which one it got."""

    def __init__(self, desk, **smtp_arguments):
        super().__init__(desk, hostname="127.0.0.1", port=0)
        self.smtp_arguments = smtp_arguments

    def factory(self):
        return SMTP(self.handler, hostname="mail.example", data_size_limit=100_000, **self.smtp_arguments)

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}/tocsin.cert.example"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()


def certificate(folder):
    """A server's TLS context, and the file that vouches for it."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=mail.example",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
                   check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context, folder / "cert.pem"


def with_mail(data, url, top="", **more):
    """Adds mail to an installation's settings. `top`: lines for the plain keys before the tables."""
    settings = {"url": url, "from": "tocsin@cert.example", "starttls_required": False, **more}
    lines = [f"{key} = {str(value).lower() if isinstance(value, bool) else chr(34) + str(value) + chr(34)}"
             for key, value in settings.items()]
    path = data / "tocsin.toml"
    before, header, after = path.read_text().partition("[mail]\n")
    path.write_text(top + "\n" + before + header + "\n".join(lines) + "\n" + after)
