"""Programs that prove themselves by client certificates made with openssl, registered and revoked by the command line."""
import http.client
import ssl
import subprocess
import unittest

from support.tocsin import Folder, Server, init, json_lines, run

PASSWORD = "correct horse battery staple 42"


class ClientCertificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.keeper = Folder()
        cls.folder = cls.keeper.__enter__()
        cls.addClassCleanup(cls.keeper.__exit__)
        for name in ("machines", "strangers", "portal"):
            cls.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                        "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{name}.key", "-out", f"{name}.crt")
        cls.issue("probe", "machines")
        cls.issue("pump", "machines")
        cls.issue("nobody", "machines")
        cls.issue("stranger", "strangers")
        cls.data = cls.folder / "data"
        init(cls.data)
        for name, mail, organisation in (("Ada", "ada@water.example", "Water works"), ("Pia", "pia@power.example", "Power plant")):
            run("org", "add", "--data", cls.data, organisation, check=0)
            run("user", "add", "--data", cls.data, mail, "--name", name, "--org", organisation, check=0)
            run("user", "password", "--data", cls.data, mail, stdin=PASSWORD + "\n", check=0)
        cls.server = Server(cls.data, "--tls-cert", cls.folder / "portal.crt", "--tls-key", cls.folder / "portal.key",
                            tls=cls.context(), settings={"TOCSIN_TLS_CLIENT_CA": str(cls.folder / "machines.crt")})
        cls.addClassCleanup(cls.server.stop)

    @classmethod
    def openssl(cls, *arguments):
        subprocess.run(["openssl", *arguments], cwd=cls.folder, check=True, capture_output=True)

    @classmethod
    def issue(cls, name, authority, days="10"):
        cls.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/O=Plant/CN={name}",
                    "-keyout", f"{name}.key", "-out", f"{name}.csr")
        cls.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.crt", "-CAkey", f"{authority}.key", "-CAcreateserial",
                    "-days", days, "-out", f"{name}.crt")

    @classmethod
    def context(cls, name=None):
        context = ssl.create_default_context(cafile=str(cls.folder / "portal.crt"))
        if name:
            context.load_cert_chain(cls.folder / f"{name}.crt", cls.folder / f"{name}.key")
        return context

    def ask(self, path, name=None):
        return self.server.request("GET", path, tls=self.context(name))

    def register(self, mail, organisation, name, check=0):
        return run("token", "create", "--data", self.data, mail, "--org", organisation, "--name", name, "--scopes", "read",
                   "--certificate", self.folder / f"{name}.crt", check=check)

    def test_each_is_its_own_principal_until_it_is_revoked(self):
        self.register("ada@water.example", "Water works", "probe")
        self.register("pia@power.example", "Power plant", "pump")
        self.assertIn("registered before", self.register("pia@power.example", "Power plant", "probe", check=1).stderr)
        for name, organisation in (("probe", "Water works"), ("pump", "Power plant")):
            me = self.ask("/api/v1/me", name).json()
            self.assertEqual((me["by"], me["organisation"]["name"], me["scopes"]), ("certificate", organisation, ["read"]))
        self.assertEqual(self.ask("/api/v1/me").status, 401)
        self.assertEqual(self.ask("/account", "probe").status, 303, "nobody is signed in to pages")
        self.assertEqual(self.ask("/api/v1/me", "nobody").status, 401)
        with self.assertRaises((OSError, http.client.HTTPException)):
            self.ask("/api/v1/advisories", "stranger")
        (row,) = json_lines(run("token", "list", "--data", self.data, "--format", "json", "ada@water.example", check=0).stdout)
        self.assertEqual((row["kind"], len(row["fingerprint"])), ("certificate", 64))
        run("token", "revoke", "--data", self.data, "ada@water.example", row["id"], check=0)
        # Another process revoked it: the server hears of it with the next beat.
        probe = self.context("probe")
        self.server.eventually("/api/v1/me", lambda answer: answer.status == 401, tls=probe)
        self.assertEqual(self.ask("/api/v1/me", "pump").status, 200)


if __name__ == "__main__":
    unittest.main()
