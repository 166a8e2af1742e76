#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

/// One-time codes of authenticator apps: HOTP (RFC 4226) and TOTP (RFC 6238). Pure functions: any thread may call them.
namespace tocsin::formats::otp {

enum class Algorithm { sha1, sha256, sha512 };

/// The defaults are what every authenticator app understands; several ignore anything else in the URI.
struct Parameters {
  Algorithm algorithm = Algorithm::sha1;
  int digits = 6;     ///< 6 to 8.
  int period_s = 30;  ///< 1 to 3,600.
};

/// Bytes of a new secret, as RFC 4226 section 4 (R6) recommends: `random_bytes(kSecretBytes)`.
inline constexpr std::size_t kSecretBytes = 20;

/// The code of a counter (RFC 4226 section 5.3), with leading zeros. `secret` is bytes, not base32.
std::string hotp(std::string_view secret, std::uint64_t counter, const Parameters& parameters = {});
/// Number of the period that holds `time`, from 1970. Negative times are period 0.
std::int64_t step_at(Timestamp time, const Parameters& parameters = {});
/// The code of one period.
std::string totp_at(std::string_view secret, std::int64_t step, const Parameters& parameters = {});

/// Periods before and after now that are accepted too: for clocks that differ and people who type slowly (RFC 6238
/// section 5.2 recommends one).
inline constexpr int kWindow = 1;
inline constexpr int kWindowMax = 10;

/// The period whose code this is, within `window` periods of `now`, or none. The caller stores it as the next
/// `last_used_step`, in the transaction that signs in: periods up to that one are refused, so that a code that was
/// overheard is worth nothing (RFC 6238 section 5.2). `code` may have blanks at both ends and between its digits, as
/// apps show it. All candidates are compared, whichever matches, each in constant time.
std::optional<std::int64_t> verify(std::string_view secret, std::string_view code, Timestamp now,
                                   std::optional<std::int64_t> last_used_step, int window = kWindow,
                                   const Parameters& parameters = {});

/// "otpauth://totp/Issuer:account?secret=BASE32&issuer=Issuer&algorithm=SHA1&digits=6&period=30", as authenticator apps
/// read it from a QR code; never longer than kQrTextBytesMax (qr.hpp), for which a long issuer or account is cut. A
/// colon separates the two parts of the label, so that neither may hold one: it becomes a blank, as do control
/// characters. Errors: invalid_input for an issuer or account that is ill-formed UTF-8 or has nothing to show, and for
/// a secret that is not of 1 to 64 bytes.
Result<std::string> otpauth_uri(std::string_view issuer, std::string_view account, std::string_view secret,
                                const Parameters& parameters = {});

}  // namespace tocsin::formats::otp
