#include <memory>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "cli/commands.hpp"

namespace tocsin::cli {
namespace {

std::string library_says() {
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  return text;
}

}  // namespace

TlsVerdict check_tls(const std::string& certificate, const std::string& key, Timestamp now) {
  ERR_clear_error();
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_server_method()), &SSL_CTX_free};
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1) {
    return {
        .problem = fmt::format("{} cannot be read as a PEM certificate: {}", certificate, library_says()),
        .mend = "Put the full chain there, the server's own certificate first, readable by the account that serves"};
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const bool mismatch = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
    return {.problem = mismatch ? fmt::format("{} does not belong to the certificate {}", key, certificate)
                                : fmt::format("{} cannot be read as a PEM private key: {}", key, library_says()),
            .mend = "Name the key that the certificate was requested with, without a passphrase, in tls_key"};
  }
  const X509* x509 = SSL_CTX_get0_certificate(context.get());
  auto seconds = static_cast<time_t>(now.micros / 1'000'000);
  int days = 0, rest = 0;
  const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> asn1_now{ASN1_TIME_set(nullptr, seconds),
                                                                       &ASN1_TIME_free};
  if (ASN1_TIME_diff(&days, &rest, asn1_now.get(), X509_get0_notAfter(x509)) != 1) {
    return {.problem = "The certificate's end of validity cannot be read", .mend = "Get a new certificate"};
  }
  TlsVerdict verdict{.problem = {}, .mend = {}, .days_left = days};
  if (days < 0 || rest < 0) {
    verdict.problem = fmt::format("The certificate expired {} days ago", -days);
    verdict.mend = "Get a new certificate and restart the server";
  } else if (X509_cmp_time(X509_get0_notBefore(x509), &seconds) > 0) {
    verdict.problem = "The certificate is not valid yet";
    verdict.mend = "Set the clock right, or wait";
  }
  return verdict;
}

}  // namespace tocsin::cli
