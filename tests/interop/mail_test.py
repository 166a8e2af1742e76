"""Mail as another program's server receives it: aiosmtpd reads the dialogue, Python's email package the message."""
import email
import email.policy
import email.utils
import logging
import os
import pathlib
import ssl
import subprocess
import unittest

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from support.tocsin import ROOT, Folder

SEND_MAIL = pathlib.Path(os.environ.get("TOCSIN_SEND_MAIL", ROOT / "build/release/bin/send_mail"))


logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # Handshakes that fail are what a test here wants.


class Desk:
    """Takes mail for example addresses and keeps it."""

    def __init__(self):
        self.envelopes = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append(envelope)
        return "250 kept"


def authenticator(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"tocsin", "geheim ß".encode())
    return AuthResult(success=good, handled=False)


class PlainController(Controller):
    """On any free port: the base class cannot tell which one it got."""

    smtp_arguments = {}

    def factory(self):
        return SMTP(self.handler, hostname="mail.example", data_size_limit=100_000, **self.smtp_arguments)

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Mail(unittest.TestCase):
    def serve(self, **smtp_arguments):
        desk = Desk()
        controller = PlainController(desk, hostname="127.0.0.1", port=0)
        controller.smtp_arguments = smtp_arguments
        controller.start()
        self.addCleanup(controller.stop)
        return desk, f"smtp://127.0.0.1:{controller.port}/tocsin.cert.example"

    def send(self, url, text, *, ca="", user="", password="", subject="New advisory", to=("ada@works.example",), check=0):
        done = subprocess.run([SEND_MAIL, url, "tocsin@cert.example", "Zürich CERT", ca, user, password, subject, *to],
                              input=text.encode(), capture_output=True, timeout=60)
        self.assertEqual(done.returncode, check, done.stderr.decode())
        return done.stderr.decode()

    def certificate(self):
        folder = Folder()
        path = folder.__enter__()
        self.addCleanup(folder.__exit__)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=mail.example",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path / "key.pem", "-out", path / "cert.pem"],
                       check=True, capture_output=True)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(path / "cert.pem", path / "key.pem")
        return context, path / "cert.pem"

    def test_arrives_as_it_was_written(self):
        desk, url = self.serve()
        text = ("Grüße aus der Leitwarte: 漏洞 \U0001F6A8\n\n.\n..two\n.dot line\nFrom here on\n" + "trailing blank \n" + "tab\t\n"
                + "x" * 3000 + "\n=3D =C3=BC\n\n\nlast line without end")
        subject = "Lücke in Ventilen – „Größe“ " + "sehr lang " * 20 + "漏洞"
        self.send(url, text, subject=subject, to=("ada@works.example", "bo@gas.example"))
        envelope, = desk.envelopes
        self.assertEqual(envelope.mail_from, "tocsin@cert.example")
        self.assertEqual(envelope.rcpt_tos, ["ada@works.example", "bo@gas.example"])
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.assertEqual(message.defects, [])
        self.assertEqual(str(message["Subject"]), subject.strip())
        self.assertEqual(message["From"].addresses[0].display_name, "Zürich CERT")
        self.assertEqual(message["From"].addresses[0].addr_spec, "tocsin@cert.example")
        self.assertEqual([a.addr_spec for a in message["To"].addresses], ["ada@works.example", "bo@gas.example"])
        self.assertEqual(message["Auto-Submitted"], "auto-generated")
        self.assertEqual(message["List-Id"], "<advisories.cert.example>")
        self.assertRegex(message["Message-ID"], r"^<[0-9a-f-]{36}@cert\.example>$")
        self.assertEqual(email.utils.parsedate_to_datetime(message["Date"]).utcoffset().total_seconds(), 0)
        self.assertEqual(message.get_content_type(), "text/plain")
        self.assertEqual(message.get_content().replace("\r\n", "\n"), text + "\n")
        self.assertLessEqual(max(len(line) for line in envelope.content.split(b"\r\n")), 78)

    def test_signs_in_over_tls(self):
        context, ca = self.certificate()
        desk, url = self.serve(tls_context=context, require_starttls=True, auth_required=True, authenticator=authenticator)
        self.send(url, "secret matters\n", ca=ca, user="tocsin", password="geheim ß")
        self.assertEqual(len(desk.envelopes), 1)
        refused = self.send(url, "x", ca=ca, user="tocsin", password="wrong", check=1)
        self.assertIn("forbidden: 127.0.0.1 does not accept user and password", refused)
        self.assertEqual(len(desk.envelopes), 1)

    def test_does_not_send_without_the_tls_it_wants(self):
        _, ca = self.certificate()
        desk, url = self.serve()
        self.assertIn("offers no TLS", self.send(url, "x", ca=ca, check=1))
        context, _ = self.certificate()  # Another key than the one that is trusted.
        desk, url = self.serve(tls_context=context)
        self.assertIn("certificate", self.send(url, "x", ca=ca, check=1))
        self.assertEqual(desk.envelopes, [])

    def test_goes_to_all_or_none(self):
        desk, url = self.serve()
        refused = self.send(url, "x", to=("ada@works.example", "nobody@works.example"), check=1)
        self.assertIn("forbidden: 127.0.0.1 refused the mail (550)", refused)
        self.assertEqual(desk.envelopes, [])

    def test_is_refused_when_too_large_for_the_server(self):
        desk, url = self.serve()
        self.assertIn("forbidden", self.send(url, "x" * 200_000, check=1))
        self.assertEqual(desk.envelopes, [])


if __name__ == "__main__":
    unittest.main()
