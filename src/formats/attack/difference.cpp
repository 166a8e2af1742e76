#include "formats/attack/difference.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

#include <fmt/format.h>

#include "formats/stix/reader.hpp"

namespace tocsin::formats::attack {
namespace {

std::string_view major_of(std::string_view version) noexcept { return version.substr(0, version.find('.')); }

/// What happened to an object that both releases have.
std::vector<What> changes_of(const ReleaseObject& before, const ReleaseObject& after) {
  std::vector<What> out;
  if (before.name != after.name) out.push_back(What::renamed);
  if (!before.revoked && after.revoked) out.push_back(What::revoked);
  if (!before.deprecated && after.deprecated) out.push_back(What::deprecated);
  if ((before.revoked || before.deprecated) && !after.revoked && !after.deprecated) out.push_back(What::reinstated);
  if (before.version != after.version) {
    out.push_back(major_of(before.version) != major_of(after.version) ? What::major_version : What::minor_version);
  } else if (out.empty() && before.modified != after.modified) {
    out.push_back(What::edited);
  }
  return out;
}

/// An end of a relation, also where the release does not tell it.
ReleaseObject end_of(const Release& release, const std::string& stix_id) {
  const auto found = release.objects().find(stix_id);
  if (found != release.objects().end()) return found->second;
  ReleaseObject unknown;
  unknown.stix_id = stix_id;
  unknown.name = stix_id;
  return unknown;
}

void add_relations(const Release& from, const Release& to, bool added, std::vector<RelationChange>& out) {
  std::vector<RelationChange> found;
  for (const auto& each : to.relations()) {
    if (from.relations().contains(each)) continue;
    found.push_back(
        {.added = added, .verb = each.verb, .source = end_of(to, each.source), .target = end_of(to, each.target)});
  }
  std::ranges::sort(found, [](const auto& a, const auto& b) {
    return std::tie(a.verb, a.source.id, a.target.id, a.source.stix_id, a.target.stix_id) <
           std::tie(b.verb, b.source.id, b.target.id, b.source.stix_id, b.target.stix_id);
  });
  std::ranges::move(found, std::back_inserter(out));
}

}  // namespace

void Release::add(stix::Node object) {
  stix::read_facts(object, facts_);
  if (facts_.type == "x-mitre-collection") {
    name_ = facts_.name;
    version_ = object.text_at("x_mitre_version");
    return;
  }
  if (facts_.type == "relationship") {
    if (!facts_.revoked && !object["x_mitre_deprecated"].is_true() && is_part(object, facts_)) {
      relations_.insert({.verb = std::string{facts_.relationship_type},
                         .source = std::string{facts_.source_ref},
                         .target = std::string{facts_.target_ref}});
    }
    return;
  }
  auto facts = attack::read_facts(object, facts_);
  if (!facts) return;
  std::string id{facts_.id};
  objects_[id] = {.kind = facts->kind,
                  .stix_id = id,
                  .id = std::move(facts->id),
                  .name = std::string{facts_.name},
                  .version = std::move(facts->version),
                  .modified = std::string{facts_.modified_text},
                  .revoked = facts_.revoked,
                  .deprecated = facts->deprecated};
}

Result<Release> Release::read(std::string_view bytes) {
  Release release;
  stix::TapeReader reader;
  TRY_VOID(stix::read_objects(bytes, {}, [&](const stix::RawObject& raw) -> Status {
    TRY(const auto root, reader.read(raw.bytes));
    release.add(root);
    return ok();
  }));
  if (release.objects_.empty()) return Error::invalid("Nothing in it is of ATT&CK", "/objects");
  return release;
}

std::string Release::successor(const std::string& stix_id) const {
  const auto found = relations_.lower_bound({.verb = "revoked-by", .source = stix_id, .target = {}});
  return found != relations_.end() && found->verb == "revoked-by" && found->source == stix_id ? found->target
                                                                                              : std::string{};
}

std::string_view slug(What what) noexcept {
  switch (what) {
    case What::added:
      return "added";
    case What::renamed:
      return "renamed";
    case What::revoked:
      return "revoked";
    case What::deprecated:
      return "deprecated";
    case What::reinstated:
      return "reinstated";
    case What::major_version:
      return "major-version";
    case What::minor_version:
      return "minor-version";
    case What::edited:
      return "edited";
    case What::removed:
      break;
  }
  return "removed";
}

Difference compare(const Release& before, const Release& after) {
  Difference out;
  for (const auto& [id, now] : after.objects()) {
    const auto was = before.objects().find(id);
    if (was == before.objects().end()) {
      out.objects.push_back({.what = What::added, .before = {}, .after = now, .successor = {}});
      continue;
    }
    for (const auto what : changes_of(was->second, now)) {
      ObjectChange change{.what = what, .before = was->second, .after = now, .successor = {}};
      if (what == What::revoked) {
        if (const auto next = after.successor(id); !next.empty()) {
          const auto object = end_of(after, next);
          change.successor = object.id.empty() ? object.name : fmt::format("{} {}", object.id, object.name);
        }
      }
      out.objects.push_back(std::move(change));
    }
  }
  for (const auto& [id, was] : before.objects()) {
    if (after.objects().contains(id)) continue;
    out.objects.push_back({.what = What::removed, .before = was, .after = {}, .successor = {}});
  }
  const auto place = [](const ObjectChange& each) {
    const auto& object = each.what == What::removed ? each.before : each.after;
    return std::tuple{std::ranges::find(kWhatInOrder, each.what) - kWhatInOrder.begin(), object.kind,
                      std::string_view{object.id}, std::string_view{object.stix_id}};
  };
  std::ranges::sort(out.objects, {}, place);
  add_relations(before, after, true, out.relations);
  add_relations(after, before, false, out.relations);
  return out;
}

}  // namespace tocsin::formats::attack
