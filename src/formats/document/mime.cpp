#include "formats/document/mime.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/charset.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/document/mime_text.hpp"

namespace tocsin::formats::document {
namespace {

constexpr std::size_t kHeaderBytesMax = 64 << 10;

/// The line at `at`, without its end; `at` moves behind it.
std::string_view take_line(std::string_view text, std::size_t& at) noexcept {
  const auto end = std::min(text.find('\n', at), text.size());
  auto line = text.substr(at, end - at);
  at = std::min(end + 1, text.size());
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// What stands before the colon of a header; empty where it is none.
std::string_view header_name(std::string_view line) noexcept {
  const auto colon = line.find(':');
  if (colon == line.npos || colon == 0 || colon > 76) return {};
  const auto name = text::trim(line.substr(0, colon));
  const bool good = !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7F; });
  return good ? name : std::string_view{};
}

struct RawHeader {
  std::string_view name;
  std::string value;  ///< Unfolded.
};
struct Block {
  std::vector<RawHeader> headers;
  std::string_view body;
  bool cut = false;

  std::string_view get(std::string_view name) const noexcept {
    const auto found = std::ranges::find_if(
        headers, [&](const RawHeader& each) { return text::equals_ignore_case_ascii(each.name, name); });
    return found == headers.end() ? std::string_view{} : std::string_view{found->value};
  }
};

/// Headers up to the empty line, and what follows it. What is no header ends them as well.
Block read_block(std::string_view bytes) {
  Block out;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto begin = at;
    const auto line = take_line(bytes, at);
    if (line.empty()) break;
    if (line.front() == ' ' || line.front() == '\t') {
      if (!out.headers.empty() && out.headers.back().value.size() < kHeaderBytesMax) {
        out.headers.back().value.append(" ").append(text::trim(line));
      }
      continue;
    }
    // "From somebody Mon Jan ...": how mailboxes part mails.
    if (begin == 0 && (line.starts_with("From ") || line.starts_with(">From "))) continue;
    const auto name = header_name(line);
    if (name.empty()) {
      at = begin;
      break;
    }
    if (out.headers.size() >= kMailHeadersMax) {
      out.cut = true;
      continue;
    }
    const auto value = text::trim(line.substr(line.find(':') + 1));
    out.headers.push_back({.name = name, .value = std::string{value.substr(0, kHeaderBytesMax)}});
  }
  out.body = bytes.substr(at);
  return out;
}

class Reader {
 public:
  Mail read(const Block& block) {
    keep_headers(block);
    entity(block, 0);
    return std::move(mail_);
  }

 private:
  void keep_headers(const Block& block) {
    mail_.cut = mail_.cut || block.cut;
    for (const auto& each : block.headers) {
      if (mail_.headers.size() >= kMailHeadersMax) {
        mail_.cut = true;
        return;
      }
      // Eight bits in a header are UTF-8 (RFC 6532), or what nobody said.
      mail_.headers.push_back(
          {.name = std::string{each.name}, .value = text::squeeze(text::to_utf8(decode_words(each.value)))});
    }
  }

  // Recursive by nature; its depth is bounded.
  // NOLINTNEXTLINE(misc-no-recursion)
  void entity(const Block& block, int depth) {
    if (depth > kMailDepthMax) {
      mail_.cut = true;
      return;
    }
    const auto type = read_field(block.get("Content-Type"));
    if (type.value.starts_with("multipart/")) {
      if (const auto boundary = type.parameter("boundary"); !boundary.empty()) {
        return group(block.body, boundary, depth);
      }
    }
    if (mail_.parts.size() >= kMailPartsMax) {
      mail_.cut = true;
      return;
    }
    const auto disposition = read_field(block.get("Content-Disposition"));
    MailPart part;
    part.media_type =
        type.value.find('/') == type.value.npos ? "text/plain" : text::shorten(text::to_utf8(type.value), 100);
    part.file_name = disposition.parameter("filename");
    if (part.file_name.empty()) part.file_name = type.parameter("name");
    part.file_name = text::shorten(text::squeeze(text::to_utf8(part.file_name)), 200);
    const bool is_text = part.media_type == "text/plain" || part.media_type == "text/html";
    part.attached = disposition.value == "attachment" || !is_text || !part.file_name.empty();
    part.bytes = decoded(block);
    // Mails within mails hold the same bytes over and over.
    bytes_ += part.bytes.size();
    if (bytes_ > 2 * kMailBytesMax) {
      mail_.cut = true;
      return;
    }
    // A mail within the mail is read as one, and hangs on it as a file as well.
    const bool is_mail = part.media_type == "message/rfc822";
    if (!part.attached) part.bytes = text::to_utf8(part.bytes, type.parameter("charset"));
    mail_.parts.push_back(std::move(part));
    if (!is_mail) return;
    const auto bytes = mail_.parts.back().bytes;  // A copy: parts move when more are added.
    const auto inner = read_block(bytes);
    keep_headers(inner);
    entity(inner, depth + 1);
  }

  static std::string decoded(const Block& block) {
    const auto encoding = text::lower_ascii(text::trim(block.get("Content-Transfer-Encoding")));
    if (encoding == "base64") return decode_base64(block.body);
    if (encoding == "quoted-printable") return decode_quoted_printable(block.body);
    return std::string{block.body};
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void group(std::string_view body, std::string_view boundary, int depth) {
    std::optional<std::size_t> begin;  // Of the part that is open.
    for (std::size_t at = 0; at < body.size();) {
      const auto line_begin = at;
      const auto line = take_line(body, at);
      if (!line.starts_with("--") || !line.substr(2).starts_with(boundary)) continue;
      const auto rest = text::trim(line.substr(2 + boundary.size()));
      if (!rest.empty() && rest != "--") continue;
      if (begin) part(body.substr(*begin, line_begin - *begin), depth);
      begin = at;
      if (rest == "--") return;
    }
    // Cut off before its end: what there is counts.
    if (begin && *begin < body.size()) part(body.substr(*begin), depth);
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void part(std::string_view bytes, int depth) {
    // The end of the line before the boundary is the boundary's.
    if (bytes.ends_with('\n')) bytes.remove_suffix(1);
    if (bytes.ends_with('\r')) bytes.remove_suffix(1);
    entity(read_block(bytes), depth + 1);
  }

  Mail mail_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::string_view Mail::header(std::string_view name) const noexcept {
  const auto found = std::ranges::find_if(
      headers, [&](const MailHeader& each) { return text::equals_ignore_case_ascii(each.name, name); });
  return found == headers.end() ? std::string_view{} : std::string_view{found->value};
}

bool looks_like_mail(std::string_view bytes) noexcept {
  constexpr std::string_view kUsual[] = {"From",  "To",       "Date",          "Subject",      "Message-ID",
                                         "Cc",    "Reply-To", "Received",      "MIME-Version", "Return-Path",
                                         "Bcc",   "X-Mailer", "Sender",        "Content-Type", "Delivered-To",
                                         "X-UID", "ARC-Seal", "DKIM-Signature"};
  constexpr int kLinesLookedAt = 200;
  int usual = 0;
  std::size_t at = 0;
  for (int i = 0; i < kLinesLookedAt && at < bytes.size(); ++i) {
    const bool first = at == 0;
    const auto line = take_line(bytes, at);
    if (line.empty()) break;
    if (line.front() == ' ' || line.front() == '\t' || (first && line.starts_with("From "))) continue;
    const auto name = header_name(line);
    if (name.empty()) return false;
    usual += std::ranges::any_of(kUsual, [&](auto each) { return text::equals_ignore_case_ascii(each, name); }) ? 1 : 0;
    if (usual >= 3) return true;
  }
  return usual >= 2;
}

Result<Mail> read_mail(std::string_view bytes) {
  if (bytes.size() > kMailBytesMax) return Error::too_large("mail", kMailBytesMax);
  const auto block = read_block(bytes);
  if (block.headers.empty()) return Error::invalid(std::string{tr<"a mail begins with its headers">()}, "1:1");
  return Reader{}.read(block);
}

}  // namespace tocsin::formats::document
