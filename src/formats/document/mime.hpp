#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// A mail as it lies in a file (RFC 5322, MIME: RFC 2045 to 2047, 2231): its headers, its texts, and what hangs on it.
/// Pure functions; total, bounded in size, depth and parts.
namespace tocsin::formats::document {

/// Of a mail, with all that hangs on it.
inline constexpr std::size_t kMailBytesMax = std::size_t{16} << 20;
inline constexpr std::size_t kMailHeadersMax = 1'000;
inline constexpr std::size_t kMailPartsMax = 200;
/// Mails within mails, and groups of parts within each other.
inline constexpr int kMailDepthMax = 10;

struct MailHeader {
  std::string name;   ///< As it is written.
  std::string value;  ///< On one line, encoded words decoded, UTF-8.
};

struct MailPart {
  std::string media_type;  ///< Lower case, "text/html"; what is not said is "text/plain".
  std::string file_name;   ///< Of an attachment, as it calls itself; never a path to write to.
  bool attached = false;   ///< It is not to be read as the mail's text.
  std::string bytes;       ///< Decoded; texts that are not attached are UTF-8.
};

struct Mail {
  /// Of the mail and of every mail within it, in their order.
  std::vector<MailHeader> headers;
  std::vector<MailPart> parts;  ///< In their order; groups are none.
  bool cut = false;             ///< There was more than is read.

  /// The first of this name; empty where there is none.
  std::string_view header(std::string_view name) const noexcept;
};

/// Whether bytes begin as a mail does: at least two headers that every mail has.
bool looks_like_mail(std::string_view bytes) noexcept;
/// Errors: too_large; invalid_input where no header is found.
Result<Mail> read_mail(std::string_view bytes);

}  // namespace tocsin::formats::document
