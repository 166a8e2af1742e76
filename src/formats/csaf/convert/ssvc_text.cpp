#include "formats/csaf/convert/ssvc_text.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/csaf/validate/tape.hpp"
#include "formats/ssvc/ssvc.hpp"

namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::string_view kVectorMark = "SSVCv2/";
constexpr std::string_view kSchemaVersion = "2.0.0";
/// A vector has some tens of bytes, a selection list some thousand.
constexpr std::size_t kTextBytesMax = 64 * 1024;

/// The letters that SSVC's calculator abbreviates decision points with, and what the registry calls them.
struct Letter {
  std::string_view letter, name_space, key;
};
constexpr Letter kLetters[] = {
    {"E", "ssvc", "E"},   {"A", "ssvc", "A"},  {"T", "ssvc", "TI"},  {"V", "ssvc", "VD"},   {"U", "ssvc", "U"},
    {"B", "ssvc", "PWI"}, {"P", "cisa", "MP"}, {"M", "ssvc", "MWI"}, {"D", "cisa", "CISA"},
};

/// Values whose letter in a vector is not the registry's key.
struct ValueLetter {
  std::string_view letter, value, key;
};
constexpr ValueLetter kValueLetters[] = {
    {"D", "R", "T*"},
    {"D", "A", "AT"},
    {"D", "C", "AC"},
    {"B", "A", "MA"},
};

Result<object> selection_of(std::string_view part) {
  const auto colon = part.find(':');
  const auto letter = part.substr(0, colon);
  const auto written = colon == std::string_view::npos ? std::string_view{} : part.substr(colon + 1);
  const auto* point = std::ranges::find(kLetters, letter, &Letter::letter);
  if (point == std::end(kLetters)) {
    return Error::invalid(tr<"'{}' is no decision point that is known">(text::shorten(part, 40)));
  }
  auto value_key = written;
  for (const auto& each : kValueLetters) {
    if (each.letter == letter && each.value == written) value_key = each.key;
  }
  const auto version = ssvc::latest_version(point->name_space, point->key);
  const auto* definition = ssvc::find_decision_point(point->name_space, point->key, version);
  const auto position = definition == nullptr ? std::nullopt : ssvc::position_of(*definition, value_key);
  if (!position) {
    return Error::invalid(
        tr<"'{}' is no value of {}">(text::shorten(written, 40), definition == nullptr ? letter : definition->name));
  }
  object chosen;
  chosen["key"] = value_key;
  chosen["name"] = definition->values[*position].name;
  object selection;
  selection["namespace"] = point->name_space;
  selection["key"] = point->key;
  selection["version"] = version;
  selection["name"] = definition->name;
  selection["values"] = array{std::move(chosen)};
  return selection;
}

/// "2024-09-18T19:25:28Z" or the seconds of older calculators.
Result<std::string> moment_of(std::string_view part) {
  const bool digits =
      !part.empty() && part.size() <= 11 && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  if (digits) {
    std::int64_t seconds = 0;
    for (const char c : part) seconds = seconds * 10 + (c - '0');
    return format_rfc3339({seconds * 1'000'000});
  }
  TRY(const auto time, parse_rfc3339(part));
  return format_rfc3339(time);
}

Result<object> read_vector(std::string_view text) {
  text.remove_prefix(kVectorMark.size());
  if (text.ends_with('/')) text.remove_suffix(1);
  auto parts = text::split(text, '/');
  const auto moment = moment_of(parts.back());
  if (!moment) return Error::invalid(std::string{tr<"the vector ends with no moment, and CSAF 2.1 wants one">()});
  parts.pop_back();
  if (parts.empty()) return Error::invalid(std::string{tr<"the vector names no decision point">()});
  array selections;
  std::vector<std::string_view> seen;
  for (const auto part : parts) {
    const auto letter = part.substr(0, part.find(':'));
    if (std::ranges::find(seen, letter) != seen.end()) {
      return Error::invalid(tr<"the decision point '{}' stands twice">(text::shorten(letter, 40)));
    }
    seen.push_back(letter);
    TRY(auto selection, selection_of(part));
    selections.push_back(std::move(selection));
  }
  object ssvc;
  ssvc["timestamp"] = *moment;
  ssvc["schemaVersion"] = kSchemaVersion;
  ssvc["selections"] = std::move(selections);
  return ssvc;
}

/// The tests that the ssvc_v2 object will have to pass, 6.1.46 and 6.1.48. 6.1.47 is about ids of the document:
/// without target_ids it passes.
Status check(const object& ssvc) {
  const auto text = json::write(value(ssvc));
  TapeReader reader;
  TRY(const auto tape, reader.read(text));
  constexpr std::string_view kPlace[] = {"vulnerabilities", "[]", "metrics", "[]", "content", "ssvc_v2"};
  for (const auto& finding : check_part(tape, CsafVersion::v2_1, kPlace)) {
    return Error::invalid(fmt::format("{}: {}", finding.path, finding.message));
  }
  for (const auto selection : tape["selections"].elements()) {
    std::vector<std::string_view> keys;
    for (const auto each : selection["values"].elements()) keys.push_back(each.text_at("key"));
    const auto key = selection.text_at("key");
    const auto verdict = ssvc::check_selection(selection.text_at("namespace"), key, selection.text_at("version"), keys);
    if (verdict.fault != ssvc::Fault::none) {
      return Error::invalid(tr<"the selection of '{}' is none that SSVC knows">(text::shorten(key, 40)));
    }
  }
  return ok();
}

}  // namespace

Result<object> read_ssvc(std::string_view text) {
  text = text::trim(text);
  if (text.size() > kTextBytesMax) return Error::too_large("SSVC data", kTextBytesMax);
  if (text.starts_with(kVectorMark)) {
    TRY(auto ssvc, read_vector(text));
    TRY_VOID(check(ssvc));
    return ssvc;
  }
  if (!text.starts_with('{'))
    return Error::invalid(std::string{tr<"it is neither a vector with its moment nor a selection list">()});
  TRY(const auto parsed, json::parse(text));
  const value copy(parsed.root(), boost::json::storage_ptr());
  if (!copy.is_object()) return Error::invalid(std::string{tr<"it is no selection list">()});
  TRY_VOID(check(copy.get_object()));
  return copy.get_object();
}

}  // namespace tocsin::formats::csaf::convert
