#include "formats/csaf/header.hpp"

#include <algorithm>
#include <array>
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

/// Digits without leading zeros, at most 18, or nullopt.
std::optional<std::string_view> number_text(std::string_view text) {
  if (text.empty() || text.size() > 18 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }) ? std::optional{text} : std::nullopt;
}

std::string padded(std::string_view digits) { return std::string(18 - digits.size(), '0').append(digits); }

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
  // Layout: '1' major '.' minor '.' patch then '~' for a release or '-' and the pre-release: '-' sorts before '~'.
  version = text::trim(version);
  version = version.substr(0, std::min(version.find('+'), version.size()));  // Build metadata does not order.
  const auto dash = version.find('-');
  const auto core = version.substr(0, dash);
  std::array<std::string, 3> parts{padded("0"), padded("0"), padded("0")};
  const auto pieces = text::split(core, '.');
  const bool integer = pieces.size() == 1 && dash == std::string_view::npos;
  if (!integer && pieces.size() != 3) return "0" + std::string{version};
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto digits = number_text(pieces[i]);
    if (!digits) return "0" + std::string{version};
    parts[i] = padded(*digits);
  }
  std::string order = "1" + parts[0] + "." + parts[1] + "." + parts[2];
  if (dash == std::string_view::npos) return order + "~";
  order += '-';
  for (const auto piece : text::split(version.substr(dash + 1), '.')) {
    // SemVer 11.4: numeric identifiers below alphanumeric ones, fewer identifiers below more.
    const auto digits = number_text(piece);
    order += digits ? " 0" + padded(*digits) : " 1" + std::string{piece};
  }
  return order;
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
