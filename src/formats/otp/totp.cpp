#include "formats/otp/totp.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"
#include "formats/otp/qr.hpp"

namespace tocsin::formats::otp {
namespace {

std::string mac(Algorithm algorithm, std::string_view secret, std::string_view message) {
  switch (algorithm) {
    case Algorithm::sha1:
      return hmac_sha1(secret, message);
    case Algorithm::sha256:
      return hmac_sha256(secret, message);
    case Algorithm::sha512:
      return hmac_sha512(secret, message);
  }
  TOCSIN_CHECK(false);
}

std::string_view name_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::sha1:
      return "SHA1";
    case Algorithm::sha256:
      return "SHA256";
    case Algorithm::sha512:
      return "SHA512";
  }
  TOCSIN_CHECK(false);
}

void check(const Parameters& parameters) {
  TOCSIN_CHECK(parameters.digits >= 6 && parameters.digits <= 8);
  TOCSIN_CHECK(parameters.period_s >= 1 && parameters.period_s <= 3600);
}

/// The characters typed, without blanks and no-break spaces.
std::string without_blanks(std::string_view code) {
  constexpr std::string_view kNoBreakSpace = "\xC2\xA0";
  std::string digits;
  while (!code.empty()) {
    if (code.starts_with(kNoBreakSpace)) {
      code.remove_prefix(kNoBreakSpace.size());
      continue;
    }
    if (code.front() != ' ' && code.front() != '\t') digits += code.front();
    code.remove_prefix(1);
  }
  return digits;
}

/// Trimmed, with blanks for what a label may not hold. Empty for ill-formed UTF-8.
std::string label(std::string_view text) {
  if (text::invalid_utf8_at(text) != std::string_view::npos) return {};
  std::string shown{text};
  for (auto& c : shown) {
    if (c == ':' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return text::squeeze(shown);
}

/// All but RFC 3986's unreserved characters as %XX (a blank too: "+" would be shown as a plus), as many whole
/// characters as make at most `limit`.
std::string percent_encoded(std::string_view text, std::size_t limit) {
  constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (std::size_t at = 0; at < text.size();) {
    const auto bytes = text.substr(at, text::utf8_length_at(text, at));
    std::string next;
    for (const auto byte : bytes) {
      if (kUnreserved.find(byte) != std::string_view::npos) {
        next += byte;
      } else {
        next += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
      }
    }
    if (encoded.size() + next.size() > limit) break;
    encoded += next;
    at += bytes.size();
  }
  return encoded;
}

constexpr std::size_t kAccountCharactersMax = 160;
constexpr std::size_t kUriSecretBytesMax = 64;

}  // namespace

std::string hotp(std::string_view secret, std::uint64_t counter, const Parameters& parameters) {
  check(parameters);
  std::string message(8, '\0');
  for (std::size_t i = 8; i-- > 0; counter >>= 8) message[i] = static_cast<char>(counter & 0xFF);
  auto bytes = mac(parameters.algorithm, secret, message);
  // Dynamic truncation, RFC 4226 section 5.3: the last nibble says which four bytes.
  const auto at = static_cast<std::size_t>(bytes.back() & 0x0F);
  std::uint32_t number = 0;
  for (std::size_t i = at; i < at + 4; ++i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  wipe(bytes);
  number &= 0x7FFFFFFF;
  std::uint32_t modulus = 1;
  for (int i = 0; i < parameters.digits; ++i) modulus *= 10;
  return fmt::format("{:0{}}", number % modulus, parameters.digits);
}

std::int64_t step_at(Timestamp time, const Parameters& parameters) {
  check(parameters);
  return std::max<std::int64_t>(time.micros, 0) / 1'000'000 / parameters.period_s;
}

std::string totp_at(std::string_view secret, std::int64_t step, const Parameters& parameters) {
  TOCSIN_CHECK(step >= 0);
  return hotp(secret, static_cast<std::uint64_t>(step), parameters);
}

std::optional<std::int64_t> verify(std::string_view secret, std::string_view code, Timestamp now,
                                   std::optional<std::int64_t> last_used_step, int window,
                                   const Parameters& parameters) {
  constexpr std::size_t kTypedBytesMax = 64;
  TOCSIN_CHECK(window >= 0 && window <= kWindowMax);
  // An empty secret is one that was never set up: its codes are known to everybody.
  if (secret.empty() || code.size() > kTypedBytesMax) return std::nullopt;
  const auto typed = without_blanks(code);
  const auto present = step_at(now, parameters);
  std::optional<std::int64_t> matched;
  for (auto step = std::max<std::int64_t>(present - window, 0); step <= present + window; ++step) {
    const bool equal = equal_secret(totp_at(secret, step, parameters), typed);
    const bool fresh = !last_used_step || step > *last_used_step;
    if (equal && fresh) matched = step;
  }
  return matched;
}

Result<std::string> otpauth_uri(std::string_view issuer, std::string_view account, std::string_view secret,
                                const Parameters& parameters) {
  check(parameters);
  if (secret.empty() || secret.size() > kUriSecretBytesMax) {
    return Error::invalid(fmt::format("a secret for one-time codes has 1 to {} bytes", kUriSecretBytesMax));
  }
  const auto shown_account = percent_encoded(label(account), kAccountCharactersMax);
  if (shown_account.empty()) return Error::invalid("one-time codes need the name of the account", "account");
  const auto parameters_text = fmt::format("&algorithm={}&digits={}&period={}", name_of(parameters.algorithm),
                                           parameters.digits, parameters.period_s);
  const auto uri = [&, secret_text = base32_encode(secret)](std::string_view shown_issuer) {
    return fmt::format("otpauth://totp/{}:{}?secret={}&issuer={}{}", shown_issuer, shown_account, secret_text,
                       shown_issuer, parameters_text);
  };
  // It stands there twice. At least 80 characters are left for it, whatever the rest.
  const auto shown_issuer = percent_encoded(label(issuer), (kQrTextBytesMax - uri("").size()) / 2);
  if (shown_issuer.empty()) return Error::invalid("one-time codes need the name of who issues them", "issuer");
  return uri(shown_issuer);
}

}  // namespace tocsin::formats::otp
