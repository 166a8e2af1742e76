#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/threat/author.hpp"
#include "engine/threat/report_parts.hpp"
#include "formats/stix/facts.hpp"
#include "formats/stix/markings.hpp"
#include "formats/stix/validate.hpp"

/// What becomes of a draft: whose it is and how it is marked is put into it, and the standard asked.
namespace tocsin::engine::threat {
namespace {

namespace stix = formats::stix;
using boost::json::object;
using boost::json::value;
using formats::Finding;

constexpr std::array<std::string_view, 18> kTypes{
    "threat-actor",  "intrusion-set",  "campaign",      "malware",        "malware-analysis", "tool",
    "vulnerability", "attack-pattern", "indicator",     "infrastructure", "course-of-action", "incident",
    "identity",      "location",       "observed-data", "note",           "opinion",          "grouping"};
constexpr std::size_t kTitleBytesMax = 300;

Finding problem(std::string path, std::string message) {
  return {.test = {},
          .group = Finding::Group::mandatory,
          .path = std::move(path),
          .message = std::move(message),
          .mend = {}};
}

std::string_view text_at(const object& of, std::string_view name) {
  const auto* found = of.if_contains(name);
  return found != nullptr && found->is_string() ? std::string_view{found->get_string()} : std::string_view{};
}

std::string title_of(const object& of) {
  const auto type = text_at(of, "type");
  for (const std::string_view name : {"name", "abstract"}) {
    if (const auto text = text_at(of, name); !text.empty()) return std::string{text::shorten(text, kTitleBytesMax)};
  }
  for (const std::string_view name :
       {"content", "opinion", "pattern", "context", "product", "city", "country", "region"}) {
    if (const auto text = text_at(of, name); !text.empty()) {
      return std::string{text::shorten(fmt::format("{} {}", type, text.substr(0, text.find('\n'))), kTitleBytesMax)};
    }
  }
  return std::string{type};
}

std::optional<domain::Tlp> tlp_of(const value& marking) {
  if (!marking.is_string()) return std::nullopt;
  return domain::parse_tlp(stix::tlp_level(std::string_view{marking.get_string()}));
}

/// Puts the marking into the object; what it says of TLP itself has to be the same.
void mark(object& into, domain::Tlp tlp, std::vector<Finding>& problems) {
  const auto differs = [&](domain::Tlp said, std::string path) {
    problems.push_back(problem(std::move(path), tr<"This says TLP:{}, and TLP:{} is chosen for the object.">(
                                                    domain::to_string(said), domain::to_string(tlp))));
  };
  bool says = false;
  if (auto* refs = into.if_contains("object_marking_refs"); refs != nullptr && refs->is_array()) {
    std::size_t at = 0;
    for (const auto& each : refs->get_array()) {
      if (const auto said = tlp_of(each)) {
        says = true;
        if (*said != tlp) differs(*said, fmt::format("/object_marking_refs/{}", at));
      }
      ++at;
    }
  }
  if (const auto* parts = into.if_contains("granular_markings"); parts != nullptr && parts->is_array()) {
    std::size_t at = 0;
    for (const auto& each : parts->get_array()) {
      const auto* ref = json::find(each, "marking_ref");
      const auto said = ref != nullptr ? tlp_of(*ref) : std::nullopt;
      // A part that is stricter than the whole would go out with it.
      if (said && *said > tlp) differs(*said, fmt::format("/granular_markings/{}/marking_ref", at));
      ++at;
    }
  }
  if (says) return;
  auto& refs = into["object_marking_refs"];
  if (refs.is_null()) refs = boost::json::array{};
  if (!refs.is_array()) return;  // The validator says so.
  refs.get_array().emplace_back(stix::tlp_2_marking(level_of(tlp)));
}

/// What tells versions apart: given by whoever keeps it.
void take_over(const object& given, object& into, const object* before, Timestamp now, std::vector<Finding>& problems) {
  const auto at = stix::whole_milliseconds(now);
  const auto type = text_at(given, "type");
  if (before == nullptr) {
    for (const std::string_view name : {"id", "created_by_ref", "created", "modified"}) {
      if (given.contains(name)) {
        problems.push_back(
            problem(fmt::format("/{}", name),
                    std::string{tr<"A new object gets this here: leave it out. What others wrote is imported.">()}));
      }
    }
    into["type"] = type;
    into["spec_version"] = "2.1";
    into["id"] = stix::make_id(type, random_uuid());
    into["created_by_ref"] = stix::make_id("identity", random_uuid());
    into["created"] = stix::write_time(at);
    into["modified"] = stix::write_time(at);
    return;
  }
  for (const std::string_view name : {"type", "spec_version", "id", "created_by_ref", "created"}) {
    const auto* was = before->if_contains(name);
    const auto* is = given.if_contains(name);
    if (is != nullptr && (was == nullptr || *was != *is)) {
      problems.push_back(problem(fmt::format("/{}", name), std::string{tr<"This stays what it was.">()}));
    }
    if (was != nullptr) into[name] = *was;
  }
  const auto was = parse_rfc3339(std::string{text_at(*before, "modified")});
  into["modified"] = stix::write_time(was ? std::max(at, Timestamp{was->micros + 1'000}) : at);
}

}  // namespace

std::span<const std::string_view> authored_types() noexcept { return kTypes; }
bool is_authored_type(std::string_view type) noexcept { return std::ranges::find(kTypes, type) != kTypes.end(); }

object without_tlp(object of) {
  auto* refs = of.if_contains("object_marking_refs");
  if (refs == nullptr || !refs->is_array()) return of;
  auto& all = refs->get_array();
  for (auto each = all.begin(); each != all.end();) each = tlp_of(*each) ? all.erase(each) : each + 1;
  if (all.empty()) of.erase("object_marking_refs");
  return of;
}

Result<Checked> check_draft(const Draft& draft, domain::Tlp tlp, const object* before, Timestamp now) {
  TRY(const auto parsed, json::parse(draft.json, {.bytes_max = kObjectBytesMax}));
  if (!parsed.root().is_object()) return Error::invalid(std::string{tr<"An object of JSON is wanted">()}, "1:1");
  // Out of the text's arena, that it may be kept.
  const object given(parsed.root().get_object(), boost::json::storage_ptr{});
  Checked checked;
  const auto type = text_at(given, "type");
  if (!is_authored_type(type)) {
    checked.problems.push_back(problem("/type", tr<"'{}' is no type that is written here.">(text::shorten(type, 80))));
    return checked;
  }
  take_over(given, checked.object, before, now, checked.problems);
  for (const auto& member : given) {
    if (!checked.object.contains(member.key())) checked.object[member.key()] = member.value();
  }
  if (const auto* version = given.if_contains("spec_version"); version != nullptr && *version != "2.1") {
    checked.problems.push_back(problem("/spec_version", std::string{tr<"Objects are written as STIX 2.1 here.">()}));
  }
  if (const auto* revoked = checked.object.if_contains("revoked"); revoked != nullptr && *revoked != false) {
    checked.problems.push_back(problem("/revoked", std::string{tr<"Revoking is an action of its own.">()}));
  }
  mark(checked.object, tlp, checked.problems);
  checked.title = title_of(checked.object);
  stix::Validator validator;
  for (auto& each : validator.validate(json::write(checked.object)).findings) {
    const bool must = each.group == Finding::Group::schema || each.group == Finding::Group::mandatory;
    (must ? checked.problems : checked.remarks).push_back(std::move(each));
  }
  return checked;
}

}  // namespace tocsin::engine::threat
