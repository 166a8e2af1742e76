"""The outgoing post from page to mailbox: a portal and a mail server of others (aiosmtpd), as people meet them."""
import re
import unittest

from aiosmtpd.smtp import AuthResult, LoginPassword

from support.browser import Browser
from support.mail import Desk, MailServer, certificate, with_mail
from support.tocsin import Folder, Server, json_lines, run

ROOT_MAIL, ROOT_WORDS = "root@cert.example", "seven purple turbines hum"
ADA, ADA_WORDS, ADA_NEW = "ada@cert.example", "eight yellow turbines hum", "nine orange turbines hum"
TOP = 'second_factor = "optional"\n'


def installation(data, url, **more):
    """With an administrator who has a password."""
    run("init", "--data", data, "--name", "Grid CERT", "--admin-email", ROOT_MAIL, "--admin-name", "Root", check=0)
    run("user", "password", "--data", data, ROOT_MAIL, stdin=ROOT_WORDS + "\n", check=0)
    with_mail(data, url, TOP, **more)


def invite(root, mail, name):
    root.get("/people/invite")
    return root.post("/people/invite", name=name, email=mail, organisation="1")


def path_of(link):
    return "/link/" + link.rsplit("/", 1)[1]


def accept(port, link, password):
    browser = Browser(port)
    page = browser.get(path_of(link))
    assert page.status == 200, page.text
    return browser.post(path_of(link), password=password, again=password)


class MailFlow(unittest.TestCase):
    def portal(self, desk=None, **more):
        folder = Folder()
        data = folder.__enter__() / "data"
        self.addCleanup(folder.__exit__)
        self.desk = desk or Desk()
        mail = MailServer(self.desk)
        mail.start()
        self.addCleanup(mail.stop)
        installation(data, mail.url, **more)
        server = Server(data, "--public-url", "http://127.0.0.1:PORT")
        self.addCleanup(server.stop)
        return data, server

    def test_invited_forgotten_moved(self):
        data, server = self.portal()
        root = Browser(server.port).sign_in(ROOT_MAIL, ROOT_WORDS)
        # Names and addresses are no place for headers and recipients of one's own.
        self.assertEqual(invite(root, "x@cert.example\r\nBcc: evil@example.org", "X").status, 422)
        self.assertEqual(invite(root, "hook@cert.example", "Hook\r\nBcc: evil@example.org\r\n\r\nBuy").status, 200)
        letter = self.desk.one_to("hook@cert.example", "Invitation")
        self.assertTrue(letter.text.startswith("Hello Hook Bcc: evil@example.org Buy,\n"), letter.text)
        self.assertIsNone(letter.message["Bcc"])
        page = invite(root, ADA, 'Ada "Ampère"')
        self.assertEqual(page.status, 200, page.text)
        self.assertIn(f"Sent to {ADA}", page.text)
        self.assertNotIn("/link/", page.text)
        letter = self.desk.one_to(ADA, "Invitation to Grid CERT")
        self.assertTrue(letter.text.startswith('Hello Ada "Ampère",'), letter.text)
        self.assertIn(f"http://127.0.0.1:{server.port}/link/", letter.link())
        self.assertEqual(letter.message.get_content_type(), "text/plain")

        # The inviter sends it again: the first link has died.
        person = re.search(r'action="(/people/\d+/link)"', page.text).group(1)
        self.assertEqual(root.post(person).status, 200)
        self.desk.wait(lambda letters: len(letters) == 3)
        self.assertEqual(Browser(server.port).get(path_of(letter.link())).status, 404)
        self.assertEqual(accept(server.port, self.desk.letters[2].link(), ADA_WORDS).location, "/sign-in?notice=password-set")
        ada = Browser(server.port).sign_in(ADA, ADA_WORDS)

        # Forgotten: no JavaScript, no account needed to ask.
        visitor = Browser(server.port)
        self.assertIn('href="/forgot"', visitor.get("/sign-in").text)
        visitor.get("/forgot")
        self.assertEqual(visitor.post("/forgot", email=ADA.upper()).location, "/forgot?notice=reset-asked")
        letter = self.desk.one_to(ADA, "New password for Grid CERT")
        self.assertEqual(accept(server.port, letter.link(), ADA_NEW).status, 303)
        self.assertEqual(ada.get("/account").status, 303, "the old session has ended")
        ada = Browser(server.port).sign_in(ADA, ADA_NEW)
        self.desk.one_to(ADA, "Your password was changed")

        # A new address: of her own once the link was used, and the old one is told.
        ada.get("/account/address")
        page = ada.post("/account/address", email=ROOT_MAIL)
        same = ada.get(page.location)
        self.assertEqual(page.status, 303)
        self.desk.one_to(ROOT_MAIL, "Your address was entered on Grid CERT")
        page = ada.post("/account/address", email="ada@new.example")
        self.assertEqual(page.status, 303)
        other = ada.get(page.location)
        plain = lambda text: text.replace(ROOT_MAIL, "X").replace("ada@new.example", "X")
        self.assertEqual(plain(same.text), plain(other.text), "nobody learns which addresses have accounts")
        letter = self.desk.one_to("ada@new.example", "Confirm your address")
        ada.get(path_of(letter.link()))
        self.assertEqual(ada.post(path_of(letter.link())).status, 303)
        self.desk.one_to(ADA, "Your mail address was changed")
        Browser(server.port).sign_in("ada@new.example", ADA_NEW)
        self.assertIn("ada@new.example", ada.get("/account").text)

    def test_asking_tells_nobody_who_has_an_account(self):
        data, server = self.portal()
        seen = set()
        for number, typed in enumerate((ROOT_MAIL, "nobody@cert.example", "root@cert.examplee", "no address")):
            browser = Browser(server.port, f"127.0.{number}.1")
            browser.get("/forgot")
            answer = browser.post("/forgot", email=typed)
            page = browser.get(answer.location)
            kept = tuple((name, value) for name, value in answer.headers if name.lower() not in ("date", "x-request-id"))
            seen.add((answer.status, kept, answer.text, page.text.replace(browser.csrf, "")))
        self.assertEqual(len(seen), 1)
        self.desk.one_to(ROOT_MAIL, "New password")
        self.assertEqual(len(self.desk.letters), 1)

    def test_signs_in_over_tls_and_says_what_is_wrong(self):
        with Folder() as folder:
            context, ca = certificate(folder)
            good = lambda server, session, envelope, mechanism, given: AuthResult(
                success=isinstance(given, LoginPassword) and (given.login, given.password) == (b"tocsin", b"open sesame"),
                handled=False)
            desk = Desk(rcpt=lambda address: "550 5.1.1 no such user" if address.startswith("nobody") else None)
            with MailServer(desk, tls_context=context, require_starttls=True, auth_required=True, authenticator=good) as mail:
                secret = folder / "mail-password"
                secret.write_text("open sesame\n")
                secret.chmod(0o600)
                data = folder / "data"
                installation(data, mail.url, starttls_required=True, ca_file=ca, user="tocsin", password_file=secret)
                path = data / "tocsin.toml"
                path.write_text('public_url = "https://cert.example"\n' + path.read_text())
                done = run("mail", "test", "--data", data, "me@cert.example", check=0)
                self.assertIn("has taken a mail to me@cert.example", done.stdout)
                self.assertEqual(desk.letters[0].subject, "Test mail of Grid CERT")
                done = run("mail", "test", "--data", data, "nobody@cert.example", check=1)
                self.assertIn("550 5.1.1 no such user", done.stderr)
                self.assertIn("goes to smtp://", run("doctor", "--data", data).stdout)
                secret.chmod(0o644)
                self.assertIn("Every account of this machine may read", run("doctor", "--data", data).stdout)
                secret.write_text("wrong\n")
                self.assertIn("does not accept user and password", run("mail", "test", "--data", data, "me@x.example", check=1).stderr)
                secret.unlink()
                self.assertIn("mail.password_file", run("doctor", "--data", data, check=1).stdout)
                self.assertEqual(run("serve", "--data", data, "--listen", "127.0.0.1:0").returncode, 1)
                shown = run("config", "check", "--data", data, env={"TOCSIN_MAIL_PASSWORD": "open sesame"}).stdout
                self.assertNotIn("open sesame", shown)

    def test_greylisted_and_refused(self):
        waiting = {"grey@cert.example": 2}

        def rcpt(address):
            if address == "gone@cert.example":
                return "550 5.1.1 no such user"
            if waiting.get(address, 0) > 0:
                waiting[address] -= 1
                return "451 4.7.1 come back later"
            return None

        data, server = self.portal(Desk(rcpt=rcpt))
        root = Browser(server.port).sign_in(ROOT_MAIL, ROOT_WORDS)
        for mail in ("grey@cert.example", "gone@cert.example", "fine@cert.example"):
            self.assertEqual(invite(root, mail, "Somebody").status, 200)
        self.desk.one_to("fine@cert.example", "Invitation")
        rows = lambda: {row["to"]: row for row in json_lines(run("mail", "list", "--data", data, "--format", "json", check=0).stdout)}
        server.eventually("/metrics", lambda page: "tocsin_mail_given_up 1" in page.text and "tocsin_mail_waiting 1" in page.text)
        found = rows()
        self.assertEqual(found["gone@cert.example"]["state"], "given-up")
        self.assertIn("550 5.1.1 no such user", found["gone@cert.example"]["problem"])
        self.assertEqual(found["grey@cert.example"]["state"], "waiting")
        self.assertIn("451 4.7.1 come back later", found["grey@cert.example"]["problem"])
        page = root.get("/admin/mail")
        self.assertIn("550 5.1.1 no such user", page.text)
        self.assertNotIn("/link/", page.text)
        self.assertIn("gone@cert.example", run("mail", "list", "--data", data, check=0).stdout)
        # The administrator is less patient than the back-off. Whatever is being written down of the try before, each
        # time she asks it is tried once more.
        for tries in (2, 3):
            self.assertEqual(root.post("/admin/mail/retry").status, 303)
            server.eventually("/metrics", lambda _: self.desk.tried.count("grey@cert.example") >= tries)
        self.desk.one_to("grey@cert.example", "Invitation")
        server.eventually("/metrics", lambda page: "tocsin_mail_waiting 0" in page.text and "tocsin_mail_given_up 1" in page.text)
        number = rows()["gone@cert.example"]["id"]
        run("mail", "drop", "--data", data, number, check=0)
        self.assertEqual(rows(), {})
        self.assertEqual(root.post("/admin/mail/test").status, 303)
        self.desk.one_to(ROOT_MAIL, "Test mail")

    def test_without_a_mail_server_links_are_handed_out(self):
        with Folder() as folder:
            data = folder / "data"
            run("init", "--data", data, "--name", "Grid CERT", "--admin-email", ROOT_MAIL, "--admin-name", "Root", check=0)
            run("user", "password", "--data", data, ROOT_MAIL, stdin=ROOT_WORDS + "\n", check=0)
            path = data / "tocsin.toml"
            path.write_text(TOP + path.read_text())
            with Server(data, "--public-url", "http://127.0.0.1:PORT") as server:
                root = Browser(server.port).sign_in(ROOT_MAIL, ROOT_WORDS)
                page = invite(root, ADA, "Ada")
                link = re.search(r"http://127\.0\.0\.1:\d+/link/[\w-]{43}", page.text).group(0)
                self.assertEqual(accept(server.port, link, ADA_WORDS).status, 303)
                visitor = Browser(server.port)
                self.assertNotIn("<form class=\"form\"", visitor.get("/forgot").text)
                self.assertEqual(visitor.post("/forgot", email=ADA).status, 405)
                self.assertIn("No mail is sent here", root.get("/admin/mail").text)
                self.assertEqual(run("mail", "test", "--data", data, ADA).returncode, 1)


if __name__ == "__main__":
    unittest.main()
