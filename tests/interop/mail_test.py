"""Mail as another program's server receives it: aiosmtpd reads the dialogue, Python's email package the message."""
import email
import email.policy
import email.utils
import os
import pathlib
import subprocess
import unittest

from aiosmtpd.smtp import AuthResult, LoginPassword

from support.mail import Desk, MailServer, certificate
from support.tocsin import ROOT, Folder

SEND_MAIL = pathlib.Path(os.environ.get("TOCSIN_SEND_MAIL", ROOT / "build/release/bin/send_mail"))


def authenticator(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"tocsin", "geheim ß".encode())
    return AuthResult(success=good, handled=False)


class Mail(unittest.TestCase):
    def serve(self, **smtp_arguments):
        desk = Desk(rcpt=lambda address: "550 5.1.1 no such user" if address.startswith("nobody@") else None)
        server = MailServer(desk, **smtp_arguments)
        server.start()
        self.addCleanup(server.stop)
        return desk, server.url

    def send(self, url, text, *, ca="", user="", password="", subject="New advisory", to=("ada@works.example",), check=0):
        done = subprocess.run([SEND_MAIL, url, "tocsin@cert.example", "Zürich CERT", ca, user, password, subject, *to],
                              input=text.encode(), capture_output=True, timeout=60)
        self.assertEqual(done.returncode, check, done.stderr.decode())
        return done.stderr.decode()

    def certificate(self):
        folder = Folder()
        path = folder.__enter__()
        self.addCleanup(folder.__exit__)
        return certificate(path)

    def test_arrives_as_it_was_written(self):
        desk, url = self.serve()
        text = ("Grüße aus der Leitwarte: 漏洞 \U0001F6A8\n\n.\n..two\n.dot line\nFrom here on\n" + "trailing blank \n" + "tab\t\n"
                + "x" * 3000 + "\n=3D =C3=BC\n\n\nlast line without end")
        subject = "Lücke in Ventilen – „Größe“ " + "sehr lang " * 20 + "漏洞"
        self.send(url, text, subject=subject, to=("ada@works.example", "bo@gas.example"))
        letter, = desk.letters
        envelope = letter.envelope
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
        self.assertEqual(len(desk.letters), 1)
        refused = self.send(url, "x", ca=ca, user="tocsin", password="wrong", check=1)
        self.assertIn("forbidden: 127.0.0.1 does not accept user and password", refused)
        self.assertEqual(len(desk.letters), 1)

    def test_does_not_send_without_the_tls_it_wants(self):
        _, ca = self.certificate()
        desk, url = self.serve()
        self.assertIn("offers no TLS", self.send(url, "x", ca=ca, check=1))
        context, _ = self.certificate()  # Another key than the one that is trusted.
        desk, url = self.serve(tls_context=context)
        self.assertIn("certificate", self.send(url, "x", ca=ca, check=1))
        self.assertEqual(desk.letters, [])

    def test_goes_to_all_or_none(self):
        desk, url = self.serve()
        refused = self.send(url, "x", to=("ada@works.example", "nobody@works.example"), check=1)
        self.assertIn("forbidden: 127.0.0.1 refused the mail (550)", refused)
        self.assertEqual(desk.letters, [])

    def test_is_refused_when_too_large_for_the_server(self):
        desk, url = self.serve()
        self.assertIn("forbidden", self.send(url, "x" * 200_000, check=1))
        self.assertEqual(desk.letters, [])


if __name__ == "__main__":
    unittest.main()
