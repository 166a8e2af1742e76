#include <cstdio>
#include <filesystem>

#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "portal/members_fixture.hpp"

/// Programs that prove themselves by a client certificate, over real TLS.
namespace tocsin::portal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr long kDay = 86'400;

/// A key with its certificate, signed by itself or another.
class Pair {
 public:
  Pair(const std::string& name, const Pair* issuer, long from = -kDay, long to = 30 * kDay)
      : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    X509_set_version(certificate_, 2);
    static int serial = 0;
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), from);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), to);
    X509_set_pubkey(certificate_, key_);
    auto* subject = X509_get_subject_name(certificate_);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1,
                               -1, 0);
    X509_set_issuer_name(certificate_, issuer == nullptr ? subject : X509_get_subject_name(issuer->certificate_));
    if (issuer == nullptr) {
      auto* authority = X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
      X509_add_ext(certificate_, authority, -1);
      X509_EXTENSION_free(authority);
    }
    X509_sign(certificate_, issuer == nullptr ? key_ : issuer->key_, EVP_sha256());
  }
  ~Pair() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  std::string pem() const {
    auto* memory = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(memory, certificate_);
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(memory, &bytes);
    std::string text{bytes, static_cast<std::size_t>(size)};
    BIO_free(memory);
    return text;
  }
  void write(const std::string& path) const {
    auto* out = std::fopen((path + ".crt").c_str(), "w");
    PEM_write_X509(out, certificate_);
    std::fclose(out);
    out = std::fopen((path + ".key").c_str(), "w");
    PEM_write_PrivateKey(out, key_, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
  }
  EVP_PKEY* key() const noexcept { return key_; }
  X509* certificate() const noexcept { return certificate_; }

 private:
  EVP_PKEY* key_;
  X509* certificate_;
};

/// One TLS connection, with this certificate or none.
class Program {
 public:
  Program(std::uint16_t port, const Pair* pair) : client_(port), context_(SSL_CTX_new(TLS_client_method())) {
    if (pair != nullptr) {
      SSL_CTX_use_certificate(context_, pair->certificate());
      SSL_CTX_use_PrivateKey(context_, pair->key());
    }
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, client_.socket());
    SSL_connect(ssl_);
  }
  ~Program() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Head and body of the next answer; empty where the connection is closed: with TLS 1.3 that is how a client hears
  /// that its certificate was refused.
  std::string ask(const std::string& target, const std::string& headers = {}, const std::string& method = "GET",
                  const std::string& body = {}) {
    const auto request = method + " " + target + " HTTP/1.1\r\nHost: portal.example\r\n" + headers +
                         (method == "GET" ? "" : fmt::format("Content-Length: {}\r\n", body.size())) + "\r\n" + body;
    if (SSL_write(ssl_, request.data(), static_cast<int>(request.size())) <= 0) return {};
    std::string all;
    std::array<char, 16'384> bytes{};
    for (;;) {
      const auto end = all.find("\r\n\r\n");
      constexpr std::string_view kLength = "Content-Length: ";
      if (const auto at = all.find(kLength); end != std::string::npos && at != std::string::npos) {
        if (all.size() >= end + 4 + std::stoul(all.substr(at + kLength.size()))) return all;
      } else if (end != std::string::npos) {
        return all;
      }
      const auto got = SSL_read(ssl_, bytes.data(), static_cast<int>(bytes.size()));
      if (got <= 0) return {};
      all.append(bytes.data(), static_cast<std::size_t>(got));
    }
  }

 private:
  http::testing::Client client_;
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
};

class ClientCertificates : public testing::MembersTest {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / fmt::format("tocsin-certificates-{}", ::getpid());
    std::filesystem::create_directories(folder_);
    server_.write(file("server"));
    authority_.write(file("authority"));
    settings_.client_certificates = true;
    // Certificates are checked against the machine's clock, by OpenSSL.
    clock_.set(system_clock().now());
    MembersTest::SetUp();
  }
  void TearDown() override {
    MembersTest::TearDown();
    std::filesystem::remove_all(folder_);
  }
  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  void serve_tls() {
    options_.tls_certificate = file("server.crt");
    options_.tls_key = file("server.key");
    options_.tls_client_ca = file("authority.crt");
    start();
  }
  engine::identity::NewToken read_only() const {
    return {.name = "Probe", .scopes = {"read"}, .networks = {}, .expires_at = {clock_.now().micros + 3'600'000'000}};
  }
  Result<std::int64_t> register_for(std::int64_t person, std::int64_t organisation, const Pair& pair) {
    engine::Actor self;
    self.viewer.person = domain::PersonId{person};
    return identities().register_certificate(domain::PersonId{person}, {organisation}, read_only(), pair.pem(), self);
  }
  Program program(const Pair* pair) { return Program{running().port(), pair}; }

  std::filesystem::path folder_;
  Pair server_{"portal.example", nullptr};
  Pair authority_{"Plant authority", nullptr};
  Pair probe_{"probe 7", &authority_};
};
TOCSIN_ON_BOTH_DATABASES(ClientCertificates);

TEST_P(ClientCertificates, ARegisteredOneIsItsPersonWithinItsScopes) {
  // By the page, as people do it.
  auto member = signed_in("member@plant.example");
  EXPECT_THAT(member.get("/account/tokens/new").body, HasSubstr("Client certificate"));
  EXPECT_EQ(
      member
          .post(
              "/account/tokens",
              {{"name", "Probe"}, {"scopes", "read"}, {"days", "30"}, {"networks", ""}, {"certificate", probe_.pem()}})
          .header("location"),
      "/account/tokens?notice=certificate-registered");
  EXPECT_THAT(member.get("/account/tokens").body, HasSubstr("CN=probe 7"));
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM audit WHERE action = 'token.create'"}), 1);
  serve_tls();
  Program probe{running().port(), &probe_};
  const auto me = probe.ask("/api/v1/me");
  EXPECT_THAT(me, HasSubstr("HTTP/1.1 200"));
  EXPECT_THAT(me, HasSubstr(R"("by":"certificate")"));
  EXPECT_THAT(me, HasSubstr("member@plant.example"));
  EXPECT_THAT(me, HasSubstr(R"("name":"Plant")"));
  EXPECT_THAT(probe.ask("/api/v1/audit"), HasSubstr("HTTP/1.1 403"));
  EXPECT_THAT(probe.ask("/api/v1/tokens"), HasSubstr("HTTP/1.1 403")) << "it breeds no other access";
  // Nobody without one, on the same listener; and pages know nothing of it.
  EXPECT_THAT(program(nullptr).ask("/api/v1/me"), HasSubstr("HTTP/1.1 401"));
  EXPECT_THAT(program(nullptr).ask("/advisories"), HasSubstr("HTTP/1.1 200"));
  EXPECT_THAT(probe.ask("/account"), HasSubstr("Location: /sign-in"));
  EXPECT_THAT(probe.ask("/"), Not(HasSubstr("Somebody 11")));
  // A browser sends it by itself: other sites may not borrow it.
  for (const std::string headers : {"Sec-Fetch-Site: cross-site\r\n", "Origin: https://evil.example\r\n"}) {
    EXPECT_THAT(probe.ask("/api/v1/csaf/validate", headers, "POST", "{}"), HasSubstr("another site")) << headers;
  }
}

TEST_P(ClientCertificates, OthersOpenNothing) {
  const Pair stranger_authority{"Plant authority", nullptr};
  const Pair stranger{"probe 7", &stranger_authority};
  const Pair expired{"old probe", &authority_, -30 * kDay, -kDay};
  const Pair early{"early probe", &authority_, kDay, 30 * kDay};
  const Pair self_signed{"probe 7", nullptr};
  const Pair unregistered{"probe 8", &authority_};
  ASSERT_TRUE(register_for(11, kPlant, probe_));
  ASSERT_TRUE(register_for(11, kPlant, stranger)) << "registering proves nothing: the listener does";
  EXPECT_EQ(register_for(11, kPlant, expired).error().where, "certificate");
  serve_tls();
  EXPECT_THAT(program(&probe_).ask("/api/v1/me"), HasSubstr("HTTP/1.1 200"));
  for (const auto* refused : {&stranger, &expired, &early, &self_signed}) {
    EXPECT_EQ(program(refused).ask("/api/v1/advisories"), "") << "no connection at all";
  }
  const auto unknown = program(&unregistered).ask("/api/v1/me");
  EXPECT_THAT(unknown, HasSubstr("HTTP/1.1 401"));
  EXPECT_THAT(unknown, HasSubstr("not registered here"));
  EXPECT_THAT(program(&unregistered).ask("/advisories"), HasSubstr("HTTP/1.1 200")) << "pages are for people";
  // What a proxy would write is believed of nobody.
  EXPECT_THAT(
      program(nullptr).ask("/api/v1/me", "X-Client-Cert: " + probe_.pem().substr(28, 60) +
                                             "\r\nX-SSL-Client-Verify: SUCCESS\r\nSSL_CLIENT_VERIFY: SUCCESS\r\n"),
      HasSubstr("HTTP/1.1 40"));
}

TEST_P(ClientCertificates, ARevokedOneEndsOnTheConnectionThatStands) {
  const auto id = register_for(11, kPlant, probe_).value();
  serve_tls();
  Program probe{running().port(), &probe_};
  EXPECT_THAT(probe.ask("/api/v1/me"), HasSubstr("HTTP/1.1 200"));
  engine::Actor self;
  self.viewer.person = domain::PersonId{11};
  ASSERT_TRUE(identities().revoke_token(domain::PersonId{11}, id, self));
  EXPECT_THAT(probe.ask("/api/v1/me"), HasSubstr("HTTP/1.1 401"));
  // Nor does it come back, under whatever name.
  EXPECT_EQ(register_for(11, kPlant, probe_).error().code, Error::Code::conflict);
  EXPECT_EQ(register_for(14, kCert, probe_).error().code, Error::Code::conflict);
}

TEST_P(ClientCertificates, ActsForItsOrganisationAndAsLongAsThatStands) {
  EXPECT_EQ(register_for(11, kVendor, probe_).error().code, Error::Code::not_found) << "not theirs";
  ASSERT_TRUE(register_for(11, kPlant, probe_));
  EXPECT_EQ(register_for(13, kVendor, probe_).error().code, Error::Code::conflict) << "one certificate, one principal";
  engine::Actor other;
  other.viewer.person = domain::PersonId{14};
  EXPECT_EQ(identities()
                .register_certificate(domain::PersonId{11}, {kPlant}, read_only(), Pair{"x", &authority_}.pem(), other)
                .error()
                .code,
            Error::Code::forbidden);
  serve_tls();
  Program probe{running().port(), &probe_};
  EXPECT_THAT(probe.ask("/api/v1/me"), HasSubstr(R"("name":"Plant")"));
  run(store::Sql{"UPDATE organisation SET status = 3 WHERE id = 2"});
  ASSERT_TRUE(identities().refresh());
  EXPECT_THAT(probe.ask("/api/v1/me"), HasSubstr("HTTP/1.1 401"));
  run(store::Sql{"UPDATE organisation SET status = 2 WHERE id = 2"});
  ASSERT_TRUE(identities().refresh());
  EXPECT_THAT(probe.ask("/api/v1/me"), HasSubstr("HTTP/1.1 200"));
  // Its registration ends although the certificate itself goes on.
  clock_.advance(std::chrono::hours{2});
  EXPECT_THAT(probe.ask("/api/v1/me"), HasSubstr("HTTP/1.1 401"));
}

TEST_P(ClientCertificates, BadFilesAreRefusedWithASentence) {
  options_.tls_certificate = file("server.crt");
  options_.tls_key = file("server.key");
  options_.tls_client_ca = file("authority.key");
  const auto server = http::Server::open(options_, app().routes(), app().hooks(), clock_);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().where, file("authority.key"));
  auto member = signed_in("member@plant.example");
  member.get("/account/tokens/new");
  const auto reply = member.post(
      "/account/tokens",
      {{"name", "Probe"}, {"scopes", "read"}, {"days", "30"}, {"networks", ""}, {"certificate", "no certificate"}});
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM api_token"}), 0);
}

}  // namespace
}  // namespace tocsin::portal
