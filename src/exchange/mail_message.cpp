#include <cctype>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "domain/person.hpp"
#include "exchange/mail.hpp"
#include "formats/keys/mail_key.hpp"

namespace tocsin::exchange {
namespace {

constexpr std::size_t kHeaderValueBytesMax = 900;  // With its name below the 998 of RFC 5322 section 2.1.1.
constexpr std::size_t kEncodedWordBytes = 36;  // Of text: 60 characters as a word, 76 with a name before (RFC 2047).
constexpr std::size_t kQuotedPrintableLineMax = 76;  // RFC 2045 section 6.7, without the line end.

bool is_ascii(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Line breaks and NUL would start a header, or a message, of somebody else's making.
Status check_header_text(std::string_view name, std::string_view value, std::size_t bytes_max) {
  if (value.size() > bytes_max) return Error::too_large(fmt::format("the mail's {}", name), bytes_max);
  const bool controls = std::ranges::any_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
  if (controls || text::invalid_utf8_at(value) != std::string_view::npos) {
    return Error::invalid(
        fmt::format("the mail's {} contains a line break or another character that no header has", name));
  }
  return ok();
}

/// RFC 2047: words of base64, none cut within a letter, one a line. Plain ASCII stays as it is, unless a reader would
/// take it for such a word.
std::string header_text(std::string_view text) {
  if (is_ascii(text) && !text::contains(text, "=?")) return std::string{text};
  std::string out;
  while (!text.empty()) {
    std::size_t size = 0;
    while (size < text.size()) {
      const auto letter = text::utf8_length_at(text, size);
      if (size + letter > kEncodedWordBytes) break;
      size += letter;
    }
    out += fmt::format("{}=?UTF-8?B?{}?=", out.empty() ? "" : "\r\n ", base64_encode(text.substr(0, size)));
    text.remove_prefix(size);
  }
  return out;
}

/// RFC 2045 section 6.7. Blanks at the end of a line are written out, for relays drop them; line ends of any kind
/// become CR LF.
std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t line = 0;
  const auto put = [&](std::string_view piece) {
    if (line + piece.size() > kQuotedPrintableLineMax - 1) {
      out += "=\r\n";
      line = 0;
    }
    out += piece;
    line += piece.size();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (c == '\n' || c == '\r') {
      out += "\r\n";
      line = 0;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    const bool at_end = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
    const bool literal = (byte > 0x20 && byte < 0x7F && c != '=') || ((c == ' ' || c == '\t') && !at_end);
    put(literal ? std::string{c} : fmt::format("={:02X}", byte));
  }
  if (line > 0) out += "\r\n";
  return out;
}

Result<std::string> address(std::string_view text) {
  TRY(const auto folded, domain::folded_email(text));
  if (!is_ascii(folded)) {
    return Error::invalid(
        fmt::format("'{}' is no mail address of ASCII letters; write an international domain as "
                    "xn--...",
                    text::shorten(text, 80)));
  }
  return std::string{text::trim(text)};
}

std::string quoted(std::string_view name) {
  std::string out{"\""};
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

Result<std::string> from_line(const MailSettings& settings) {
  TRY(const auto from, address(settings.from));
  if (settings.from_name.empty()) return "From: <" + from + ">\r\n";
  TRY_VOID(check_header_text("sender's name", settings.from_name, kMailSubjectBytesMax));
  const auto name = is_ascii(settings.from_name) ? quoted(settings.from_name) : header_text(settings.from_name);
  return "From: " + name + "\r\n <" + from + ">\r\n";
}

Result<std::string> to_line(const Mail& mail) {
  if (mail.to.empty()) return Error::invalid("the mail has no recipient");
  if (mail.to.size() > kMailRecipientsMax) {
    return Error::invalid(fmt::format("a mail has at most {} recipients, not {}", kMailRecipientsMax, mail.to.size()));
  }
  std::string line;
  for (const auto& recipient : mail.to) {
    TRY(const auto to, address(recipient));
    line += (line.empty() ? "To: <" : ",\r\n <") + to + ">";
  }
  return line + "\r\n";
}

bool is_ours(std::string_view name) {
  const auto lower = text::lower_ascii(name);
  for (const auto* ours : {"from", "sender", "to", "cc", "bcc", "subject", "date", "message-id", "auto-submitted",
                           "mime-version", "return-path", "received"}) {
    if (lower == ours) return true;
  }
  return lower.starts_with("content-") || lower.starts_with("resent-");
}

Result<std::string> further_headers(const Mail& mail) {
  if (mail.headers.size() > kMailHeadersMax) {
    return Error::invalid(fmt::format("a mail has at most {} further headers", kMailHeadersMax));
  }
  std::string lines;
  for (const auto& [name, value] : mail.headers) {
    const bool is_name = !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
    });
    if (!is_name || is_ours(name)) {
      return Error::invalid(fmt::format("'{}' is no header to add to a mail", text::shorten(text::squeeze(name), 40)));
    }
    TRY_VOID(check_header_text("header " + name, value, kHeaderValueBytesMax));
    lines += name + ": " + header_text(value) + "\r\n";
  }
  return lines;
}

/// RFC 5322 section 3.3: "Tue, 10 May 2022 00:00:00 +0000"; HTTP writes the zone as GMT.
std::string date_text(Timestamp date) {
  auto text = format_http_date(date);
  text.replace(text.rfind("GMT"), 3, "+0000");
  return text;
}

/// `more`: further parameters of its type.
std::string part(std::string_view subtype, std::string_view content, std::string_view more = {}) {
  return fmt::format("Content-Type: text/{}; charset=utf-8{}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}",
                     subtype, more, quoted_printable(content));
}

/// From its Content-Type on. The plain text comes first: of alternatives receivers show the last that they can.
std::string body_of(const Mail& mail, std::string_view more = {}) {
  if (mail.html.empty()) return part("plain", mail.text, more);
  // No quoted-printable text has "=_" in it (RFC 2045 section 6.7), so that nothing can end a part before its time; and
  // the same at every attempt, for a double is the same letter.
  constexpr std::string_view kBoundary = "=_tocsin";
  return fmt::format(
      "Content-Type: multipart/alternative; boundary=\"{0}\"{3}\r\n\r\n--{0}\r\n{1}\r\n--{0}\r\n{2}\r\n--{0}--\r\n",
      kBoundary, part("plain", mail.text), part("html", mail.html), more);
}

bool is_message_id(std::string_view id) noexcept {
  const auto at = id.find('@');
  return at != 0 && at != std::string_view::npos && at + 1 < id.size() && id.size() <= 250 &&
         std::ranges::all_of(id, [](char c) { return c > 0x20 && c < 0x7F && c != '<' && c != '>'; });
}

/// RFC 9788 section 2.2: each header line of the message outside, as it stands there.
std::string outer_lines(std::string_view headers) {
  std::string out;
  bool first = true;
  while (!headers.empty()) {
    const auto end = std::min(headers.find("\r\n"), headers.size());
    const auto line = headers.substr(0, end);
    // A folded line goes on with a blank.
    const bool begins = first || (!line.starts_with(' ') && !line.starts_with('\t'));
    out += fmt::format("{}{}\r\n", begins ? "HP-Outer: " : "", line);
    headers.remove_prefix(std::min(end + 2, headers.size()));
    first = false;
  }
  return out;
}

/// Base64 in lines of 76 (RFC 2045 section 6.8).
std::string base64_lines(std::string_view bytes) {
  constexpr std::size_t kLine = 76;
  const auto encoded = base64_encode(bytes);
  std::string out;
  for (std::size_t at = 0; at < encoded.size(); at += kLine) out += encoded.substr(at, kLine) + "\r\n";
  return out;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\r') continue;
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

/// From its Content-Type on: what is inside, encrypted.
Result<std::string> encrypted_body(const Mail& mail, std::string_view inside, Timestamp now) {
  namespace keys = formats::keys;
  TRY(const auto key, keys::read_public_key(mail.encrypt_to));
  TRY(const auto sealed, keys::encrypt_to(mail.encrypt_to, inside, now));
  if (key.kind == keys::PublicKey::Kind::certificate) {
    return fmt::format(
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\"\r\n"
        "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n{}",
        base64_lines(sealed));
  }
  // RFC 3156 section 4. No armour has "=_" in it.
  constexpr std::string_view kBoundary = "=_tocsin_sealed";
  return fmt::format(
      "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=\"{0}\"\r\n\r\n"
      "This is an OpenPGP/MIME encrypted message (RFC 3156).\r\n--{0}\r\n"
      "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--{0}\r\n"
      "Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\n"
      "Content-Disposition: inline; filename=\"encrypted.asc\"\r\n\r\n{1}\r\n--{0}--\r\n",
      kBoundary, with_crlf(sealed));
}

}  // namespace

Result<std::string> mail_message(const MailSettings& settings, const Mail& mail, Timestamp date,
                                 std::string_view message_id) {
  if (mail.text.size() > kMailTextBytesMax) return Error::too_large("the mail's text", kMailTextBytesMax);
  if (mail.html.size() > kMailTextBytesMax) return Error::too_large("the mail's HTML", kMailTextBytesMax);
  for (const auto* part : {&mail.text, &mail.html}) {
    if (text::invalid_utf8_at(*part) != std::string::npos || part->find('\0') != std::string::npos) {
      return Error::invalid("the mail's text is no UTF-8");
    }
  }
  if (!is_message_id(message_id)) return Error::invalid("that is no message id; it looks like word@example.org");
  TRY(const auto from, from_line(settings));
  TRY(const auto to, to_line(mail));
  TRY_VOID(check_header_text("subject", mail.subject, kMailSubjectBytesMax));
  TRY(const auto further, further_headers(mail));
  const auto headers_with = [&](std::string_view subject) {
    return from + to +
           fmt::format("Subject: {}\r\nDate: {}\r\nMessage-ID: <{}>\r\nAuto-Submitted: auto-generated\r\n",
                       header_text(subject), date_text(date), message_id);
  };
  const auto inner = headers_with(mail.subject) + further;
  if (mail.encrypt_to.empty()) return inner + "MIME-Version: 1.0\r\n" + body_of(mail);
  TRY_VOID(check_header_text("subject", mail.outer_subject, kMailSubjectBytesMax));
  const auto outer = headers_with(mail.outer_subject);
  // "protected-headers" is what mail programs knew before RFC 9788.
  TRY(const auto sealed, encrypted_body(mail,
                                        inner + outer_lines(outer) + "MIME-Version: 1.0\r\n" +
                                            body_of(mail, "; protected-headers=\"v1\"; hp=\"cipher\""),
                                        date));
  return outer + "MIME-Version: 1.0\r\n" + sealed;
}

}  // namespace tocsin::exchange
