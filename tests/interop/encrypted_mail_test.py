"""Somebody gives a key on the page; the letters that follow are opened by GnuPG and by OpenSSL, and by nothing else."""
import email
import email.policy
import os
import pathlib
import subprocess
import unittest

from support.browser import Browser
from support.documents import advisory
from support.mail import Desk, MailServer, with_mail
from support.tocsin import Folder, Server, run

PASSWORD = "seven purple turbines hum"
KEYS = pathlib.Path(__file__).parents[2] / "src/formats/keys/testdata"
WILL = "will@water.example"


def gpg(folder, raw):
    """What is inside, as GnuPG reads it."""
    outer = email.message_from_bytes(raw, policy=email.policy.default)
    assert outer.get_content_type() == "multipart/encrypted", outer.get_content_type()
    version, sealed = outer.iter_parts()
    assert version.get_content_type() == "application/pgp-encrypted" and b"Version: 1" in version.get_content()
    home = folder / "gnupg"
    if not home.exists():
        home.mkdir(mode=0o700)
        subprocess.run(["gpg", "--homedir", home, "--batch", "--import", KEYS / "mail_subkeys_secret.asc"],
                       check=True, capture_output=True)
    done = subprocess.run(["gpg", "--homedir", home, "--batch", "--status-fd", "2", "--decrypt"],
                          input=sealed.get_content(), capture_output=True)
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "gpg-agent"], check=False)
    assert done.returncode == 0, done.stderr
    # Its integrity was protected, and the key was the newest of the four.
    assert b"GOODMDC" in done.stderr and b"DB410EEA093B5473" in done.stderr, done.stderr
    return done.stdout


def openssl(certificate):
    def read(folder, raw):
        path = folder / "letter.eml"
        path.write_bytes(raw)
        done = subprocess.run(["openssl", "cms", "-decrypt", "-in", path, "-recip", KEYS / f"{certificate}.pem",
                               "-inkey", KEYS / f"{certificate}_secret.pem"], capture_output=True)
        assert done.returncode == 0, done.stderr
        printed = subprocess.run(["openssl", "cms", "-cmsout", "-print", "-in", path], capture_output=True, check=True)
        assert b"aes-256-cbc" in printed.stdout, printed.stdout
        return done.stdout
    return read


class EncryptedMail(unittest.TestCase):
    def test_openpgp(self):
        self.letters_to("mail_subkeys.asc", gpg)

    def test_smime_by_rsa(self):
        self.letters_to("mail_rsa.pem", openssl("mail_rsa"))

    def test_smime_by_elliptic_curve(self):
        self.letters_to("mail_ec.pem", openssl("mail_ec"))

    def letters_to(self, key, decrypted):
        desk = Desk()
        with Folder() as folder, MailServer(desk) as mail:
            data = folder / "data"
            run("init", "--data", data, "--name", "Grid CERT", check=0)
            run("org", "add", "--data", data, "Plant", check=0)
            run("user", "add", "--data", data, WILL, "--name", "Will", "--org", "Plant", check=0)
            run("user", "password", "--data", data, WILL, stdin=PASSWORD + "\n", check=0)
            with_mail(data, mail.url, 'public_url = "http://cert.example"\n')
            with Server(data) as server:
                browser = Browser(server.port).sign_in(WILL, PASSWORD)
                self.assertIn("/account/mail-key", browser.get("/account").text)
                browser.get("/account/mail-key")
                refused = browser.post("/account/mail-key", key=(KEYS / "mail_sign_only.asc").read_text(), otherwise="notice")
                self.assertEqual(refused.status, 422)
                self.assertIn("sign only", refused.text)
                saved = browser.post("/account/mail-key", key=(KEYS / key).read_text(), otherwise="notice")
                self.assertEqual((saved.status, saved.location), (303, "/account/mail-key?notice=saved"), saved.text)
                self.assertIn("Fingerprint", browser.get("/account/mail-key").text)
                # Whoever has put in a key of their own cannot hide it.
                (told,) = desk.wait(len)
                self.assertEqual(told.subject, "Grid CERT: The key for mail to you was changed")

                browser.get("/notifications/new")
                browser.post("/notifications", name="Everything", query="", pace="now", channel="mail")
                document = folder / "ex-1.json"
                document.write_text(advisory(1, title="Turbine governor fails open"))
                run("import", "--data", data, document, check=0)
                letter = desk.wait(lambda all: len(all) == 2)[1]
                self.assertEqual(letter.subject, "Message from Grid CERT")
                for secret in (b"overnor", b"EX-1", b"Everything", b"unsubscribe", b"notifications/"):
                    self.assertNotIn(secret, letter.raw)
                plain = decrypted(folder, letter.raw)
                inside = email.message_from_bytes(plain, policy=email.policy.default)
                self.assertEqual(inside["Subject"], "Grid CERT: New: EX-1: Turbine governor fails open")
                self.assertEqual(inside["Message-ID"], letter.id)
                self.assertIn(WILL, inside["To"])
                self.assertEqual(inside.get_param("hp"), "cipher")
                self.assertIn("Subject: Message from Grid CERT", inside.get_all("HP-Outer"))
                self.assertEqual(inside["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
                self.assertIn("Turbine governor fails open", inside.get_body(("plain",)).get_content())
                self.assertIn("Turbine governor fails open", inside.get_body(("html",)).get_content())

                # Who has lost the secret half is helped by whoever runs the portal.
                run("user", "remove-mail-key", "--data", data, WILL, check=0)
                self.assertIn("removed", desk.wait(lambda all: len(all) == 3)[2].subject)
                # Somebody who is added at the console is invited by mail.
                out = run("user", "add", "--data", data, "new@water.example", "--name", "New", "--org", "Plant", check=0).stdout
                self.assertIn("The invitation goes to new@water.example by mail.", out)
                invited = desk.one_to("new@water.example", "Invitation")
                self.assertIn("http://cert.example/link/", invited.text)
                run("user", "add", "--data", data, "mute@water.example", "--org", "Plant", "--no-invitation", check=0)
                self.assertNotIn("mute@water.example", [each.to[0] for each in desk.letters])


if __name__ == "__main__":
    unittest.main()
