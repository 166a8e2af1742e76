"""A browser without JavaScript: cookies, forms, redirects as they come."""
import http.client
import re
import urllib.parse


class Page:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.getheaders()
        self.text = response.read().decode()
        self.location = response.getheader("Location", "")


class Browser:
    def __init__(self, port, address="127.0.0.1"):
        self.port, self.address = port, address
        self.cookies, self.csrf = {}, ""

    def request(self, method, path, body=None, content_type="application/x-www-form-urlencoded"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(self.address, 0))
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        if body is not None:
            headers["Content-Type"] = content_type
        try:
            connection.request(method, path, body=body, headers=headers)
            page = Page(connection.getresponse())
        finally:
            connection.close()
        for name, value in page.headers:
            if name.lower() == "set-cookie":
                key, _, content = value.split(";")[0].partition("=")
                if content:
                    self.cookies[key] = content
                else:
                    self.cookies.pop(key, None)
        if found := re.search(r'name="csrf" value="([^"]*)"', page.text):
            self.csrf = found.group(1)
        return page

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, **fields):
        pairs = [("csrf", self.csrf)]
        for key, value in fields.items():
            pairs += [(key, each) for each in value] if isinstance(value, list) else [(key, value)]
        return self.request("POST", path, urllib.parse.urlencode(pairs))

    def upload(self, path, field, content):
        """A form with one file."""
        parts = [('name="csrf"', self.csrf.encode()), (f'name="{field}"; filename="file"', content)]
        body = b"".join(b"--edge\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (disposition.encode(), each)
                        for disposition, each in parts) + b"--edge--\r\n"
        return self.request("POST", path, body, "multipart/form-data; boundary=edge")

    def sign_in(self, mail, password):
        self.get("/sign-in")
        page = self.post("/sign-in", email=mail, password=password)
        if page.status != 303:
            raise AssertionError(f"{mail} was not let in: {page.status} {page.text[:2000]}")
        self.get("/account")
        return self
