#include "exchange/prepare_misp.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "exchange/prepare_stix.hpp"
#include "formats/misp/event.hpp"

namespace tocsin::exchange {
namespace {

namespace misp = formats::misp;
using domain::Audience;
using domain::Community;
using domain::Tlp;

Error at(const std::string& name, const misp::Remark& remark) {
  return Error::invalid(remark.text, fmt::format("{}:{}", name, remark.pointer));
}

/// By UUID, else the one community that has the name.
const Community* community_of(const misp::Reach& reach, const std::vector<Community>& communities) {
  const Community* named = nullptr;
  for (const auto& each : communities) {
    if (!reach.group_uuid.empty() && text::equals_ignore_case_ascii(each.uuid, reach.group_uuid)) return &each;
    if (reach.group_name.empty() || text::fold(each.name) != text::fold(reach.group_name)) continue;
    // Two of one name: nobody knows which is meant.
    if (named != nullptr) return nullptr;
    named = &each;
  }
  return named;
}

}  // namespace

Addressed addressed(const misp::Reach& reach, Tlp tlp, const std::vector<Community>& communities) {
  switch (reach.to) {
    case misp::Reach::To::everyone:
      break;
    case misp::Reach::To::members:
      // What is AMBER reaches nobody by itself; addressed to members it would reach them all.
      return {.audience = tlp == Tlp::clear ? Audience::members : Audience::everyone};
    case misp::Reach::To::group:
      if (const auto* found = community_of(reach, communities); found != nullptr && !found->closed) {
        return {.audience = Audience::listed, .listed = {{domain::Grantee::Kind::community, found->id.value}}};
      }
      return {.audience = Audience::owner_only};
    case misp::Reach::To::nobody:
      return {.audience = Audience::owner_only};
  }
  return {};
}

Prepared prepare_misp(const std::string& name, std::string_view bytes, const ImportOptions& options) {
  Prepared prepared;
  auto events = misp::read_events(bytes, {.bytes_max = static_cast<std::size_t>(options.limits.document_bytes_max)});
  if (!events) {
    auto error = std::move(events).error();
    error.where = error.where.empty() ? name : name + ":" + error.where;
    prepared.problems.push_back(std::move(error));
    return prepared;
  }
  std::vector<misp::ToStix> made;
  std::map<std::string_view, misp::Object> of_id;
  for (const auto& event : events->events) {
    made.push_back(misp::to_stix(event));
  }
  for (const auto& event : made) {
    for (const auto& each : event.objects) {
      const auto [there, is_new] = of_id.emplace(each.id, each);
      if (is_new) continue;
      // Of several events of this file: only as far as each of them lets it. Nothing less is safe to say.
      there->second.reach = misp::narrower(there->second.reach, each.reach);
      if (there->second.tlp.empty() || each.tlp.empty()) {
        there->second.tlp.clear();
      } else if (domain::parse_tlp(each.tlp) > domain::parse_tlp(there->second.tlp)) {
        there->second.tlp = each.tlp;
      }
    }
  }
  auto stix_options = options;
  stix_options.limits.document_bytes_max = std::max(options.limits.document_bytes_max, std::uint64_t{1} << 30);
  prepared = prepare_stix(name, misp::write_bundle(made), stix_options);
  if (!prepared.stix) return prepared;
  auto& objects = *prepared.stix;
  objects.misp_events = static_cast<std::int64_t>(made.size());
  for (std::size_t i = 0; i < objects.revisions.size(); ++i) {
    auto& revision = objects.revisions[i];
    const auto found = of_id.find(revision.key);
    // The definitions of TLP are everybody's.
    if (found == of_id.end()) continue;
    const auto& each = found->second;
    if (const auto tlp = domain::parse_tlp(each.tlp); tlp && objects.tlp_defaulted[i]) {
      revision.tlp = *tlp;
      objects.tlp_defaulted[i] = false;
    }
    auto whom = addressed(each.reach, revision.tlp, options.communities);
    revision.audience = whom.audience;
    revision.listed = std::move(whom.listed);
  }
  for (const auto& event : made) {
    for (const auto& each : event.refused) {
      ++objects.refused;
      if (prepared.problems.size() < kProblemsMax) prepared.problems.push_back(at(name, each));
    }
    for (const auto& each : event.remarks) {
      if (prepared.warnings.size() < kProblemsMax) prepared.warnings.push_back(at(name, each));
    }
  }
  return prepared;
}

}  // namespace tocsin::exchange
