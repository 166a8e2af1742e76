#include "exchange/testing/loopback_server.hpp"

#include <csignal>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.hpp"
#include "base/text.hpp"

namespace tocsin::exchange::testing {

Connection::~Connection() {
  if (tls_ != nullptr) {
    SSL_shutdown(static_cast<SSL*>(tls_));
    SSL_free(static_cast<SSL*>(tls_));
  }
  SSL_CTX_free(static_cast<SSL_CTX*>(context_));
}

bool Connection::fill() {
  std::array<char, 4096> bytes{};
  const auto size = tls_ != nullptr ? SSL_read(static_cast<SSL*>(tls_), bytes.data(), static_cast<int>(bytes.size()))
                                    : static_cast<int>(::recv(descriptor_, bytes.data(), bytes.size(), 0));
  if (size <= 0) return false;
  read_.append(bytes.data(), static_cast<std::size_t>(size));
  return true;
}

std::string Connection::line() {
  while (true) {
    if (const auto end = read_.find("\r\n"); end != std::string::npos) {
      auto line = read_.substr(0, end);
      read_.erase(0, end + 2);
      return line;
    }
    if (!fill()) return {};
  }
}

std::string Connection::request() {
  std::size_t body = 0;
  std::string head;
  for (auto each = line();; each = line()) {
    if (each.empty()) break;
    head += each + "\r\n";
    constexpr std::string_view kLength = "content-length:";
    if (text::lower_ascii(each).starts_with(kLength)) body = std::strtoull(each.c_str() + kLength.size(), nullptr, 10);
  }
  while (read_.size() < body && fill()) {
  }
  auto whole = head.empty() ? head : head + "\r\n" + read_.substr(0, body);
  read_.erase(0, body);
  return whole;
}

bool Connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = tls_ != nullptr ? SSL_write(static_cast<SSL*>(tls_), bytes.data(), static_cast<int>(bytes.size()))
                                      : static_cast<int>(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

bool Connection::start_tls(const std::string& pem_file) {
  auto* context = SSL_CTX_new(TLS_server_method());
  context_ = context;
  TOCSIN_CHECK(SSL_CTX_use_certificate_chain_file(context, pem_file.c_str()) == 1);
  TOCSIN_CHECK(SSL_CTX_use_PrivateKey_file(context, pem_file.c_str(), SSL_FILETYPE_PEM) == 1);
  auto* tls = SSL_new(context);
  tls_ = tls;
  SSL_set_fd(tls, descriptor_);
  return SSL_accept(tls) == 1;
}

void Connection::wait_for_end() {
  while (fill()) read_.clear();
}

LoopbackServer::LoopbackServer(std::function<void(Connection&)> talk) : talk_(std::move(talk)) {
  std::signal(SIGPIPE, SIG_IGN);  // SSL_write has no flag for it.
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  TOCSIN_CHECK(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  TOCSIN_CHECK(::listen(listener_, 64) == 0);
  socklen_t size = sizeof address;
  TOCSIN_CHECK(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { serve(); }};
}

LoopbackServer::~LoopbackServer() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  if (const int current = current_; current >= 0) ::shutdown(current, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void LoopbackServer::serve() {
  while (!stopping_) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) continue;
    current_ = descriptor;
    if (stopping_) ::shutdown(descriptor, SHUT_RDWR);  // The destructor may have looked before.
    ++connections_;
    {
      Connection connection{descriptor};
      talk_(connection);
    }
    current_ = -1;
    ::close(descriptor);
  }
}

std::string LoopbackServer::url(std::string_view path, std::string_view scheme, std::string_view host) const {
  return fmt::format("{}://{}:{}{}", scheme, host, port_, path);
}

std::string self_signed_pem(const std::string& names) {
  auto* key = EVP_EC_gen("P-256");
  auto* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  auto* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  TOCSIN_CHECK(X509_sign(certificate, key, EVP_sha256()) > 0);
  auto* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, certificate);
  PEM_write_bio_PrivateKey(memory, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(memory, &bytes);
  std::string pem{bytes, static_cast<std::size_t>(size)};
  BIO_free(memory);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return pem;
}

}  // namespace tocsin::exchange::testing
