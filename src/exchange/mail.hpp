#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

/// Mail out: a message of text, and HTML beside it (RFC 5322, RFC 2045, RFC 2046, RFC 2047), handed to one SMTP server.
namespace tocsin::exchange {

inline constexpr std::size_t kMailTextBytesMax = std::size_t{1} << 20;
inline constexpr std::size_t kMailSubjectBytesMax = 500;
inline constexpr std::size_t kMailRecipientsMax = 100;
inline constexpr std::size_t kMailHeadersMax = 20;

struct MailSettings {
  std::string url;  ///< "smtp://mail.example.org:587" or "smtps://mail.example.org"; a path is the name said in EHLO.
  std::string user, password;     ///< Empty: no sign-in. A password is sent under TLS only.
  std::string from;               ///< Address.
  std::string from_name;          ///< Shown beside it, or empty.
  std::string ca_file;            ///< PEM; empty: the system's.
  bool starttls_required = true;  ///< False: TLS where the server offers it, for a relay on this machine.
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds total_timeout{60'000};
};
struct Mail {
  std::vector<std::string> to;  ///< They see each other: strangers get a mail each.
  std::string subject, text;
  std::vector<std::pair<std::string, std::string>> headers;  ///< Such as "List-Id"; none of those we write ourselves.
  /// The same as HTML, a whole document; empty: the text alone. Receivers choose (multipart/alternative, RFC 2046).
  std::string html = {};
  /// Message-ID left of the '@', the same at every attempt, so that receivers can drop a double. Empty: a new one.
  std::string id = {};
  /// A key of formats/keys/mail_key.hpp; empty: in the clear. Then subject, text and `headers` go inside (PGP/MIME, RFC
  /// 3156; S/MIME, RFC 8551; header protection, RFC 9788), and `outer_subject` is all that is read on the way.
  std::string encrypt_to = {};
  std::string outer_subject = {};
};

/// Is this where mail can be sent with? For `doctor` and the start. Errors: invalid_input.
Status check(const MailSettings& settings);
/// The message as it is sent, lines ended by CR LF: quoted-printable text, Auto-Submitted: auto-generated (RFC 3834).
/// Errors: invalid_input for a line break, NUL or other control character in a header, for what is no mail address of
/// ASCII letters, for a header that is ours to write, for a key that cannot be encrypted to at `date`; too_large.
Result<std::string> mail_message(const MailSettings& settings, const Mail& mail, Timestamp date,
                                 std::string_view message_id);
/// How handing a mail over went, for whoever tries again.
struct Delivery {
  enum class Outcome {
    taken,
    refused,    ///< This mail, for good: by the server (5xx), or because it can be no mail.
    later,      ///< This mail, for now: 4xx, or the server went silent over it.
    no_server,  ///< No mail at all: not reached, no TLS, wrong certificate, user or password.
  } outcome = Outcome::taken;
  std::optional<Error> error = {};  ///< Where it was not taken; `detail` is what the server said.
};
/// Hands it over for all recipients or for none.
Delivery deliver(const MailSettings& settings, const Mail& mail, const Clock& clock = system_clock());
/// The same for who does not try again. Errors: as mail_message; forbidden where the server refuses us for good (5xx,
/// wrong password, no STARTTLS where it is required, wrong certificate); timeout; unavailable where trying again later
/// may help.
Status send(const MailSettings& settings, const Mail& mail, const Clock& clock = system_clock());

}  // namespace tocsin::exchange
