#include "formats/csaf/header.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"

namespace tocsin::formats::csaf {
namespace {

using boost::json::value;

Error missing(std::string pointer) { return Error::invalid("this member is required", std::move(pointer)); }

/// A required, non-empty string, trimmed.
Result<std::string> text_member(const value& object, std::string_view parent, std::string_view key) {
  const auto pointer = json::pointer_append(parent, key);
  const value* member = json::find(object, key);
  if (member == nullptr) return missing(pointer);
  if (!member->is_string()) return Error::invalid("expected a string", pointer);
  const auto text = text::trim(std::string_view{member->get_string()});
  if (text.empty()) return Error::invalid("expected a text that is not empty", pointer);
  return std::string{text};
}

Result<Timestamp> time_member(const value& object, std::string_view parent, std::string_view key) {
  TRY(const auto text, text_member(object, parent, key));
  auto time = parse_rfc3339(text);
  if (!time) return Error::invalid(time.error().message, json::pointer_append(parent, key));
  return *time;
}

Result<const value*> object_member(const value& object, std::string_view parent, std::string_view key) {
  const auto pointer = json::pointer_append(parent, key);
  const value* member = json::find(object, key);
  if (member == nullptr) return missing(pointer);
  if (!member->is_object()) return Error::invalid("expected an object", pointer);
  return member;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A key of a number without leading zeros whose byte order is the order of numbers, or nullopt. Eighteen digits are
/// enough for every version that people number; a longer one is marked with ':', which sorts behind '9', and its
/// length.
std::optional<std::string> number_key(std::string_view text) {
  constexpr std::size_t kPlainDigits = 18, kDigitsMax = 999'999;
  if (text.empty() || text.size() > kDigitsMax || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  if (!std::ranges::all_of(text, is_digit)) return std::nullopt;
  if (text.size() > kPlainDigits) return fmt::format(":{:06}{}", text.size(), text);
  return std::string(kPlainDigits - text.size(), '0').append(text);
}

/// An identifier of SemVer 2.0.0 sections 9 and 10.
bool is_identifier(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

/// The key of a pre-release ("rc.1"), or nullopt where it is none. SemVer 11.4: numeric identifiers below alphanumeric
/// ones, fewer identifiers below more.
std::optional<std::string> prerelease_key(std::string_view prerelease) {
  std::string key;
  for (const auto piece : text::split(prerelease, '.')) {
    if (!is_identifier(piece)) return std::nullopt;
    if (std::ranges::all_of(piece, is_digit)) {
      const auto number = number_key(piece);
      if (!number) return std::nullopt;
      key += " 0" + *number;
    } else {
      key.append(" 1").append(piece);
    }
  }
  return key;
}

/// The key of a proper version, or nullopt. Layout: '1' major '.' minor '.' patch, then '~' for a release or '-' and
/// the pre-release: '-' sorts before '~'.
std::optional<std::string> proper_order(std::string_view version) {
  const auto plus = version.find('+');
  const auto before_build = version.substr(0, plus);  // Build metadata does not order.
  const auto dash = before_build.find('-');
  const auto pieces = text::split(before_build.substr(0, dash), '.');
  if (pieces.size() == 1) {
    const auto number = number_key(version);
    if (!number) return std::nullopt;
    return fmt::format("1{0}.{1}.{1}~", *number, *number_key("0"));
  }
  if (pieces.size() != 3) return std::nullopt;
  if (plus != std::string_view::npos && !std::ranges::all_of(text::split(version.substr(plus + 1), '.'), is_identifier))
    return std::nullopt;
  std::string key = "1";
  for (const auto piece : pieces) {
    const auto number = number_key(piece);
    if (!number) return std::nullopt;
    key += (key.size() > 1 ? "." : "") + *number;
  }
  if (dash == std::string_view::npos) return key + "~";
  const auto prerelease = prerelease_key(before_build.substr(dash + 1));
  if (!prerelease) return std::nullopt;
  return key + "-" + *prerelease;
}

}  // namespace

std::string_view to_string(CsafVersion version) noexcept { return version == CsafVersion::v2_0 ? "2.0" : "2.1"; }

Result<Header> read_header(const value& root) {
  if (!root.is_object()) return Error::invalid("expected an object with the member 'document'", "");
  Header header;
  TRY(const value* document, object_member(root, "", "document"));
  TRY(const auto csaf_version, text_member(*document, "/document", "csaf_version"));
  if (csaf_version != "2.0" && csaf_version != "2.1") {
    return Error::invalid(fmt::format("CSAF version '{}' is not one of 2.0 and 2.1", csaf_version.substr(0, 32)),
                          "/document/csaf_version");
  }
  header.csaf_version = csaf_version == "2.0" ? CsafVersion::v2_0 : CsafVersion::v2_1;
  TRY(header.category, text_member(*document, "/document", "category"));
  TRY(header.title, text_member(*document, "/document", "title"));
  header.lang = std::string{text::trim(json::string_at(*document, "lang"))};

  TRY(const value* publisher, object_member(*document, "/document", "publisher"));
  TRY(header.publisher_name, text_member(*publisher, "/document/publisher", "name"));
  TRY(header.publisher_namespace, text_member(*publisher, "/document/publisher", "namespace"));
  TRY(header.publisher_category, text_member(*publisher, "/document/publisher", "category"));

  TRY(const value* tracking, object_member(*document, "/document", "tracking"));
  TRY(header.tracking_id, text_member(*tracking, "/document/tracking", "id"));
  TRY(header.tracking_version, text_member(*tracking, "/document/tracking", "version"));
  TRY(header.tracking_status, text_member(*tracking, "/document/tracking", "status"));
  TRY(header.initial_release_date, time_member(*tracking, "/document/tracking", "initial_release_date"));
  TRY(header.current_release_date, time_member(*tracking, "/document/tracking", "current_release_date"));
  for (const auto& alias : json::array_at(*tracking, "aliases")) {
    if (!alias.is_string()) continue;
    if (const auto text = text::trim(std::string_view{alias.get_string()}); !text.empty())
      header.aliases.emplace_back(text);
  }
  if (const value* distribution = json::find(*document, "distribution")) {
    if (const value* tlp = json::find(*distribution, "tlp")) {
      header.tlp_label = std::string{text::trim(json::string_at(*tlp, "label"))};
    }
  }
  return header;
}

std::string version_order(std::string_view version) {
  version = text::trim(version);
  // A build is cut off a text that is no version as well: the order of those means nothing, but stays what it was.
  return proper_order(version).value_or("0" + std::string{version.substr(0, version.find('+'))});
}

std::string file_name(std::string_view tracking_id) {
  std::string name;
  bool replaced = false;
  for (const char c : text::lower_ascii(tracking_id)) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-';
    if (kept) {
      name += c;
    } else if (!replaced) {
      name += '_';
    }
    replaced = !kept;
  }
  return name + ".json";
}

}  // namespace tocsin::formats::csaf
