#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "portal/http/server_fixture.hpp"

namespace tocsin::portal::http {
namespace {

using testing::Client;
using testing::route;
using testing::Running;

/// A self-signed certificate with its key, in a folder of their own.
class Tls : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("tocsin-tls-" + std::to_string(::getpid()) + "-" +
                                                  ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    write_pair("server", "other");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name) const { return (folder_ / name).string(); }

  /// NAME.crt and NAME.key; and ALONE.key, which fits no certificate.
  void write_pair(const std::string& name, const std::string& alone) const {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    auto* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("portal.example"),
                               -1, -1, 0);
    X509_set_issuer_name(certificate, subject);
    X509_sign(certificate, key, EVP_sha256());
    auto* out = std::fopen(file(name + ".crt").c_str(), "w");
    PEM_write_X509(out, certificate);
    std::fclose(out);
    write_key(key, name);
    X509_free(certificate);
    EVP_PKEY_free(key);
    EVP_PKEY* stranger = EVP_EC_gen("P-256");
    write_key(stranger, alone);
    EVP_PKEY_free(stranger);
  }
  void write_key(EVP_PKEY* key, const std::string& name) const {
    auto* out = std::fopen(file(name + ".key").c_str(), "w");
    PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
  }

  ServerOptions options() const {
    ServerOptions made;
    made.port = 0;
    made.tls_certificate = file("server.crt");
    made.tls_key = file("server.key");
    return made;
  }
  static Router router() {
    Router made;
    made.add(route("/", [](const Request& request) -> Result<Response> {
      return Response::text(request.tls ? "sealed" : "open");
    }));
    made.add(route("/large", [](const Request&) -> Result<Response> {
      return Response::text(std::string(std::size_t{3} << 20, 'x'));
    }));
    return made;
  }

  std::filesystem::path folder_;
};

/// A TLS client over the raw one.
class TlsClient {
 public:
  TlsClient(std::uint16_t port, const std::function<void(SSL_CTX*)>& configure = {}, SSL_SESSION* session = nullptr)
      : client_(port), context_(SSL_CTX_new(TLS_client_method())) {
    if (configure) configure(context_);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, client_.socket());
    if (session != nullptr) SSL_set_session(ssl_, session);
    connected_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    // Without a goodbye OpenSSL holds the session for cut and does not resume it.
    if (connected_) SSL_shutdown(ssl_);
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool connected() const noexcept { return connected_; }
  SSL* ssl() const noexcept { return ssl_; }
  /// Everything until the server ends the connection.
  std::string exchange(const std::string& request) {
    SSL_write(ssl_, request.data(), static_cast<int>(request.size()));
    std::string all;
    char bytes[16384];
    for (int got = 0; (got = SSL_read(ssl_, bytes, sizeof bytes)) > 0;)
      all.append(bytes, static_cast<std::size_t>(got));
    return all;
  }
  /// Did the server say goodbye, so that a cut would have been noticed?
  bool ended_well() const { return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0; }

 private:
  Client client_;
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  bool connected_ = false;
};

constexpr const char* kLastRequest = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

TEST_F(Tls, ServesSealed) {
  Running running{router(), options()};
  TlsClient client{running.port()};
  ASSERT_TRUE(client.connected());
  EXPECT_STREQ(SSL_get_version(client.ssl()), "TLSv1.3");
  EXPECT_THAT(client.exchange(kLastRequest), ::testing::EndsWith("\r\n\r\nsealed"));
  EXPECT_TRUE(client.ended_well());
}

TEST_F(Tls, ServesLargeAnswersAndSeveralRequests) {
  Running running{router(), options()};
  TlsClient client{running.port()};
  ASSERT_TRUE(client.connected());
  const auto all = client.exchange(std::string{"GET /large HTTP/1.1\r\nHost: a\r\n\r\n"} + kLastRequest);
  EXPECT_GT(all.size(), std::size_t{3} << 20);
  EXPECT_THAT(all, ::testing::EndsWith("\r\n\r\nsealed"));
}

TEST_F(Tls, TakesTls12WithForwardSecrecyOnlyAndNothingOlder) {
  Running running{router(), options()};
  TlsClient modern{running.port(), [](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION); }};
  ASSERT_TRUE(modern.connected());
  EXPECT_THAT(SSL_get_cipher_name(modern.ssl()), ::testing::StartsWith("ECDHE-"));
  EXPECT_THAT(modern.exchange(kLastRequest), ::testing::EndsWith("sealed"));

  TlsClient old{running.port(), [](SSL_CTX* context) {
                  SSL_CTX_set_security_level(context, 0);
                  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
                  SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
                }};
  EXPECT_FALSE(old.connected());
  TlsClient weak{running.port(), [](SSL_CTX* context) {
                   SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
                   SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-SHA");
                 }};
  EXPECT_FALSE(weak.connected());
}

TEST_F(Tls, AgreesOnHttp11AndNothingElse) {
  Running running{router(), options()};
  static constexpr unsigned char kBoth[] = "\x02h2\x08http/1.1";
  TlsClient both{running.port(), [](SSL_CTX* context) { SSL_CTX_set_alpn_protos(context, kBoth, sizeof kBoth - 1); }};
  ASSERT_TRUE(both.connected());
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(both.ssl(), &chosen, &size);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), size), "http/1.1");

  static constexpr unsigned char kOther[] = "\x02h2";
  TlsClient other{running.port(),
                  [](SSL_CTX* context) { SSL_CTX_set_alpn_protos(context, kOther, sizeof kOther - 1); }};
  EXPECT_FALSE(other.connected());
}

TEST_F(Tls, ResumesSessionsByTicket) {
  Running running{router(), options()};
  SSL_SESSION* session = nullptr;
  {
    TlsClient first{running.port()};
    ASSERT_TRUE(first.connected());
    EXPECT_FALSE(SSL_session_reused(first.ssl()));
    first.exchange(kLastRequest);
    session = SSL_get1_session(first.ssl());
    ASSERT_TRUE(SSL_SESSION_is_resumable(session));
  }
  TlsClient second{running.port(), {}, session};
  ASSERT_TRUE(second.connected());
  EXPECT_TRUE(SSL_session_reused(second.ssl()));
  SSL_SESSION_free(session);
}

TEST_F(Tls, PlainHttpOnATlsPortEndsTheConnectionOnly) {
  Running running{router(), options()};
  Client plain{running.port()};
  plain.send(kLastRequest);
  EXPECT_EQ(plain.read().status, 0);
  TlsClient client{running.port()};
  EXPECT_TRUE(client.connected());
}

TEST_F(Tls, ASilentHandshakeIsEnded) {
  auto slow = options();
  slow.header_timeout_ms = 40;
  Running running{router(), slow};
  Client silent{running.port()};
  EXPECT_TRUE(silent.ended());
}

TEST_F(Tls, CertificatesThatDoNotWorkAreErrorsOfOpen) {
  auto broken = options();
  broken.tls_key = file("other.key");
  auto server = Server::open(broken, router(), {}, system_clock());
  ASSERT_FALSE(server.has_value());
  EXPECT_EQ(server.error().code, Error::Code::invalid_input);
  EXPECT_EQ(server.error().where, broken.tls_key);

  broken.tls_certificate = file("absent.crt");
  server = Server::open(broken, router(), {}, system_clock());
  ASSERT_FALSE(server.has_value());
  EXPECT_EQ(server.error().where, broken.tls_certificate);

  std::ofstream{file("text.crt")} << "not a certificate";
  broken.tls_certificate = file("text.crt");
  EXPECT_FALSE(Server::open(broken, router(), {}, system_clock()).has_value());
}

}  // namespace
}  // namespace tocsin::portal::http
